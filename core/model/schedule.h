// Schedules, the queue of what is to run, and backfills.  Plain values; times are milliseconds since the epoch, UTC; 0 means
// not yet.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace cvg {

// What happens to runs that were due while nobody could start them: none of them, the last, or up to max_catchup.
enum class Misfire : std::uint8_t { skip, last, all };

struct Schedule {
  std::string config_id;
  std::string tenant_id;  // lower case
  std::string provider, domain, template_name;
  std::string cron, timezone;
  bool is_active = true;
  std::string parameters_json;  // an object of template variables
  std::int64_t priority = 5;    // 1..10, 10 goes first
  Misfire misfire = Misfire::last;
  std::int64_t max_catchup = 10;
  std::int64_t next_run_ms = 0;
  std::int64_t last_run_ms = 0;
  std::string last_run_status;
  std::int64_t created_ms = 0, updated_ms = 0;
};
inline constexpr std::int64_t never_ms = std::numeric_limits<std::int64_t>::max();  // a next_run_ms that does not come

// A due schedule as a trigger found it, and what it makes of it.
struct DueSchedule {
  std::string config_id, tenant_id;
  std::int64_t found_next_ms = 0;  // as it was read: another trigger may have been faster
  std::int64_t next_run_ms = 0;    // as it shall be
  bool suspended = false;          // its tenant is
  struct Occurrence {
    std::int64_t scheduled_ms = 0;
    std::string run_date;  // the day on the wall's calendar
  };
  std::vector<Occurrence> occurrences;
};

struct QueueItem {
  std::int64_t queue_id = 0;
  std::string tenant_id, pipeline_id;
  std::string scheduled_run_id;  // its row of the history
  std::string provider, domain, template_name;
  std::string run_date, parameters_json;
  std::string trigger_type;  // scheduler, backfill
  std::string user_id, actor;
  std::int64_t priority = 5, attempt = 0;
  bool is_backfill() const { return trigger_type == "backfill"; }
};

struct Backfill {
  std::string backfill_id, tenant_id, pipeline_id;
  std::string provider, domain, template_name;
  std::string from_date, to_date, parameters_json;
  std::int64_t priority = 3;
  std::string user_id, actor;
  std::int64_t created_ms = 0, cancelled_ms = 0;
  // Of its days.
  std::int64_t total = 0, queued = 0, running = 0, complete = 0, failed = 0, cancelled = 0;
};

struct SchedulerNumbers {
  std::int64_t active = 0, due = 0, queued = 0, running = 0, completed_today = 0, failed_today = 0, queue_length = 0;
  double average_seconds = 0;  // of those that ended today
};

// What an upkeep found and mended, one row a thing.
struct Mended {
  std::string tenant_id, pipeline_id, run_id, action;
};

}  // namespace cvg
