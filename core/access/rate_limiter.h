// RateLimiter: exact sliding windows.  A request is allowed when fewer than `limit` requests of its key were allowed within
// the last `window_ms`; refused requests leave no trace.  The times of allowed requests are kept, at most `limit` for a key,
// and a key without any in its window is forgotten.  Any thread: keys are spread over shards with a mutex each.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"

namespace cvg {

// One window that a request is charged to.  The key says whose and which: "tenant:acme:minute".
struct RateLimit {
  std::string key;
  std::int64_t limit = 0;
  std::int64_t window_ms = 60'000;
};

struct RateDecision {
  bool allowed = false;
  std::int64_t limit = 0;
  std::int64_t remaining = 0;      // further requests allowed right now
  std::int64_t reset_ms = 0;       // when the oldest request leaves the window (epoch, UTC): from then on more are allowed
  std::int64_t retry_after_s = 0;  // 0 when allowed, else at least 1
};

class RateLimiter {
 public:
  // keys_max: beyond so many keys with requests in their windows, the least recently used one is forgotten.
  explicit RateLimiter(const Clock& clock, std::int64_t keys_max = 1 << 18);
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  RateDecision check(const std::string& key, std::int64_t limit, std::int64_t window_ms);
  // Charges all windows (no key twice) or, when one of them refuses, none.  One decision for each, in order; those that would have allowed
  // the refused request say so, and what remains without it.
  std::vector<RateDecision> check_all(const std::vector<RateLimit>& limits);
  std::int64_t keys() const;  // that are remembered now; for metrics

 private:
  static constexpr std::size_t shard_count = 64;
  struct Shard;
  const Clock& clock_;
  std::array<std::unique_ptr<Shard>, shard_count> shards_;
};

}  // namespace cvg
