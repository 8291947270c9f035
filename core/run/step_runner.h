// StepRunner: one step with all its attempts: timeout, retry with exponential backoff and jitter, Retry-After, cancel.  It
// blocks until the step has ended; steps of one run are run on several threads at once.
#pragma once

#include <functional>

#include "core/run/step_instance.h"

namespace cvg {

class StepRunner {
 public:
  // Told before an attempt and when one will be followed by another.
  struct Observer {
    std::function<void(const StepSpec& step, std::int32_t attempt)> started;
    std::function<void(const StepSpec& step, std::int32_t attempt, const Status& status, std::int64_t wait_ms)> retried;
  };
  explicit StepRunner(Observer observer) : observer_(std::move(observer)) {}

  // first_attempt is above 1 when an earlier life of the run tried the step; so many of those attempts failed by themselves.
  StepResult run(RunContext& run, const StepSpec& step, std::int32_t first_attempt, std::int32_t failed_before = 0) const;

 private:
  const Observer observer_;
};

// false: the run must stop, or its time is over, before the wait is.
bool wait_in_run(const RunContext& run, std::int64_t ms);

// How long to wait after so many failed attempts: doubling from backoff_ms up to backoff_max_ms, then between half of it and
// all of it by chance (0..1), but never less than the other side asked for.
std::int64_t retry_wait_ms(const RetryPolicy& policy, std::int32_t failed_attempts, std::optional<std::int64_t> retry_after_ms, double chance);

}  // namespace cvg
