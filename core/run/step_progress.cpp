#include "core/run/step_progress.h"

#include <algorithm>

namespace cvg {

StepProgress::Statement::Statement(StepProgress& progress) : progress_(progress) {
  MutexLock lock(progress_.mutex_);
  ++progress_.statements_;
}

StepProgress::Statement::~Statement() {
  MutexLock lock(progress_.mutex_);
  --progress_.statements_;
}

double StepProgress::hear(double fraction) {
  if (fraction < 0) return fraction;
  MutexLock lock(mutex_);
  if (statements_ > 0) return std::min(1.0, told_ + share_ * fraction);
  if (!has_told_ || fraction > told_) share_ = std::max(0.0, fraction - told_);
  has_told_ = true;
  told_ = fraction;
  return fraction;
}

}  // namespace cvg
