// FakeClock: time that a test turns.  Any thread.
#pragma once

#include <atomic>

#include "core/base/clock.h"

namespace cvg {

class FakeClock final : public Clock {
 public:
  // Begins at noon of 2026-05-15, UTC.
  explicit FakeClock(std::int64_t now_ms = 1'778'846'400'000) : now_ms_(now_ms) {}
  std::int64_t now_ms() const override { return now_ms_; }
  std::int64_t monotonic_ms() const override { return monotonic_ms_; }
  void advance_ms(std::int64_t ms) {
    now_ms_ += ms;
    monotonic_ms_ += ms;
  }
  void jump_to_ms(std::int64_t now_ms) { now_ms_ = now_ms; }  // as when somebody sets the machine's clock

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> monotonic_ms_{1'000'000};
};

}  // namespace cvg
