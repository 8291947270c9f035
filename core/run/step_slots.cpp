#include "core/run/step_slots.h"

namespace cvg {
namespace {

constexpr std::int64_t look_ms = 50;  // a cancel is seen that fast by a step that waits for a slot

}  // namespace

StepSlots::Guard::Guard(StepSlots* slots, const std::atomic<bool>& cancel) : slots_(slots) {
  if (!slots_) return;
  MutexLock lock(slots_->mutex_);
  while (slots_->free_ == 0 && !cancel.load()) slots_->freed_.wait_for_ms(slots_->mutex_, look_ms);
  if (slots_->free_ > 0) --slots_->free_;
  else slots_ = nullptr;
}

StepSlots::Guard::~Guard() {
  if (!slots_) return;
  MutexLock lock(slots_->mutex_);
  ++slots_->free_;
  slots_->freed_.notify_one();
}

std::int64_t StepSlots::free() const {
  MutexLock lock(mutex_);
  return free_;
}

}  // namespace cvg
