#include "core/access/rate_limiter.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <thread>

#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

// The definition, word by word: every allowed request with its time.
class NaiveLimiter {
 public:
  bool check(const std::string& key, std::int64_t limit, std::int64_t window_ms, std::int64_t now, std::int64_t& used) {
    used = 0;
    for (const std::int64_t time : allowed_[{key, window_ms}]) used += time > now - window_ms ? 1 : 0;
    if (used >= limit) return false;
    allowed_[{key, window_ms}].push_back(now);
    ++used;
    return true;
  }

 private:
  std::map<std::pair<std::string, std::int64_t>, std::deque<std::int64_t>> allowed_;
};

TEST(RateLimiter, AgreesWithANaiveModelOnRandomRequests) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    FakeClock clock;
    RateLimiter limiter(clock);
    NaiveLimiter naive;
    for (int i = 0; i < 3000; ++i) {
      clock.advance_ms(random() % 4 == 0 ? random() % 700 : random() % 20);
      const std::string key = "k" + std::to_string(random() % 5);
      const std::int64_t window_ms = random() % 2 == 0 ? 1000 : 5000;
      const std::int64_t limit = window_ms == 1000 ? 7 : 20 + static_cast<std::int64_t>(random() % 2);
      std::int64_t used = 0;
      const bool wanted = naive.check(key, limit, window_ms, clock.monotonic_ms(), used);
      const RateDecision decision = limiter.check(key, limit, window_ms);
      ASSERT_EQ(decision.allowed, wanted) << "seed " << seed << ", request " << i;
      ASSERT_EQ(decision.remaining, std::max<std::int64_t>(0, limit - used)) << "seed " << seed << ", request " << i;
    }
  }
}

TEST(RateLimiter, TellsWhenTheNextRequestIsAllowed) {
  FakeClock clock;
  RateLimiter limiter(clock);
  EXPECT_EQ(limiter.check("k", 2, 60'000).reset_ms, clock.now_ms() + 60'000);
  clock.advance_ms(10'500);
  EXPECT_EQ(limiter.check("k", 2, 60'000).remaining, 0);
  const RateDecision refused = limiter.check("k", 2, 60'000);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.limit, 2);
  EXPECT_EQ(refused.retry_after_s, 50);
  EXPECT_EQ(refused.reset_ms, clock.now_ms() + 49'500);
  clock.advance_ms(49'499);
  EXPECT_FALSE(limiter.check("k", 2, 60'000).allowed);
  clock.advance_ms(1);
  EXPECT_TRUE(limiter.check("k", 2, 60'000).allowed) << "the refused requests left no trace";
  EXPECT_FALSE(limiter.check("k", 2, 60'000).allowed);
}

TEST(RateLimiter, AJumpOfTheWallClockChangesNothing) {
  FakeClock clock;
  RateLimiter limiter(clock);
  EXPECT_TRUE(limiter.check("k", 1, 60'000).allowed);
  clock.jump_to_ms(clock.now_ms() + 3'600'000);
  EXPECT_FALSE(limiter.check("k", 1, 60'000).allowed);
}

TEST(RateLimiter, ARequestRefusedByOneWindowIsChargedToNone) {
  FakeClock clock;
  RateLimiter limiter(clock);
  const std::vector<RateLimit> limits{{"minute", 100, 60'000}, {"run", 2, 60'000}, {"hour", 1000, 3'600'000}};
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(limiter.check_all(limits)[1].allowed);
  for (int i = 0; i < 10; ++i) {
    const auto decisions = limiter.check_all(limits);
    EXPECT_TRUE(decisions[0].allowed);
    EXPECT_FALSE(decisions[1].allowed);
    EXPECT_EQ(decisions[0].remaining, 98);
    EXPECT_EQ(decisions[2].remaining, 998);
  }
}

TEST(RateLimiter, ParallelRequestsGetExactlyTheLimit) {
  FakeClock clock;
  RateLimiter limiter(clock);
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const auto decisions = limiter.check_all({{"all", 500, 60'000}, {"tenant" + std::to_string(t), 1000, 60'000}});
        if (decisions[0].allowed) ++allowed;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed, 500);
}

TEST(RateLimiter, IdleKeysAreForgotten) {
  FakeClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 20'000; ++i) limiter.check("key" + std::to_string(i), 10, 60'000);
  EXPECT_EQ(limiter.keys(), 20'000);
  clock.advance_ms(60'000);
  for (int i = 0; i < 10'000; ++i) limiter.check("other" + std::to_string(i % 1000), 10'000, 60'000);
  EXPECT_LE(limiter.keys(), 1500);
}

TEST(RateLimiter, NeverRemembersMoreKeysThanAllowed) {
  FakeClock clock;
  RateLimiter limiter(clock, 6400);
  for (int i = 0; i < 100'000; ++i) limiter.check("key" + std::to_string(i), 10, 60'000);
  EXPECT_LE(limiter.keys(), 6400);
}

// As in the server: 100,000 windows may be remembered, and a million addresses come.
TEST(RateLimiter, AMillionKeysCostTheMemoryOfThoseThatAreRemembered) {
  FakeClock clock;
  RateLimiter limiter(clock, 100'000);
  std::int64_t most = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    limiter.check("address:" + std::to_string(i), 5, 60'000);
    if (i % 50'000 == 0) most = std::max(most, limiter.keys());
  }
  EXPECT_LE(most, 100'000);
  EXPECT_GE(limiter.keys(), 90'000) << "the windows of those who came last are remembered";
  clock.advance_ms(60'000);
  for (int i = 0; i < 100'000; ++i) limiter.check("one", 1'000'000, 60'000), limiter.check("k" + std::to_string(i % 640), 1'000'000, 60'000);
  EXPECT_LE(limiter.keys(), 2'000) << "idle ones go as others come";
}

TEST(RateLimiter, ALoweredLimitHoldsAtOnce) {
  FakeClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 10; ++i) limiter.check("k", 100, 60'000);
  const RateDecision decision = limiter.check("k", 5, 60'000);
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.remaining, 0);
  EXPECT_FALSE(limiter.check("nobody", 0, 60'000).allowed);
}

}  // namespace
}  // namespace cvg
