#include "core/base/numeral.h"

#include <gtest/gtest.h>

#include <string>

namespace cvg {
namespace {

TEST(Numeral, OrderIsThatOfTheValuesNotOfTheTexts) {
  const std::string rising[] = {"-1e3", "-999.9", "-1", "-0.5", "0", "1e-400", "0.1", "0.10000000000000000000000001", "2", "10", "1E2", "1e400"};
  for (std::size_t i = 0; i < std::size(rising); ++i)
    for (std::size_t j = 0; j < std::size(rising); ++j)
      EXPECT_EQ(compare_numerals(rising[i], rising[j]), i < j ? -1 : i > j ? 1 : 0) << rising[i] << " and " << rising[j];
  EXPECT_EQ(compare_numerals("1.50", "15e-1"), 0);
  EXPECT_EQ(compare_numerals("-0.0", "0"), 0);
  EXPECT_EQ(compare_numerals("0.0012", "12E-4"), 0);
  EXPECT_EQ(compare_numerals("1e99999999999999999999", "1e9"), 1);
}

TEST(Numeral, WholeIsAQuestionOfTheValue) {
  for (const std::string text : {"0", "-12", "12.0", "1.2e1", "0.0", "100"}) EXPECT_TRUE(is_whole(text)) << text;
  for (const std::string text : {"0.5", "1e-1", "12.01"}) EXPECT_FALSE(is_whole(text)) << text;
}

TEST(Numeral, FormIsThatOfJson) {
  for (const std::string text : {"0", "-0", "12.50", "1e5", "1E+5", "0.1e-2"}) EXPECT_TRUE(is_numeral(text)) << text;
  for (const std::string text : {"", "-", "01", ".5", "1.", "1e", "+1", "0x1", "1 ", "1e+"}) EXPECT_FALSE(is_numeral(text)) << text;
}

}  // namespace
}  // namespace cvg
