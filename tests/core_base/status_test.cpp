#include "core/base/status.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Status(Code::invalid, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  CVG_ASSIGN(const int once, half(number));
  CVG_ASSIGN(const int twice, half(once));
  return twice;
}
Status check(int number) {
  CVG_RETURN_IF_ERROR(quarter(number).status());
  return Status();
}

TEST(Status, MacrosPassErrorsOn) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).status().text(), "odd");
  EXPECT_TRUE(check(4).ok());
  EXPECT_EQ(check(2).code(), Code::invalid);
}

TEST(Status, LogTextIsTheClientsTextUnlessItHasItsOwn) {
  EXPECT_EQ(Status(Code::host, "a").log_text(), "a");
  EXPECT_EQ(Status(Code::host, "a", "b").log_text(), "b");
}

TEST(Status, RetryFollowsFromTheCodeUnlessSaid) {
  EXPECT_TRUE(Status(Code::unavailable, "").retryable());
  EXPECT_FALSE(Status(Code::data, "").retryable());
  EXPECT_FALSE(Status(Code::unavailable, "").with_retryable(false).retryable());
}

TEST(Status, EveryCodeHasItsRowInOrder) {
  for (int i = 0; i <= static_cast<int>(Code::quota); ++i) EXPECT_EQ(traits(static_cast<Code>(i)).code, static_cast<Code>(i));
}

TEST(Status, AbiNumbersComeBack) {
  EXPECT_EQ(code_from_abi(0), Code::ok);
  EXPECT_EQ(code_from_abi(6), Code::not_found);
  EXPECT_EQ(code_from_abi(99), Code::plugin);
}

}  // namespace
}  // namespace cvg
