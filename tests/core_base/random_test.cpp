#include "core/base/random.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/base/pattern.h"

namespace cvg {
namespace {

TEST(Random, UuidsAreOfVersionFourAndDiffer) {
  const Pattern form = *Pattern::compile("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = random_uuid();
    EXPECT_TRUE(form.found_in(uuid)) << uuid;
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Random, EveryLetterOfBase62IsAboutEquallyLikely) {
  std::map<char, int> counts;
  for (const char c : random_base62(62'000)) ++counts[c];
  EXPECT_EQ(counts.size(), 62u);
  for (const auto& [letter, count] : counts) EXPECT_NEAR(count, 1000, 250) << letter;
}

TEST(Random, BytesHaveTheirLength) {
  EXPECT_EQ(random_bytes(0).size(), 0u);
  EXPECT_EQ(random_bytes(100'000).size(), 100'000u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

}  // namespace
}  // namespace cvg
