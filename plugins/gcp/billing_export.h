// Datasets billing_export and focus: files exported from BigQuery (Parquet, JSON lines, CSV), the legacy daily JSON files,
// and loose FOCUS files.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace gcp {

// The units below the root.  A daily file "<prefix>-2014-01-11.json" is the unit 2014-01-11 of its prefix; files of BigQuery
// are the unit of the day that their folder or name tells, else each is a unit of its own.  sink hears warnings.
convergence::Deliveries find_billing(const convergence::Objects &objects, const cvg_extract_req &req,
                                     const convergence::Options &options, convergence::Sink &sink);

void extract_billing_export(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                            convergence::Sink &sink);
void extract_focus(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                   convergence::Sink &sink);

}  // namespace gcp
