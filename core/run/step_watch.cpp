#include "core/run/step_watch.h"

namespace cvg {
namespace {

constexpr std::int64_t look_ms_max = 60000;  // a clock of tests may jump; nothing is later than this

}  // namespace

StepWatch::StepWatch(const Clock& clock, std::int64_t grace_ms) : clock_(clock), grace_ms_(grace_ms), thread_([this] { loop(); }) {}

StepWatch::~StepWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

StepWatch::Guard::Guard(StepWatch& watch, std::int64_t deadline_monotonic_ms, const std::atomic<bool>& cancel,
                        std::function<void()> interrupt)
    : watch_(watch) {
  MutexLock lock(watch_.mutex_);
  id_ = ++watch_.last_id_;
  watch_.entries_.emplace(id_, Entry{deadline_monotonic_ms, &cancel, std::move(interrupt)});
  // Most steps end long before their limit: the thread is woken only for a deadline before its next look.
  if (deadline_monotonic_ms < watch_.wake_ms_ || cancel.load()) watch_.changed_.notify_all();
}

StepWatch::Guard::~Guard() {
  MutexLock lock(watch_.mutex_);
  watch_.entries_.erase(id_);
}

void StepWatch::look() {
  MutexLock lock(mutex_);
  changed_.notify_all();
}

// Interrupts what is due; when to look again.
std::int64_t StepWatch::visit(std::int64_t now) {
  std::int64_t next = now + look_ms_max;
  for (auto& [id, entry] : entries_) {
    const bool due = entry.cancel->load() || now >= entry.deadline_ms;
    if (!due) {
      next = std::min(next, entry.deadline_ms);
      continue;
    }
    // The flag and the deadline are seen by the step itself; the interrupt is for what does not look.
    if (entry.next_ms == 0) entry.next_ms = now + grace_ms_;
    if (now >= entry.next_ms) {
      entry.interrupt();
      entry.next_ms = now + grace_ms_;
    }
    next = std::min(next, entry.next_ms);
  }
  return next;
}

void StepWatch::loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const std::int64_t now = clock_.monotonic_ms();
    wake_ms_ = visit(now);
    changed_.wait_for_ms(mutex_, std::max<std::int64_t>(1, wake_ms_ - now));
  }
}

}  // namespace cvg
