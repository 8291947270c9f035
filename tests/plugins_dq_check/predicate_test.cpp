#include "plugins/dq_check/predicate.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

namespace dq {
namespace {

Check check(const char *name, const char *kwargs) {
  Check c;
  c.name = name;
  c.type = find_expectation(name);
  c.kwargs = convergence::Json::parse(kwargs);
  return c;
}
Column column(const char *name, const char *type) { return Column{name, std::string("\"") + name + "\"", type, family_of(type), false}; }

TEST(Predicate, SetsLoseWhatCannotEqualAValue) {
  std::size_t members = 0;
  EXPECT_EQ(literals(column("n", "BIGINT"), convergence::Json::parse(R"([1,"1","word",null,2])"), &members), "1, 2");
  EXPECT_EQ(members, 3u);
}

TEST(Predicate, ABoundOfAnotherTypeIsAnErrorOfTheCheck) {
  const Check words = check("expect_column_values_to_be_between", R"({"column":"a","min_value":5})");
  EXPECT_THROW(unexpected_value(words, column("a", "VARCHAR"), "a"), convergence::Error);
  const Check numbers = check("expect_column_values_to_be_between", R"({"column":"a","min_value":"z"})");
  EXPECT_THROW(unexpected_value(numbers, column("a", "BIGINT"), "a"), convergence::Error);
}

TEST(Predicate, ValuesThatAreNoTextAreMatchedAsTexts) {
  const Check c = check("expect_column_values_to_match_regex", R"({"column":"a","regex":"^1"})");
  EXPECT_EQ(unexpected_value(c, column("a", "BIGINT"), "v"), "(NOT (regexp_matches(CAST(v AS VARCHAR), '^1')))");
  EXPECT_EQ(unexpected_value(c, column("a", "VARCHAR"), "v"), "(NOT (regexp_matches(v, '^1')))");
}

TEST(Predicate, IgnoreRowIfNamesTheRowsThatCount) {
  const Column a = column("a", "BIGINT"), b = column("b", "BIGINT");
  EXPECT_EQ(considered_rows(check("expect_column_pair_values_to_be_equal", "{}"), {&a, &b}), "(NOT (\"a\" IS NULL AND \"b\" IS NULL))");
  EXPECT_EQ(considered_rows(check("expect_column_pair_values_to_be_equal", R"({"ignore_row_if":"either_value_is_missing"})"), {&a, &b}),
            "(NOT (\"a\" IS NULL OR \"b\" IS NULL))");
  EXPECT_EQ(considered_rows(check("expect_multicolumn_sum_to_equal", R"({"ignore_row_if":"never"})"), {&a, &b}), "");
}

TEST(Predicate, OrderedComparisonsOfDifferentTypesAreErrors) {
  const Column a = column("a", "BIGINT"), b = column("b", "VARCHAR");
  EXPECT_THROW(unexpected_row(check("expect_column_pair_values_a_to_be_greater_than_b", "{}"), {&a, &b}), convergence::Error);
  EXPECT_THROW(unexpected_row(check("expect_multicolumn_sum_to_equal", R"({"sum_total":1})"), {&a, &b}), convergence::Error);
}

}  // namespace
}  // namespace dq
