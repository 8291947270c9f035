// What the routes ask of schedules: ScheduleService for tenants, SchedulerOperations for the operator and the timer.  Ports;
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/model/schedule.h"
#include "core/model/tenant.h"

namespace cvg {

// Who asks; for the audit log.
struct ScheduleCaller {
  Tenant tenant;  // of a tenant's request
  std::string user_id, request_id, client_address, actor;
};

struct BackfillOrder {
  std::string provider, domain, template_name;  // as in the path; compared case-insensitively
  Json body;                                    // from, to, priority, trigger_by, reload and template variables
};

class ScheduleService {
 public:
  virtual ~ScheduleService() = default;
  // Order: body valid (400), template exists (404), variables valid (400).  The row as stored.
  virtual Result<Schedule> put(const ScheduleCaller& caller, const Json& body) = 0;
  virtual Result<std::vector<Schedule>> list(const std::string& tenant_id, std::optional<bool> is_active) = 0;
  // Code::not_found for unknown, foreign and deleted ones alike.
  virtual Status remove(const ScheduleCaller& caller, const std::string& config_id) = 0;

  virtual Result<Backfill> add_backfill(const ScheduleCaller& caller, const BackfillOrder& order) = 0;
  virtual Result<Backfill> backfill(const std::string& tenant_id, const std::string& backfill_id) = 0;
  virtual Result<Backfill> cancel_backfill(const ScheduleCaller& caller, const std::string& backfill_id) = 0;
};

struct TriggerCounts {
  std::int64_t triggered = 0, queued = 0, skipped = 0;
  std::optional<std::int64_t> next_ms;
};
struct QueueProgress {
  std::int64_t processed = 0;
  std::string run_id, tenant_id, pipeline_id;  // of the last one
};
struct QuotaReset {
  std::int64_t records_updated = 0, records_archived = 0;
};

// All are safe to call at any time, also twice at once.
class SchedulerOperations {
 public:
  virtual ~SchedulerOperations() = default;
  // Queues what is due; tenant_id empty: of all tenants.
  virtual Result<TriggerCounts> trigger(const std::string& tenant_id, std::int64_t limit, const ScheduleCaller& caller) = 0;
  // Begins up to `most` runs of what is queued.
  virtual Result<QueueProgress> process_queue(std::int64_t most) = 0;
  virtual Result<SchedulerNumbers> numbers() = 0;
  virtual Result<QuotaReset> reset_quotas(const ScheduleCaller& caller) = 0;
  virtual Result<std::vector<Mended>> clean_up(const ScheduleCaller& caller) = 0;
};

}  // namespace cvg
