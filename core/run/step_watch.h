// StepWatch: interrupts what a step is doing when its time is over or its run was cancelled and it has not stopped by itself
// within the grace.  One thread for all steps; it sleeps until the next deadline or until it is told of a cancel.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <thread>

#include "core/base/clock.h"
#include "core/base/mutex.h"

namespace cvg {

class StepWatch {
 public:
  StepWatch(const Clock& clock, std::int64_t grace_ms);
  ~StepWatch();
  StepWatch(const StepWatch&) = delete;
  StepWatch& operator=(const StepWatch&) = delete;

  // While this object lives, interrupt is called (on the watch's thread, again every grace) once the deadline has passed or
  // cancel is set.  When the destructor returns, no call is under way and none will come.
  class Guard {
   public:
    Guard(StepWatch& watch, std::int64_t deadline_monotonic_ms, const std::atomic<bool>& cancel, std::function<void()> interrupt);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    StepWatch& watch_;
    std::int64_t id_;
  };
  // Some cancel flag was set.
  void look();

 private:
  struct Entry {
    std::int64_t deadline_ms;
    const std::atomic<bool>* cancel;
    std::function<void()> interrupt;
    std::int64_t next_ms = 0;  // of the next interrupt; 0: not due yet
  };
  void loop();
  std::int64_t visit(std::int64_t now) CVG_REQUIRES(mutex_);

  const Clock& clock_;
  const std::int64_t grace_ms_;
  Mutex mutex_;
  CondVar changed_;
  std::map<std::int64_t, Entry> entries_ CVG_GUARDED_BY(mutex_);
  std::int64_t last_id_ CVG_GUARDED_BY(mutex_) = 0;
  std::int64_t wake_ms_ CVG_GUARDED_BY(mutex_) = 0;  // when the thread looks by itself
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
