#include "host/sample/amount.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Amount, TextIsExactAndShort) {
  EXPECT_EQ(Amount{0}.text(), "0");
  EXPECT_EQ(Amount{1}.text(), "0.0000000001");
  EXPECT_EQ(Amount{-3'0000000001}.text(), "-3.0000000001");
  EXPECT_EQ(Amount{25'0000000000}.text(), "25");
}

TEST(Amount, SmallOnesAreScientificAsAwsWritesThem) {
  EXPECT_EQ(Amount{181}.scientific(), "1.81E-8");
  EXPECT_EQ(Amount{-5}.scientific(), "-5.0E-10");
  EXPECT_EQ(Amount{10000}.scientific(), "0.000001");
  EXPECT_EQ(Amount{0}.scientific(), "0");
}

TEST(Amount, ProductsRoundHalfAwayFromZero) {
  EXPECT_EQ((Amount{5}.times({Amount::one / 2})).units, 3);
  EXPECT_EQ((Amount{-5}.times({Amount::one / 2})).units, -3);
  EXPECT_EQ((Amount{2 * Amount::one}.times({3 * Amount::one})).text(), "6");
  EXPECT_EQ(Amount{1000}.percent(85).units, 850);
}

}  // namespace
}  // namespace cvg
