#include "plugins/dq_check/vocabulary.h"

#include <gtest/gtest.h>

#include <set>

namespace dq {
namespace {

TEST(Vocabulary, EveryNameStandsOnceAndIsFound) {
  std::set<std::string> names;
  for (const Expectation *e = vocabulary_begin(); e != vocabulary_end(); ++e) {
    EXPECT_TRUE(names.insert(e->name).second) << e->name;
    EXPECT_EQ(find_expectation(e->name), e);
  }
  EXPECT_GE(names.size(), 60u);
  EXPECT_EQ(find_expectation("expect_nothing"), nullptr);
}

TEST(Vocabulary, KwargsAreFoundAlsoTheCommonOnes) {
  const Expectation &e = *find_expectation("expect_column_values_to_be_between");
  EXPECT_TRUE(find_kwarg(e, "column")->required);
  EXPECT_FALSE(find_kwarg(e, "row_condition")->required);
  EXPECT_EQ(find_kwarg(e, "value_set"), nullptr);
}

TEST(Vocabulary, AWrongNameGetsItsNearest) {
  EXPECT_EQ(nearest_expectation("expect_column_values_to_be_not_null"), "expect_column_values_to_not_be_null");
  EXPECT_EQ(nearest_expectation("expect_column_value_to_be_unique"), "expect_column_values_to_be_unique");
  EXPECT_EQ(nearest_expectation("q"), "");
  EXPECT_EQ(nearest_kwarg(*find_expectation("expect_column_values_to_be_between"), "minvalue"), "min_value");
}

}  // namespace
}  // namespace dq
