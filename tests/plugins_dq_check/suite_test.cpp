#include "plugins/dq_check/suite.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

using convergence::Json;

std::string errors(const std::string &spec, bool placeholders = true) {
  std::string all;
  const Suite suite = read_suite(Json::parse(spec), placeholders);
  for (const Json &e : suite.errors.items())
    all += (all.empty() ? "" : "\n") + e["field"].text() + ": " + e["message"].text();
  return all;
}

TEST(Suite, BothSpellingsOfGreatExpectationsAreRead) {
  const Suite s = read_suite(Json::parse(R"({"suite":{"expectation_suite_name":"x","meta":{},"expectations":[
      {"expectation_type":"expect_column_values_to_be_unique","kwargs":{"column":"a"},"meta":{"severity":"info"}},
      {"type":"expect_column_values_to_be_unique","kwargs":{"column":"b"},"severity":"warning"},
      {"type":"expect_column_values_to_be_unique","kwargs":{"column":"c"}}]}})"), false);
  ASSERT_EQ(s.errors.size(), 0u);
  ASSERT_EQ(s.checks.size(), 3u);
  EXPECT_EQ(s.checks[0].severity, Severity::info);
  EXPECT_EQ(s.checks[1].severity, Severity::warning);
  EXPECT_EQ(s.checks[2].severity, Severity::critical);
  EXPECT_EQ(s.checks[1].columns(), std::vector<std::string>{"b"});
}

TEST(Suite, AnUnknownNameIsAnErrorWithTheNearest) {
  EXPECT_EQ(errors(R"({"expectations":[{"expectation_type":"expect_column_value_to_be_unique","kwargs":{"column":"a"}}]})"),
            "expectations[0].expectation_type: 'expect_column_value_to_be_unique' is not a known expectation; did you mean "
            "expect_column_values_to_be_unique?");
  EXPECT_EQ(errors(R"({"expectations":[{}]})"), "expectations[0].expectation_type: an expectation needs its expectation_type");
}

TEST(Suite, WhatNeedsADistributionIsRefusedByName) {
  EXPECT_NE(errors(R"({"expectations":[{"expectation_type":"expect_column_kl_divergence_to_be_less_than"}]})").find("not supported"), std::string::npos);
}

TEST(Suite, NoExpectationsTwoSourcesAndABadSeverityAreErrors) {
  EXPECT_EQ(errors("{}"), "expectations: the step has no expectations");
  EXPECT_NE(errors(R"({"expectations":[],"suite":{}})").find("suite: give either"), std::string::npos);
  EXPECT_EQ(errors(R"({"severity":"high","expectations":[{"type":"expect_table_row_count_to_equal","kwargs":{"value":1},"meta":{"severity":"low"}}]})"),
            "severity: severity must be critical, warning or info\n"
            "expectations[0].meta.severity: severity must be critical, warning or info");
}

TEST(Suite, ABadRowConditionNamesItsField) {
  EXPECT_EQ(errors(R"({"suite":{"expectations":[{"type":"expect_table_row_count_to_equal","kwargs":{"value":1,"row_condition":"a > 1"}}]}})"),
            "suite.expectations[0].kwargs.row_condition: row_condition needs a condition_parser: great_expectations or sql");
}

TEST(Suite, APlaceholderPassesUntilItIsResolved) {
  const char *spec = R"({"expectations":[{"type":"expect_table_row_count_to_equal","kwargs":{"value":"{steps.ingest.rows}"}}]})";
  EXPECT_EQ(errors(spec, true), "");
  EXPECT_EQ(errors(spec, false), "expectations[0].kwargs.value: value must be an integer");
}

}  // namespace
}  // namespace dq
