#include "session_format.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

std::unique_ptr<Engine> engine() {
  EngineConfig config;
  config.threads = 1;
  config.temp_limit_mb = 0;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  return Engine::open(config);
}

FormattedResult json(const std::string& sql, FormatLimits limits = {}) {
  auto e = engine();
  const std::vector<ResultColumn> columns = prepared_columns(*e, sql);
  Result result = e->stream(as_text(sql, columns));
  return as_json(*e, result, columns, limits);
}

TEST(SessionFormat, ColumnsCarryTheirTypes) {
  EXPECT_EQ(json("SELECT 1::DECIMAL(38,24) AS a, 'x' AS b WHERE false").body,
            "{\"columns\":[{\"name\":\"a\",\"type\":\"DECIMAL(38,24)\"},{\"name\":\"b\",\"type\":\"VARCHAR\"}],\"rows\":[]}");
}

TEST(SessionFormat, LinesOfAWrappedStatementAreCountedFromItsOwnFirst) {
  EXPECT_EQ(in_lines_of_wrapped("Error: x\n\nLINE 12: a\n  ^"), "Error: x\n\nLINE 11: a\n  ^");
  EXPECT_EQ(in_lines_of_wrapped("Error: x\n\nLINE 1: a"), "Error: x\n\nLINE 1: a");
  EXPECT_EQ(in_lines_of_wrapped("LINE 2: a\nLINE x"), "LINE 2: a\nLINE x");
}

TEST(SessionFormat, NestedTypesAreToldWithTheirInnerTypes) {
  auto e = engine();
  const std::vector<ResultColumn> columns = prepared_columns(
      *e, "SELECT {'a': 'x', 'b c': [1.5::DECIMAL(5,2)]} AS s, MAP {'k': 1} AS m, [[DATE '2025-01-01']] AS l, array_value(1, 2) AS f");
  EXPECT_EQ(columns[0].type, "STRUCT(a VARCHAR, \"b c\" DECIMAL(5,2)[])");
  EXPECT_EQ(columns[1].type, "MAP(VARCHAR, INTEGER)");
  EXPECT_EQ(columns[2].type, "DATE[][]");
  EXPECT_EQ(columns[3].type, "INTEGER[2]");
}

TEST(SessionFormat, QuotesAroundPlainNamesGoAndOthersStay) {
  EXPECT_EQ(name_as_written("sum(\"cost\")"), "sum(cost)");
  EXPECT_EQ(name_as_written("(\"a\".\"b c\" + \"1\")"), "(a.\"b c\" + \"1\")");
  EXPECT_EQ(name_as_written("concat('\"x\"', \"y\"\"z\", 'it''s \"q\"')"), "concat('\"x\"', \"y\"\"z\", 'it''s \"q\"')");
  EXPECT_EQ(name_as_written("count(\"open"), "count(\"open");
  EXPECT_EQ(name_as_written("\""), "\"");
}

TEST(SessionFormat, ABytesCapEndsBetweenRowsAndLeavesWellFormedJson) {
  FormatLimits limits;
  limits.max_bytes = 200;
  limits.max_rows = 100000;
  const FormattedResult answer = json("SELECT repeat('x', 50) FROM range(1000)", limits);
  EXPECT_TRUE(answer.truncated);
  EXPECT_LT(answer.rows, 10u);
  EXPECT_EQ(convergence::Json::parse(answer.body)["rows"].size(), answer.rows);
}

TEST(SessionFormat, EveryTypeOfTheEngineHasAText) {
  const FormattedResult answer = json("SELECT * FROM test_all_types()");
  EXPECT_EQ(convergence::Json::parse(answer.body)["rows"].size(), 3u);
}

TEST(SessionFormat, WhatTheEngineSaysOfWrongSqlIsThrown) {
  auto e = engine();
  EXPECT_THROW(prepared_columns(*e, "SELECT nothing"), convergence::Error);
}

}  // namespace
}  // namespace ducklake
