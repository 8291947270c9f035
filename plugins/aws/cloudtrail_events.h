// Dataset cloudtrail_events: CloudTrail's log files ({"Records":[...]}), a unit a day.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>
#include <convergence/schema.hpp>

namespace aws {

const convergence::TableShape &cloudtrail_shape();

// Reads the log files into the sink; digest and Insights files are left alone.
void extract_cloudtrail_events(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                               convergence::Sink &sink);

}  // namespace aws
