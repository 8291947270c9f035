// Every expectation against a row-by-row reference, over random tables with hostile names and values.
#include "plugins/dq_check/checker.h"

#include <gtest/gtest.h>

#include "tests/plugins_dq_check/column_cases.h"
#include "tests/plugins_query/fake_host.h"

namespace cvg {
namespace {

using convergence::Json;

std::string literal(const Text &t) {
  if (!t) return "NULL";
  std::string out = "'";
  for (const char c : *t) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

void load(FakeHost &host, const Rows &rows) {
  const std::string table = "\"we\"\"ird; \xC3\xA4 'table'\"";
  host.sql("CREATE OR REPLACE TABLE " + table + " (id BIGINT, " + kTextSql +
           " VARCHAR, other VARCHAR, number INTEGER, amount DECIMAL(38,24), day DATE, x_source VARCHAR, x_unit VARCHAR)");
  std::string values;
  for (const Row &r : rows) {
    values += (values.empty() ? "(" : ", (") + std::to_string(r.id) + ", " + literal(r.text) + ", " + literal(r.other) + ", " +
              (r.number ? std::to_string(*r.number) : "NULL") + ", " + (r.second ? cents(*r.second) : "NULL") + ", " +
              (r.day ? "DATE '2025-11-0" + std::to_string(*r.day) + "'" : "NULL") + ", 's', 'u')";
  }
  values += (values.empty() ? "(" : ", (") + std::string("-1, 'outside', 'outside', 99999, 99999, DATE '1999-01-01', 's', 'another unit')");
  host.sql("INSERT INTO " + table + " VALUES " + values);
  host.units[kTable] = R"([{"source":"s","unit":"u"}])";
}

void compare(const Json &result, const Want &want, const std::string &what) {
  EXPECT_TRUE(result["error"].is_null()) << what << result["error"].text();
  EXPECT_EQ(result["success"].boolean(), want.success) << what << result.dump();
  const auto count = [&](const char *name, const std::optional<int64_t> &n) {
    EXPECT_EQ(n ? result[name].text() : "", n ? std::to_string(*n) : "") << what << name;
  };
  count("unexpected_count", want.unexpected);
  count("element_count", want.element);
  count("missing_count", want.missing);
  EXPECT_EQ(want.observed ? result["observed_value"].text() : "", want.observed.value_or("")) << what;
  const bool sampled = want.unexpected.value_or(0) > 0 && result["expectation_type"].text().find("not_be_null") == std::string::npos;
  EXPECT_EQ(result["partial_unexpected_list"].size() > 0, sampled || (!want.success && !want.unexpected && result["partial_unexpected_list"].size() > 0)) << what;
}

// All cases as one suite, with and without a row_condition: the compiled statement measures them together.
void check_all(const std::vector<Case> &cases, unsigned seed, bool few) {
  FakeHost host(2);
  FakeStep step(host);
  const Rows rows = random_rows(seed, few);
  load(host, rows);
  Rows narrowed;
  for (const Row &r : rows)
    if (r.number && *r.number >= 1) narrowed.push_back(r);
  std::string list;
  for (const Case &c : cases) {
    list += (list.empty() ? "" : ",") + c.expectation + "}}";
    list += "," + c.expectation + R"(,"row_condition":"col(\"number\") >= 1","condition_parser":"great_expectations"}})";
  }
  const StepRun run = step.run(R"({"table":"we\"ird; ä 'table'","where":"number < 90000 OR number IS NULL -- all","severity":"warning","expectations":[)" + list + "]}");
  ASSERT_EQ(run.status, CVG_OK) << run.message;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string what = "seed " + std::to_string(seed) + " " + cases[i].expectation + ": ";
    compare(run.outputs["dq_results"].items().at(2 * i), cases[i].want(rows), what);
    compare(run.outputs["dq_results"].items().at(2 * i + 1), cases[i].want(narrowed), what + "(narrowed) ");
  }
  for (const std::string &line : host.log_lines) ADD_FAILURE() << line;
}

class Checker : public testing::TestWithParam<unsigned> {};

TEST_P(Checker, AgreesWithTheReferenceOnFewValues) {
  for (const auto &cases : {set_cases(), text_cases(), spread_cases(), distinct_cases(), number_cases(), table_cases(), row_cases()})
    check_all(cases, GetParam(), true);
}
TEST_P(Checker, AgreesWithTheReferenceOnManyValues) {
  for (const auto &cases : {set_cases(), text_cases(), spread_cases(), distinct_cases(), number_cases(), table_cases(), row_cases()})
    check_all(cases, GetParam(), false);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Checker, testing::Range(0u, 12u));

}  // namespace
}  // namespace cvg
