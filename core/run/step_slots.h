// StepSlots: how many steps of all runs together are at work.  A step that waits for its next attempt holds none.  Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/mutex.h"

namespace cvg {

class StepSlots {
 public:
  explicit StepSlots(std::int64_t slots_max) : free_(slots_max) {}

  // Holds a slot while it lives; waits for one unless cancel is set.
  class Guard {
   public:
    Guard(StepSlots* slots, const std::atomic<bool>& cancel);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    StepSlots* slots_;  // null: none is held
  };
  std::int64_t free() const;

 private:
  mutable Mutex mutex_;
  CondVar freed_;
  std::int64_t free_ CVG_GUARDED_BY(mutex_);
};

}  // namespace cvg
