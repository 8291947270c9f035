// Notices: events that a tenant is told at most once per key (a day), and the outbox rows of events.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

inline constexpr std::string_view quota_warning = "quota.warning";
inline constexpr std::string_view failure_rate_warning = "failure_rate.warning";

// Writes the outbox row of this notice unless it was raised before under the same key.  Inside write().
void raise_notice(Connection& connection, const std::string& tenant_id, std::string_view notice, const std::string& key, Json data,
                  std::int64_t now_ms);
// Raises quota.warning once a UTC day when this share of the daily limit is used.  Inside write().
void note_quota(Connection& connection, const std::string& tenant_id, const PlanLimits& plan, std::int64_t run_today,
                std::int64_t percent, std::int64_t now_ms);

}  // namespace cvg
