#include "plugins/dq_check/verdict.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

using convergence::Json;

Check check(const char *name, const char *kwargs, Severity severity = Severity::critical) {
  Check c;
  c.name = name;
  c.type = find_expectation(name);
  c.kwargs = Json::parse(kwargs);
  c.severity = severity;
  return c;
}

Verdict counted(const char *mostly, int64_t counting, int64_t unexpected) {
  Verdict v;
  v.unexpected = unexpected;
  judge_counts(check("expect_column_values_to_be_unique", mostly), counting, v);
  return v;
}

TEST(Verdict, MostlyIsAShareOfTheValuesThatCount) {
  EXPECT_TRUE(counted(R"({"mostly":0.9})", 10, 1).success);
  EXPECT_FALSE(counted(R"({"mostly":0.91})", 10, 1).success);
  EXPECT_FALSE(counted("{}", 10, 1).success);
  EXPECT_TRUE(counted("{}", 10, 0).success);
  EXPECT_TRUE(counted("{}", 0, 0).success) << "no value: vacuously true";
  EXPECT_DOUBLE_EQ(counted("{}", 8, 2).unexpected_percent, 25);
}

TEST(Verdict, AnAggregateOverNothingFails) {
  Measured m;
  m.observed = 0;
  m.ok = 1;
  EXPECT_FALSE(judge(check("expect_column_min_to_be_between", "{}"), m, {Json(), Json()}).success);
  EXPECT_TRUE(judge(check("expect_column_min_to_be_between", "{}"), m, {Json(5), Json(true)}).success);
}

TEST(Verdict, TheResultNamesEveryField) {
  Verdict v = counted("{}", 4, 1);
  v.element = 5;
  v.missing = 1;
  const Json r = result_of(check("expect_column_values_to_be_unique", R"({"column":"a"})"), v);
  EXPECT_EQ(r.dump(), R"({"expectation_type":"expect_column_values_to_be_unique","column":"a","success":false,"severity":"critical","observed_value":25,)"
                      R"("unexpected_count":1,"element_count":5,"missing_count":1,"unexpected_percent":25,"partial_unexpected_list":[],"duration_ms":0,)"
                      R"("kwargs":{"column":"a"}})");
}

TEST(Verdict, WhatCouldNotBeMeasuredSaysWhyAlsoAsItsObservedValue) {
  Verdict v;
  v.error = "the table has no column a";
  const Json r = result_of(check("expect_column_values_to_be_unique", R"({"column":"a"})"), v);
  EXPECT_EQ(r["observed_value"]["error"].text(), v.error);
  EXPECT_EQ(r["error"].text(), v.error);
  EXPECT_TRUE(r["unexpected_count"].is_null());
}

TEST(Verdict, TheSummaryKnowsWhatFailsAStep) {
  const Check critical = check("expect_compound_columns_to_be_unique", R"({"column_list":["a","b"]})");
  const Check warning = check("expect_column_values_to_be_unique", R"({"column":"a"})", Severity::warning);
  const Check info = check("expect_column_values_to_be_unique", R"({"column":"a"})", Severity::info);
  Summary s;
  add(s, info, Verdict());
  EXPECT_STREQ(s.status(), "PASS");
  add(s, warning, Verdict());
  EXPECT_STREQ(s.status(), "WARNING");
  add(s, critical, Verdict());
  EXPECT_STREQ(s.status(), "FAIL");
  EXPECT_EQ(s.failures, "expect_compound_columns_to_be_unique(a, b)");
  EXPECT_EQ(s.failed, 3);
}

}  // namespace
}  // namespace dq
