// ScheduleOrder and the days of a backfill: bodies of requests as what they mean.  Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/model/schedule.h"

namespace cvg {

// The schedule that a body asks for, next_run_ms after now_ms; Code::invalid with {"field","issue"}.  Whether its template
// exists and takes the parameters is not asked here.
Result<Schedule> read_schedule_order(const Json& body, std::int64_t now_ms);

// from, to and priority of a body; what else stands there is the run's body, parameters_json.  Code::invalid with
// {"field","issue"}; Code::limit for more than days_max days.
Result<Backfill> read_backfill_order(const Json& body, std::int64_t days_max);

}  // namespace cvg
