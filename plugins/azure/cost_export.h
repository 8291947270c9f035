// What Cost Management delivers of an export, as units: by manifest.json, by period folders when no manifest is there, or as
// loose files.
#pragma once

#include <string>
#include <vector>

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace azure {

// The names that source.options.layout knows for exports.
const std::vector<std::string> &export_layouts();

// The units of a dataset ("cost_export" or "focus") below the root: the newest run of each export and period, of the billing
// period when one is asked for.  Delivery.tag is the export's type.  Actual and amortized cost overlap: unless the option
// type says otherwise, amortized exports are left out where there are others, with a warning.  CVG_E_NOT_FOUND says what was
// looked for; a manifest whose files are missing or have another size is CVG_E_DATA.
convergence::Deliveries find_exports(convergence::Call &call, const cvg_extract_req &req,
                                     const convergence::Options &options, convergence::Sink &sink);

}  // namespace azure
