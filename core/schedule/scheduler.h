// Scheduler: SchedulerOperations over the stores: from due schedules to the queue, and from the queue to runs.  Any thread.
#pragma once

#include "core/run/run_context.h"
#include "core/schedule/schedule_service.h"
#include "core/state/queue_store.h"
#include "core/state/schedule_store.h"

namespace cvg {

class Scheduler final : public SchedulerOperations {
 public:
  struct Parts {  // all outlive the scheduler
    Database& database;
    RunEnvironment& environment;
    ScheduleStore& schedules;
    QueueStore& queue;
    std::int64_t misfire_grace_ms = 3'600'000;  // an instant that is older was missed
    std::int64_t waiting_max = 10;              // runs of one schedule that may wait in the queue
    std::int64_t usage_keep_days = 90;          // before a day's usage goes into the history
    std::function<void()> queued;               // something was; may be empty
  };
  explicit Scheduler(Parts parts) : parts_(std::move(parts)) {}

  Result<TriggerCounts> trigger(const std::string& tenant_id, std::int64_t limit, const ScheduleCaller& caller) override;
  Result<QueueProgress> process_queue(std::int64_t most) override;
  Result<SchedulerNumbers> numbers() override { return parts_.queue.numbers(); }
  Result<QuotaReset> reset_quotas(const ScheduleCaller& caller) override;
  Result<std::vector<Mended>> clean_up(const ScheduleCaller& caller) override;

 private:
  QueueStore::Claim prepare(QueueItem item);

  const Parts parts_;
};

}  // namespace cvg
