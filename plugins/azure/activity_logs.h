// Dataset activity_logs: Azure Monitor's activity log, as the REST API answers it ({"value":[...]}) or as a diagnostic setting
// stores it (an event per line, insights-activity-logs/.../y=2025/m=11/d=15/h=00/m=00/PT1H.json).
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace azure {

void extract_activity_logs(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                           convergence::Sink &sink);

}  // namespace azure
