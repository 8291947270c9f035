#include "core/state/commit_cache.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(CommitCache, FindsWhatWasPutAtTheSameCommit) {
  CommitCache<int> cache;
  cache.put("a", 7, std::make_shared<const int>(1));
  ASSERT_NE(cache.find("a", 7), nullptr);
  EXPECT_EQ(*cache.find("a", 7), 1);
  EXPECT_EQ(cache.find("b", 7), nullptr);
}

TEST(CommitCache, AnyCommitMakesItStale) {
  CommitCache<int> cache;
  cache.put("a", 7, std::make_shared<const int>(1));
  EXPECT_EQ(cache.find("a", 8), nullptr);
  cache.put("a", 8, std::make_shared<const int>(2));
  cache.put("a", 7, std::make_shared<const int>(1));  // a late reader of the older state
  EXPECT_EQ(*cache.find("a", 8), 2);
}

TEST(CommitCache, IsBounded) {
  CommitCache<int> cache;
  for (int i = 0; i < 20'000; ++i) cache.put(std::to_string(i), 1, std::make_shared<const int>(i));
  int kept = 0;
  for (int i = 0; i < 20'000; ++i) kept += cache.find(std::to_string(i), 1) != nullptr ? 1 : 0;
  EXPECT_LE(kept, 16 * 256);
  EXPECT_GT(kept, 0);
}

}  // namespace
}  // namespace cvg
