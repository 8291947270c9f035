#include "core/run/step_runner.h"

#include <chrono>
#include <cstring>
#include <thread>

#include "core/base/random.h"

namespace cvg {
namespace {

constexpr std::int64_t wait_slice_ms = 20;  // a cancel is seen that fast while a step waits for its next attempt
constexpr std::int64_t retry_after_ms_max = 3'600'000;
// Beside the attempts that the step's retry allows: whoever lost a race reads anew, and nothing is wrong with its input.
constexpr std::int32_t lost_races_max = 5;
constexpr RetryPolicy race_retry{.backoff_ms = 50, .backoff_max_ms = 2'000};

double random_chance() {
  const std::string bytes = random_bytes(4);
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return static_cast<double>(number) / 4294967296.0;
}

}  // namespace

bool wait_in_run(const RunContext& run, std::int64_t ms) {
  const Clock& clock = run.environment.clock;
  const std::int64_t end = clock.monotonic_ms() + ms;
  while (!run.cancel.load()) {
    const std::int64_t now = clock.monotonic_ms();
    if (now >= run.deadline_ms) return false;
    if (now >= end) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(wait_slice_ms, end - now)));
  }
  return false;
}

namespace {

StepResult attempt_in_slot(RunContext& run, const StepSpec& step, std::int32_t attempt) {
  const StepSlots::Guard slot(run.environment.slots, run.cancel);
  return run_step_attempt(run, step, attempt);
}

}  // namespace

std::int64_t retry_wait_ms(const RetryPolicy& policy, std::int32_t failed_attempts, std::optional<std::int64_t> retry_after_ms, double chance) {
  std::int64_t wait = policy.backoff_ms;
  for (std::int32_t i = 1; i < failed_attempts && wait < policy.backoff_max_ms; ++i) wait *= 2;
  wait = std::min(wait, policy.backoff_max_ms);
  wait = wait / 2 + static_cast<std::int64_t>(static_cast<double>(wait - wait / 2) * chance);
  return std::max(wait, std::min(retry_after_ms.value_or(0), retry_after_ms_max));
}

StepResult StepRunner::run(RunContext& run, const StepSpec& step, std::int32_t first_attempt, std::int32_t failed_before) const {
  std::int32_t lost_races = 0;
  for (std::int32_t tried = failed_before + 1, attempt = first_attempt;; ++attempt) {
    observer_.started(step, attempt);
    StepResult result = attempt_in_slot(run, step, attempt);
    if (result.status.ok() || !result.status.retryable() || run.cancel.load()) return result;
    const bool lost_race = result.status.code() == Code::conflict && lost_races < lost_races_max;
    if (!lost_race && tried >= step.retry.max_attempts) return result;
    const std::int32_t failed = lost_race ? ++lost_races : tried++;
    const std::int64_t ms = retry_wait_ms(lost_race ? race_retry : step.retry, failed, result.status.retry_after_ms(), random_chance());
    observer_.retried(step, attempt, result.status, ms);
    if (!wait_in_run(run, ms)) {
      if (run.cancel.load()) result.status = Status(Code::cancelled, run.stop_reason());
      return result;
    }
  }
}

}  // namespace cvg
