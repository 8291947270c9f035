// Clock: where time comes from, so that tests may turn it.  Any thread.
#pragma once

#include <cstdint>

namespace cvg {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() const = 0;        // UTC, milliseconds since the epoch
  virtual std::int64_t monotonic_ms() const = 0;  // only forward; for deadlines
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_ms() const override;
  std::int64_t monotonic_ms() const override;
};

}  // namespace cvg
