#include "core/schedule/scheduler_timer.h"

#include <algorithm>

namespace cvg {
namespace {

constexpr std::int64_t schedules_at_once_max = 1000, runs_at_once_max = 1000;
constexpr std::int64_t pause_ms_min = 1, failed_pause_ms = 1000;

ScheduleCaller timer_as_caller() {
  ScheduleCaller caller;
  caller.actor = "scheduler";
  return caller;
}

// A time further away than a whole interval was set by a clock that has gone back since.
bool is_over(std::int64_t now_ms, std::int64_t at_ms, std::int64_t interval_ms) { return now_ms >= at_ms || at_ms - now_ms > interval_ms; }

}  // namespace

SchedulerTimer::SchedulerTimer(Parts parts) : parts_(std::move(parts)), caller_(timer_as_caller()), thread_([this] { loop(); }) {}

void SchedulerTimer::wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void SchedulerTimer::look() {
  MutexLock lock(mutex_);
  woken_ = schedules_changed_ = true;
  changed_.notify_one();
}

void SchedulerTimer::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void SchedulerTimer::trigger() {
  const std::int64_t now = parts_.clock.now_ms();
  const Result<TriggerCounts> counts = parts_.operations.trigger("", schedules_at_once_max, caller_);
  next_trigger_ms_ = now + parts_.trigger_ms;
  if (!counts.ok()) {
    parts_.log.error("Due schedules could not be queued", {{"error", counts.status().log_text()}});
    next_trigger_ms_ = now + failed_pause_ms;
  } else if (counts->next_ms) {
    next_trigger_ms_ = std::min(next_trigger_ms_, *counts->next_ms);
  }
}

// Whether the queue could be looked at.
bool SchedulerTimer::begin_queued() {
  const Result<QueueProgress> progress = parts_.operations.process_queue(runs_at_once_max);
  if (!progress.ok()) parts_.log.error("Queued runs could not begin", {{"error", progress.status().log_text()}});
  return progress.ok();
}

std::int64_t SchedulerTimer::pause_ms() {
  std::int64_t at = std::min(next_trigger_ms_, next_cleanup_ms_);
  const Result<std::optional<std::int64_t>> ready = parts_.next_ready_ms();
  if (ready.ok() && *ready) at = std::min(at, **ready);
  return std::clamp(at - parts_.clock.now_ms(), pause_ms_min, parts_.trigger_ms);
}

void SchedulerTimer::loop() {
  next_cleanup_ms_ = parts_.clock.now_ms();  // what an earlier server left behind
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
      if (schedules_changed_) next_trigger_ms_ = 0;
      woken_ = schedules_changed_ = false;
    }
    const std::int64_t now = parts_.clock.now_ms();
    if (is_over(now, next_cleanup_ms_, parts_.cleanup_ms)) {
      const Result<std::vector<Mended>> mended = parts_.operations.clean_up(caller_);
      if (!mended.ok()) parts_.log.error("The scheduler could not clean up", {{"error", mended.status().log_text()}});
      next_cleanup_ms_ = now + parts_.cleanup_ms;
    }
    if (is_over(now, next_trigger_ms_, parts_.trigger_ms)) trigger();
    const std::int64_t pause = begin_queued() ? pause_ms() : failed_pause_ms;
    MutexLock lock(mutex_);
    if (!woken_ && !stopping_) changed_.wait_for_ms(mutex_, pause);
  }
}

}  // namespace cvg
