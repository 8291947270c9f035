// The usage of former days, and what an operator may do to today's: tenant_usage_quotas keeps the days that quotas ask for,
// tenant_usage_history all before them.  Every function is one transaction or several that may be repeated.  Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// Days of backfills that wait for a quota of the tenant ("": of any) are looked at again at once, because it may have grown; one
// that still finds none waits again.  Within the caller's transaction, whose listeners hear of it.
void look_at_quota_waits_again(Connection& connection, const std::string& tenant_id, std::int64_t now_ms);
// Sets today's counters to nothing for every tenant, and the most at once to what is live now.  Months and former days stay
// as they are.  What waits for quota is looked at again.  The number of rows.
Result<std::int64_t> reset_usage_of_today(Database& database, const Clock& clock, const AuditEntry& audit);
// Moves rows older than keep_days into the history.  The number of rows.
Result<std::int64_t> archive_usage(Database& database, const Clock& clock, std::int64_t keep_days);

}  // namespace cvg
