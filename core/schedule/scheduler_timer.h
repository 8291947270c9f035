// SchedulerTimer: the one thread that owns the schedule in scheduler.mode internal: triggers at the next due instant, begins
// what is queued at once, cleans up now and then.  wake() from any thread; a commit that changed something calls it.
#pragma once

#include <cstdint>
#include <thread>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/schedule/schedule_service.h"

namespace cvg {

class SchedulerTimer {
 public:
  struct Parts {  // all outlive the timer
    SchedulerOperations& operations;
    // When an item of the queue that waits for a time may begin.
    std::function<Result<std::optional<std::int64_t>>()> next_ready_ms;
    const Clock& clock;
    Log& log;
    std::int64_t trigger_ms = 60'000;   // at least so often
    std::int64_t cleanup_ms = 300'000;
  };
  explicit SchedulerTimer(Parts parts);
  ~SchedulerTimer() { stop(); }
  SchedulerTimer(const SchedulerTimer&) = delete;
  SchedulerTimer& operator=(const SchedulerTimer&) = delete;

  void wake();  // something was queued, a run ended
  void look();  // schedules changed, too
  void stop();  // waits for what is under way; a second call does nothing

 private:
  void loop();
  void trigger();
  bool begin_queued();
  std::int64_t pause_ms();

  const Parts parts_;
  const ScheduleCaller caller_;
  std::int64_t next_trigger_ms_ = 0, next_cleanup_ms_ = 0;  // of the thread alone
  Mutex mutex_;
  CondVar changed_;
  bool woken_ CVG_GUARDED_BY(mutex_) = false;
  bool schedules_changed_ CVG_GUARDED_BY(mutex_) = false;
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
