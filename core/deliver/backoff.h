// When an exchange that failed is tried again.  Values; any thread.
#pragma once

#include <cstdint>

namespace cvg {

struct Backoff {
  std::int64_t first_ms = 10'000, longest_ms = 3'600'000, retry_after_ms_max = 86'400'000;
};

// The pause after this many attempts: doubled each time up to the longest, spread by a fifth to both sides (chance 0..1), and
// no shorter than what the other side asked for (-1: nothing).
std::int64_t pause_ms(const Backoff& backoff, std::int64_t attempts, double chance, std::int64_t retry_after_ms = -1);
// Evenly spread over 0..1.
double random_chance();

}  // namespace cvg
