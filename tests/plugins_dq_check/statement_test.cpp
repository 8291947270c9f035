#include "plugins/dq_check/statement.h"

#include <gtest/gtest.h>

#include "tests/plugins_query/fake_host.h"

namespace dq {
namespace {

TEST(Statement, MeasuresStandInTheirSlotsWhateverTheirSource) {
  cvg::FakeHost host;
  Statement s("SELECT i % 3 AS v, i AS n FROM range(10) t(i)");  // column names that the statement uses itself
  EXPECT_TRUE(s.empty());
  const int rows = s.rows("count(*)");
  const int values = s.values("\"v\"", "count(*)");
  const std::string n = s.weight("\"v\"", "n > 4");
  const int weighted = s.values("\"v\"", "max(" + n + ")");
  const int scalar = s.scalar("(SELECT max(n) FROM r)");
  const convergence::ArrowRows r = host.rows(s.sql());
  ASSERT_EQ(r.rows.size(), 1u);
  EXPECT_EQ(r.rows[0][static_cast<std::size_t>(rows)].text(), "10");
  EXPECT_EQ(r.rows[0][static_cast<std::size_t>(values)].text(), "3");
  EXPECT_EQ(r.rows[0][static_cast<std::size_t>(weighted)].text(), "2");
  EXPECT_EQ(r.rows[0][static_cast<std::size_t>(scalar)].text(), "9");
}

TEST(Statement, EqualExpressionsAreMeasuredOnce) {
  Statement s("SELECT 1 AS a");
  EXPECT_EQ(s.rows("count(*)"), s.rows("count(*)"));
  EXPECT_EQ(s.scalar("(SELECT 1)"), s.scalar("(SELECT 1)"));
  EXPECT_EQ(s.values("a", "count(*)"), s.values("a", "count(*)"));
  EXPECT_NE(s.rows("count(*)"), s.values("a", "count(*)"));
  EXPECT_EQ(s.weight("a", "x"), s.weight("a", "x"));
  EXPECT_EQ(s.weight("a", ""), "n");
}

TEST(Statement, AColumnOfFewValuesIsGroupedOnce) {
  Statement s("SELECT 1 AS a");
  s.values("a", "count(*)");
  s.values("a", "max(v)");
  const std::string sql = s.sql();
  EXPECT_EQ(sql.find("GROUP BY"), sql.rfind("GROUP BY"));
}

}  // namespace
}  // namespace dq
