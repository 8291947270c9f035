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

TEST(LoadSentinel, OneThatStayedQuarantinesTheseBytesAlone) {
  const Scratch scratch;
  scratch.write("abc.loading", "good\n");
  const Result<LoadSentinel> sentinel = LoadSentinel::begin(scratch.path(), "abc", "good");
  ASSERT_FALSE(sentinel.ok());
  EXPECT_NE(sentinel.status().text().find("remove " + scratch.path("abc.loading")), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(scratch.path("abc.loading")));
  EXPECT_TRUE(LoadSentinel::begin(scratch.path(), "def", "good").ok());
}

}  // namespace
}  // namespace cvg
