#include "core/config/sql_guard.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(SqlGuard, ReadingStatementsPass) {
  for (const char* sql : {"SELECT 1", "  select 1;", "WITH a AS (SELECT 1) SELECT * FROM a", "FROM t", "VALUES (1)", "(SELECT 1) UNION (SELECT 2)",
                          "WITH RECURSIVE a(x) AS NOT MATERIALIZED (SELECT 1), b AS (FROM a) FROM b", "-- why\nSELECT \"drop\" FROM t",
                          "SELECT 'DROP TABLE x; DELETE'", "SELECT update FROM t", "SELECT x FROM t WHERE a IN (SELECT load FROM u)"}) {
    EXPECT_TRUE(check_select(sql).ok()) << sql << ": " << check_select(sql).text();
  }
}

TEST(SqlGuard, EverythingElseIsRefusedWithItsLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"INSERT INTO t VALUES (1)", "line 1: INSERT is not allowed: the SQL of a template is one SELECT"},
      {"\n\nDROP TABLE t", "line 3: DROP is not allowed: the SQL of a template is one SELECT"},
      {"ATTACH 'x'", "line 1: ATTACH is not allowed: the SQL of a template is one SELECT"},
      {"COPY t TO 'x'", "line 1: COPY is not allowed: the SQL of a template is one SELECT"},
      {"WITH a AS (SELECT 1)\nDELETE FROM t", "line 2: DELETE is not allowed: the SQL of a template is one SELECT"},
      {"WITH a AS (INSERT INTO t SELECT 1) SELECT 1", "line 1: INSERT is not allowed: the SQL of a template is one SELECT"},
      {"SELECT 1;\nSELECT 2", "line 1: only one statement is allowed"},
      {"SELECT * FROM\nread_csv('/etc/passwd')", "line 2: the function read_csv is not allowed in a template"},
      {"SELECT * FROM \"sqlite_scan\" ('x', 'y')", "line 1: the function sqlite_scan is not allowed in a template"},
      {"SELECT * FROM enable_logging(storage='file')", "line 1: the function enable_logging is not allowed in a template"},
      {"SELECT (1", "line 1: a parenthesis is not closed"},
      {"SELECT 1)", "line 1: a parenthesis is closed that was not opened"},
      {"", "line 1: the SQL is empty"},
      {"-- nothing", "line 1: the SQL is empty"},
      {"SELEC 1", "line 1: 'SELEC' begins no SELECT: the SQL of a template is one SELECT, WITH, FROM or VALUES"},
  };
  for (const auto& [sql, message] : cases) EXPECT_EQ(check_select(sql).text(), message) << sql;
}

TEST(SqlGuard, ConditionsAreOneExpression) {
  EXPECT_TRUE(check_condition("a = '{date}' AND (b > 1)").ok());
  EXPECT_EQ(check_condition("a = 1; DROP TABLE t").text(), "line 1: only one statement is allowed");
  EXPECT_EQ(check_condition("a = 1) OR (b = 2").text(), "line 1: a parenthesis is closed that was not opened");
}

TEST(SqlGuard, NamesOfTheEnginesColumnsAreKept) {
  for (const char* sql : {"SELECT 1 AS x_run_id", "SELECT 1 as /* mine */ \"X_UNIT\" FROM t", "SELECT * FROM (SELECT a AS x_source FROM t)"})
    EXPECT_FALSE(check_no_engine_column(sql).ok()) << sql;
  for (const char* sql : {"SELECT * FROM t", "SELECT x_run_id FROM t", "SELECT 'AS x_run_id' AS a", "SELECT x_run_id AS run FROM t"})
    EXPECT_TRUE(check_no_engine_column(sql).ok()) << sql;
}

}  // namespace
}  // namespace cvg
