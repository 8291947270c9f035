#include "core/schedule/due_schedule.h"

#include "core/base/time_text.h"
#include "core/schedule/schedule_instants.h"

namespace cvg {

Result<DueSchedule> plan_due(const Schedule& schedule, bool suspended, std::int64_t now_ms, std::int64_t grace_ms) {
  CVG_ASSIGN(const Cron cron, Cron::parse(schedule.cron));
  CVG_ASSIGN(const TimeZone zone, TimeZone::find(schedule.timezone));
  DueSchedule due;
  due.config_id = schedule.config_id;
  due.tenant_id = schedule.tenant_id;
  due.suspended = suspended;
  due.found_next_ms = schedule.next_run_ms;
  due.next_run_ms = next_instant(cron, zone, now_ms).value_or(never_ms);
  if (suspended) return due;
  const std::size_t most = schedule.misfire == Misfire::all ? static_cast<std::size_t>(schedule.max_catchup) : 1;
  for (const std::int64_t at_ms : last_instants(cron, zone, schedule.next_run_ms, now_ms, most)) {
    if (schedule.misfire == Misfire::skip && now_ms - at_ms > grace_ms) continue;
    due.occurrences.push_back({at_ms, format_date(local_day(zone, at_ms))});
  }
  return due;
}

}  // namespace cvg
