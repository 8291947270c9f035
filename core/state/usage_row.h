// Rows of tenant_usage_quotas: what a tenant used on one UTC day, and what its plan still allows.
#pragma once

#include <string>

#include "core/base/status.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// What was used by the day of now_ms: today's row, or what the month carries over into a day without one.
Usage read_usage(Connection& connection, const std::string& tenant_id, std::int64_t now_ms);
// Adds to today's row, which is made if it is not there yet.  `started` counts for the day and the month.
struct UsageChange {
  std::int64_t started = 0, succeeded = 0, failed = 0, concurrent_reached = 0;
};
void add_usage(Connection& connection, const std::string& tenant_id, std::int64_t now_ms, const UsageChange& change);
// Code::quota with the text of api.md section 3 when the plan allows no further run.
Status check_quota(const PlanLimits& plan, const Usage& usage, std::int64_t now_ms);

}  // namespace cvg
