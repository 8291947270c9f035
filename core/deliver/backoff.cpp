#include "core/deliver/backoff.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/base/random.h"

namespace cvg {

std::int64_t pause_ms(const Backoff& backoff, std::int64_t attempts, double chance, std::int64_t retry_after_ms) {
  std::int64_t pause = std::min(backoff.first_ms, backoff.longest_ms);
  for (std::int64_t i = 1; i < attempts && pause < backoff.longest_ms; ++i) pause = std::min(pause * 2, backoff.longest_ms);
  const auto spread = static_cast<std::int64_t>(static_cast<double>(pause) * (0.8 + 0.4 * chance));
  return std::max(spread, std::min(retry_after_ms, backoff.retry_after_ms_max));
}

double random_chance() {
  const std::string bytes = random_bytes(sizeof(std::uint32_t));
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return static_cast<double>(number) / 4294967296.0;
}

}  // namespace cvg
