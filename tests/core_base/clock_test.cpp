#include "core/base/clock.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

TEST(Clock, MonotonicTimeNeverGoesBack) {
  const SystemClock clock;
  std::int64_t last = clock.monotonic_ms();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = clock.monotonic_ms();
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_GT(clock.now_ms(), 1'700'000'000'000);
}

TEST(Clock, AFakeOneIsTurnedByHand) {
  FakeClock clock(0);
  clock.advance_ms(5);
  EXPECT_EQ(clock.now_ms(), 5);
  const std::int64_t before = clock.monotonic_ms();
  clock.jump_to_ms(-100);
  EXPECT_EQ(clock.now_ms(), -100);
  EXPECT_EQ(clock.monotonic_ms(), before);
}

}  // namespace
}  // namespace cvg
