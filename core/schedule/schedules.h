// Schedules: ScheduleService over the stores; what a schedule or a backfill asks for is tried on its template before it is
// stored.  Any thread.
#pragma once

#include <functional>

#include "core/run/run_context.h"
#include "core/schedule/schedule_service.h"
#include "core/state/queue_store.h"
#include "core/state/schedule_store.h"

namespace cvg {

class Schedules final : public ScheduleService {
 public:
  struct Parts {  // all outlive the service
    RunEnvironment& environment;
    ScheduleStore& schedules;
    QueueStore& queue;
    std::int64_t schedules_max = 1000;      // of a tenant
    std::int64_t backfill_days_max = 3660;  // of one backfill
    std::function<void()> changed;          // schedules or queue did; may be empty
  };
  explicit Schedules(Parts parts) : parts_(std::move(parts)) {}

  Result<Schedule> put(const ScheduleCaller& caller, const Json& body) override;
  Result<std::vector<Schedule>> list(const std::string& tenant_id, std::optional<bool> is_active) override;
  Status remove(const ScheduleCaller& caller, const std::string& config_id) override;
  Result<Backfill> add_backfill(const ScheduleCaller& caller, const BackfillOrder& order) override;
  Result<Backfill> backfill(const std::string& tenant_id, const std::string& backfill_id) override;
  Result<Backfill> cancel_backfill(const ScheduleCaller& caller, const std::string& backfill_id) override;

 private:
  void changed() const {
    if (parts_.changed) parts_.changed();
  }
  const Parts parts_;
};

AuditEntry audit_of(const ScheduleCaller& caller, std::string action, std::string target);

}  // namespace cvg
