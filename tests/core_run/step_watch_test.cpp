#include "core/run/step_watch.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

void wait_until(const std::function<bool()>& true_now) {
  for (int i = 0; i < 10000 && !true_now(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(true_now());
}

TEST(StepWatch, InterruptsAfterTheDeadlineAgainAndAgain) {
  SystemClock clock;
  StepWatch watch(clock, 1);
  std::atomic<bool> cancel{false};
  std::atomic<int> calls{0};
  const StepWatch::Guard guard(watch, clock.monotonic_ms() + 5, cancel, [&] { ++calls; });
  wait_until([&] { return calls.load() >= 3; });
}

TEST(StepWatch, InterruptsWhenToldOfACancel) {
  SystemClock clock;
  StepWatch watch(clock, 1);
  std::atomic<bool> cancel{false};
  std::atomic<int> calls{0};
  const StepWatch::Guard guard(watch, clock.monotonic_ms() + 3'600'000, cancel, [&] { ++calls; });
  cancel = true;
  watch.look();
  wait_until([&] { return calls.load() > 0; });
}

TEST(StepWatch, NothingIsCalledAfterTheGuard) {
  SystemClock clock;
  StepWatch watch(clock, 1);
  std::atomic<bool> cancel{true};
  for (int i = 0; i < 200; ++i) {
    auto calls = std::make_unique<std::atomic<int>>(0);  // freed behind the guard: a late call would be seen by a sanitizer
    const StepWatch::Guard guard(watch, 0, cancel, [&calls] { ++*calls; });
  }
}

}  // namespace
}  // namespace cvg
