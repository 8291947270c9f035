#include "plugins/dq_check/kwarg_rules.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

std::string complaints(const char *name, const char *kwargs, bool placeholders = false) {
  Check check;
  check.name = name;
  check.type = find_expectation(name);
  check.kwargs = convergence::Json::parse(kwargs);
  std::string all;
  check_kwargs(check, placeholders, [&all](const std::string &kwarg, const std::string &message) {
    all += (all.empty() ? "" : "\n") + kwarg + ": " + message;
  });
  return all;
}

const char kBetween[] = "expect_column_values_to_be_between";

TEST(KwargRules, GoodKwargsPass) {
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":0,"max_value":"5","strict_min":true,"mostly":0.995,"result_format":"BASIC"})"), "");
  EXPECT_EQ(complaints("expect_column_values_to_be_in_set", R"({"column":"a","value_set":null})"), "");
  EXPECT_EQ(complaints("expect_column_values_to_be_increasing", R"({"column":"a","order_by":"b"})"), "");
}

TEST(KwargRules, MissingUnknownAndMistypedKwargsAreNamed) {
  EXPECT_EQ(complaints("expect_column_values_to_be_unique", "{}"), "column: expect_column_values_to_be_unique needs column");
  EXPECT_EQ(complaints("expect_column_values_to_be_unique", R"({"column":"a","mostley":1})"),
            "mostley: expect_column_values_to_be_unique takes no mostley; did you mean mostly?");
  EXPECT_EQ(complaints("expect_column_values_to_be_unique", R"({"column":"a","mostly":1.5})"), "mostly: mostly must be a number from 0 to 1");
  EXPECT_EQ(complaints("expect_column_values_to_be_in_set", R"({"column":"a","value_set":"USD"})"), "value_set: value_set must be a list of values");
  EXPECT_EQ(complaints("expect_column_value_lengths_to_equal", R"({"column":"a","value":1.5})"), "value: value must be an integer");
  EXPECT_EQ(complaints("expect_compound_columns_to_be_unique", R"({"column_list":["a"]})"), "column_list: column_list needs two columns or more");
}

TEST(KwargRules, BoundsMustFitTogether) {
  EXPECT_EQ(complaints(kBetween, R"({"column":"a"})"), ": expect_column_values_to_be_between needs min_value or max_value, or both");
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":9,"max_value":10})"), "");
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":10,"max_value":9})"), "min_value: min_value is larger than max_value");
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":"2025-11-02","max_value":"2025-11-01"})"), "min_value: min_value is larger than max_value");
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":"word","max_value":9})"), "min_value: min_value and max_value are of different types");
  EXPECT_EQ(complaints(kBetween, R"({"column":"a","min_value":"{low}","max_value":9})", true), "");
}

TEST(KwargRules, PatternsAndQueriesAreReadBeforeTheyRun) {
  EXPECT_EQ(complaints("expect_column_values_to_match_regex", R"x({"column":"a","regex":"(?=x)"})x"),
            "regex: '(?=x)' is no regular expression that the warehouse reads: look-ahead and look-behind are not known to RE2");
  EXPECT_NE(complaints("expect_column_values_to_match_regex_list", R"({"column":"a","regex_list":["a","["]})"), "");
  EXPECT_NE(complaints("expect_column_values_to_match_regex_list", R"({"column":"a","regex_list":["a"],"match_on":"some"})"), "");
  EXPECT_EQ(complaints("unexpected_rows", R"({"unexpected_rows_query":"SELECT 1; SELECT 2"})"),
            "unexpected_rows_query: unexpected_rows_query the SQL holds more than one statement");
  EXPECT_NE(complaints("expect_column_values_to_match_json_schema", R"({"column":"a","json_schema":{"$ref":"x"}})"), "");
}

TEST(KwargRules, IgnoreRowIfAndQuantilesHaveTheirOwnRules) {
  EXPECT_EQ(complaints("expect_column_pair_values_to_be_equal", R"({"column_A":"a","column_B":"b","ignore_row_if":"neither"})"), "");
  EXPECT_NE(complaints("expect_column_pair_values_to_be_equal", R"({"column_A":"a","column_B":"b","ignore_row_if":"any_value_is_missing"})"), "");
  EXPECT_NE(complaints("expect_multicolumn_sum_to_equal", R"({"column_list":["a"],"sum_total":1,"ignore_row_if":"neither"})"), "");
  EXPECT_NE(complaints("expect_column_quantile_values_to_be_between", R"({"column":"a","quantile_ranges":{"quantiles":[2],"value_ranges":[[0,1]]}})"), "");
  EXPECT_NE(complaints("expect_column_quantile_values_to_be_between", R"({"column":"a","quantile_ranges":{"quantiles":[0.5],"value_ranges":[]}})"), "");
}

}  // namespace
}  // namespace dq
