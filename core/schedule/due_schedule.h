// What a trigger makes of a schedule that is due: which of the instants since its next_run_ms are run, and when it is due
// again.  A pure function; any thread.
#pragma once

#include <cstdint>

#include "core/base/status.h"
#include "core/model/schedule.h"

namespace cvg {

// grace_ms: an instant that is older was missed, which matters to misfire: skip.  Code::invalid when cron or zone cannot be
// read any more.
Result<DueSchedule> plan_due(const Schedule& schedule, bool suspended, std::int64_t now_ms, std::int64_t grace_ms);

}  // namespace cvg
