#include "core/plugin/load_sentinel.h"

#include <filesystem>

#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

TEST(LoadSentinel, StandsOnlyWhileItLives) {
  const Scratch scratch;
  {
    const Result<LoadSentinel> sentinel = LoadSentinel::begin(scratch.path(), "abc", "good");
    ASSERT_TRUE(sentinel.ok());
    EXPECT_EQ(read_all(scratch.path("abc.loading")), "good\n");
  }
  EXPECT_FALSE(std::filesystem::exists(scratch.path("abc.loading")));
}

// Bug: one start that was killed while a plugin was being loaded made every later start refuse it.
TEST(LoadSentinel, AKilledStartIsTriedAgainAndASuccessfulLoadForgetsIt) {
  const Scratch scratch;
  for (int round = 0; round < 2; ++round) {
    scratch.write("abc.loading", "good\ngood\n");
    {
      const Result<LoadSentinel> sentinel = LoadSentinel::begin(scratch.path(), "abc", "good");
      ASSERT_TRUE(sentinel.ok()) << sentinel.status().text();
      EXPECT_EQ(read_all(scratch.path("abc.loading")), "good\ngood\ngood\n");
    }
    EXPECT_FALSE(std::filesystem::exists(scratch.path("abc.loading")));
  }
}

TEST(LoadSentinel, ThreeEndsInARowQuarantineTheseBytesAlone) {
  const Scratch scratch;
  scratch.write("abc.loading", "good\ngood\ngood\n");
  const Result<LoadSentinel> sentinel = LoadSentinel::begin(scratch.path(), "abc", "good");
  ASSERT_FALSE(sentinel.ok());
  EXPECT_NE(sentinel.status().text().find("3 starts of the server in a row ended while it was being loaded"), std::string::npos);
  EXPECT_NE(sentinel.status().text().find("remove " + scratch.path("abc.loading")), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(scratch.path("abc.loading")));
  EXPECT_TRUE(LoadSentinel::begin(scratch.path(), "def", "good").ok());
}

}  // namespace
}  // namespace cvg
