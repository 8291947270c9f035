#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

using convergence::Json;

class DqCheck : public testing::Test {
 protected:
  DqCheck() : step(host) {
    host.sql("CREATE TABLE bill (x_source VARCHAR, x_unit VARCHAR, id INTEGER, currency VARCHAR, cost DECIMAL(38,24), tags MAP(VARCHAR, VARCHAR))");
    host.sql("INSERT INTO bill SELECT 'a', CASE WHEN i < 90 THEN 'now' ELSE 'before' END, i, CASE WHEN i % 10 = 3 THEN 'EUR' ELSE 'USD' END, i, "
             "MAP {'k': i::VARCHAR} FROM range(100) t(i)");
    host.units["bill"] = R"([{"source":"a","unit":"now"}])";
  }
  static std::string currency(const char *severity) {
    return std::string(R"({"expectation_type":"expect_column_values_to_be_in_set","kwargs":{"column":"currency","value_set":["USD"]},"meta":{"severity":")") +
           severity + "\"}}";
  }
  StepRun run(const std::string &expectations, const std::string &more = "") {
    return step.run(R"({"table":"bill",)" + more + R"("expectations":[)" + expectations + "]}");
  }
  FakeHost host;
  FakeStep step;
};

TEST_F(DqCheck, ACriticalFailureFailsTheStepAndTheOutputsAreStillFilled) {
  const StepRun r = run(currency("critical") + R"(,{"expectation_type":"expect_column_values_to_be_unique","kwargs":{"column":"id"}})");
  EXPECT_EQ(r.status, CVG_E_DATA);
  EXPECT_EQ(r.message, "1 of 2 critical expectations failed: expect_column_values_to_be_in_set(currency)");
  EXPECT_EQ(r.outputs["overall_status"].text(), "FAIL");
  EXPECT_EQ(r.outputs["passed"].text(), "1");
  EXPECT_EQ(r.outputs["failed"].text(), "1");
  const Json &first = r.outputs["dq_results"].items().at(0);
  EXPECT_EQ(first["element_count"].text(), "90") << "the rows of the run's unit, not of the table";
  EXPECT_EQ(first["unexpected_count"].text(), "9");
  EXPECT_EQ(first["unexpected_percent"].text(), "10");
  EXPECT_EQ(first["partial_unexpected_list"].dump(), R"(["EUR","EUR","EUR","EUR","EUR","EUR","EUR","EUR","EUR"])");
}

TEST_F(DqCheck, AWarningLeavesTheStepStanding) {
  const StepRun r = run(currency("warning") + "," + currency("info"));
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(r.outputs["overall_status"].text(), "WARNING");
  EXPECT_EQ(run(currency("info")).outputs["overall_status"].text(), "PASS");
}

TEST_F(DqCheck, WhereNarrowsAndATableWithoutUnitsIsCheckedWhole) {
  EXPECT_EQ(run(currency("critical"), R"("where":"id < 3 OR id = 5 -- few",)").status, CVG_OK);
  host.units.clear();
  EXPECT_EQ(run(currency("info")).outputs["dq_results"].items()[0]["element_count"].text(), "100");
}

TEST_F(DqCheck, ManyChecksNeedFewStatements) {
  std::string list = currency("info");
  for (const char *c : {"id", "currency", "cost"})
    list += std::string(R"(,{"type":"expect_column_values_to_not_be_null","kwargs":{"column":")") + c +
            R"("}},{"type":"expect_column_unique_value_count_to_be_between","kwargs":{"min_value":1,"column":")" + c + "\"}}";
  run(list);
  EXPECT_EQ(host.queries.size(), 4u) << "types, estimate, measures, samples";
}

TEST_F(DqCheck, AnImpossibleCheckFailsAloneAndSaysWhy) {
  const StepRun r = run(currency("info") +
                        R"(,{"type":"expect_column_values_to_be_unique","kwargs":{"column":"absent"},"severity":"info"})"
                        R"(,{"type":"expect_column_sum_to_be_between","kwargs":{"column":"currency","min_value":0},"severity":"info"})"
                        R"(,{"type":"expect_table_row_count_to_equal_other_table","kwargs":{"other_table_name":"missing"},"severity":"info"})"
                        R"(,{"type":"expect_table_row_count_to_equal","kwargs":{"value":90,"row_condition":"nothing > 1","condition_parser":"sql"},"severity":"info"})"
                        R"(,{"type":"expect_table_row_count_to_equal","kwargs":{"value":90},"severity":"info"})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  const auto error = [&r](std::size_t i) { return r.outputs["dq_results"].items().at(i)["error"].text(); };
  EXPECT_EQ(error(0), "");
  EXPECT_EQ(error(1), "the table has no column absent");
  EXPECT_EQ(error(2), "currency (VARCHAR) is no number");
  EXPECT_NE(error(3).find("missing"), std::string::npos);
  EXPECT_NE(error(4).find("nothing"), std::string::npos);
  EXPECT_EQ(r.outputs["passed"].text(), "1");
  EXPECT_EQ(r.outputs["dq_results"].items()[5]["success"].dump(), "true");
}

TEST_F(DqCheck, AWarehouseThatIsAwayFailsTheStepAsSuch) {
  host.fail_query_with = "count(*)";
  EXPECT_EQ(run(currency("info")).status, CVG_E_UNAVAILABLE);
  host.fail_query_with = "";
  host.cancel = true;
  EXPECT_EQ(run(currency("info")).status, CVG_E_CANCELLED);
  host.cancel = false;
  EXPECT_EQ(step.run(R"({"table":"missing","expectations":[)" + currency("info") + "]}").status, CVG_E_DATA);
}

TEST_F(DqCheck, ColumnsOfEveryTypeAreCheckedAndSampled) {
  host.sql("CREATE TABLE wide AS SELECT * FROM test_all_types() ");
  for (const std::string check : {"expect_column_values_to_be_null", "expect_column_values_to_be_unique", "expect_column_values_to_be_json_parseable"}) {
    std::string list;
    const convergence::ArrowRows columns = host.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = 'wide' AND data_type NOT LIKE '%BIT%'");
    for (const auto &c : columns.rows)
      list += (list.empty() ? "" : ",") + (R"({"type":")" + check + R"(","severity":"info","kwargs":{"column":)") + c[0].dump() + "}}";
    const StepRun r = step.run(R"({"table":"wide","expectations":[)" + list + "]}");
    ASSERT_EQ(r.status, CVG_OK) << r.message;
    for (const Json &x : r.outputs["dq_results"].items()) EXPECT_EQ(x["error"].text(), "") << x["column"].text();
  }
  for (const std::string &line : host.log_lines) ADD_FAILURE() << line;
}

TEST_F(DqCheck, PlanNamesEveryFieldThatIsWrong) {
  EXPECT_EQ(step.plan(R"({"table":"bill","expectations":[)" + currency("critical") + "]}"), "");
  EXPECT_EQ(step.plan(R"({"table":"bill","suite_file":"suites/bill.json"})"), "");
  EXPECT_EQ(step.plan(R"({"table":"bill","where":"a; b","suite_file":{"expectations":[{"type":"expect_column_values_to_be_unique","kwargs":{}}]}})"),
            "suite.expectations[0].kwargs.column: expect_column_values_to_be_unique needs column\nwhere: the SQL holds more than one statement");
  const StepRun r = step.run(R"({"table":"bill","expectations":[{"type":"expect_it"}]})");
  EXPECT_EQ(r.status, CVG_E_CONFIG);
  EXPECT_EQ(r.message, "expectations[0].expectation_type: 'expect_it' is not a known expectation");
}

TEST_F(DqCheck, TooManyExpectationsAreALimit) {
  std::string list = currency("info");
  for (int i = 0; i < 500; ++i) list += "," + currency("info");
  EXPECT_EQ(run(list).status, CVG_E_LIMIT);
  EXPECT_NE(step.plan(R"({"table":"bill","expectations":[)" + list + "]}"), "");
}

TEST_F(DqCheck, DescribesItsSpec) { EXPECT_EQ(step.describe()["spec_schema"]["required"].dump(), R"(["table"])"); }

}  // namespace
}  // namespace cvg
