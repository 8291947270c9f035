// What AWS delivers of an export, as units: by manifest (legacy CUR and Data Exports), by partition folders when no
// manifest is there, or as loose files.
#pragma once

#include <string>
#include <vector>

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace aws {

// The names that source.options.layout knows for billing data.
const std::vector<std::string> &export_layouts();

// The units of a dataset ("cost_and_usage" or "focus") below the root, those of the billing period when one is asked for.
// CVG_E_NOT_FOUND says what was looked for; a manifest that lists a missing file is CVG_E_DATA.  sink hears warnings.
convergence::Deliveries find_exports(convergence::Call &call, const cvg_extract_req &req,
                                     const convergence::Options &options, convergence::Sink &sink);

}  // namespace aws
