// What the reference of checker_test does not cover: dates of many forms, samples, ties with odd types.
#include "plugins/dq_check/compile.h"

#include <gtest/gtest.h>

#include "tests/plugins_dq_check/one_check.h"

namespace cvg {
namespace {

using convergence::Json;

TEST(Compile, ConditionsAreJoinedOrLeftOut) {
  EXPECT_EQ(dq::both("", ""), "");
  EXPECT_EQ(dq::both("a", ""), "a");
  EXPECT_EQ(dq::both("a", "b"), "a AND b");
  EXPECT_EQ(dq::filter("a"), " FILTER (WHERE a)");
  EXPECT_EQ(dq::where(""), "");
}

TEST(Compile, DatesOfManyFormsAreParseable) {
  FakeHost host;
  const Json r = one_check(host, "SELECT * FROM (VALUES ('2025-11-15'), ('2025-11-15T10:00:00Z'), ('11/15/2025'), ('15 Nov 2025'), ('Nov 15, 2025'), "
                                 "('20251115'), (NULL), ('soon'), ('32.13.2025')) t(a)",
                           "expect_column_values_to_be_dateutil_parseable", R"({"column":"a"})");
  EXPECT_EQ(r["partial_unexpected_list"].dump(), R"(["soon","32.13.2025"])");
  EXPECT_EQ(r["missing_count"].text(), "1");
}

TEST(Compile, EveryMemberOfADuplicateGroupIsUnexpected) {
  FakeHost host;
  const Json r = one_check(host, "SELECT * FROM (VALUES (1), (1), (1), (2), (NULL), (NULL)) t(a)", "expect_column_values_to_be_unique", R"({"column":"a"})");
  EXPECT_EQ(r["unexpected_count"].text(), "3");
  EXPECT_EQ(r["unexpected_percent"].text(), "75");
  EXPECT_EQ(r["partial_unexpected_list"].dump(), "[1]");
}

TEST(Compile, SamplesKeepTheirTypeAndAreBounded) {
  FakeHost host;
  const Json r = one_check(host, "SELECT CAST(i AS DECIMAL(38,24)) AS a FROM range(5000) t(i)", "expect_column_values_to_be_between",
                           R"({"column":"a","min_value":4000})");
  EXPECT_EQ(r["unexpected_count"].text(), "4000");
  EXPECT_EQ(r["partial_unexpected_list"].size(), 20u);
  EXPECT_EQ(r["partial_unexpected_list"].items()[1].dump(), "1.000000000000000000000000");
  const Json pair = one_check(host, "SELECT 1 AS a, 'x' AS b", "expect_column_pair_values_to_be_equal", R"({"column_A":"a","column_B":"b"})");
  EXPECT_EQ(pair["partial_unexpected_list"].dump(), R"([["1","x"]])");
}

TEST(Compile, ZScoresOfEqualValuesAreNoOutliers) {
  FakeHost host;
  EXPECT_TRUE(one_check(host, "SELECT 5 AS a FROM range(9)", "expect_column_value_z_scores_to_be_less_than", R"({"column":"a","threshold":1})")["success"].boolean());
  EXPECT_TRUE(one_check(host, "SELECT 5 AS a", "expect_column_value_z_scores_to_be_less_than", R"({"column":"a","threshold":1})")["success"].boolean());
}

TEST(Compile, AnOrderNeedsAColumnToOrderBy) {
  FakeHost host;
  EXPECT_NE(one_check(host, "SELECT 1 AS a", "expect_column_values_to_be_increasing", R"({"column":"a","order_by":"a"})")["error"].text(), "");
}

}  // namespace
}  // namespace cvg
