#include "core/isolated/stop_page.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace cvg {
namespace {

TEST(StopPage, OneSideWritesAndTheOtherReads) {
  Result<StopPage> ours = StopPage::create();
  ASSERT_TRUE(ours.ok());
  const Result<StopPage> theirs = StopPage::open(Fd(::dup(ours->descriptor())));
  ASSERT_TRUE(theirs.ok());
  EXPECT_EQ(theirs->get(), 0);
  ours->set(2);
  EXPECT_EQ(theirs->get(), 2);
}

TEST(StopPage, NobodyMakesItSmaller) {
  const Result<StopPage> page = StopPage::create();
  ASSERT_TRUE(page.ok());
  EXPECT_NE(::ftruncate(page->descriptor(), 0), 0);
}

}  // namespace
}  // namespace cvg
