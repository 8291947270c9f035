#include "plugins/dq_check/row_condition.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

namespace dq {
namespace {

std::string sql(const std::string &text, const std::string &parser = "great_expectations") {
  try {
    return row_condition_sql(text, parser);
  } catch (const convergence::Error &e) {
    return std::string("refused: ") + e.what();
  }
}

TEST(RowCondition, TheGrammarBecomesSql) {
  EXPECT_EQ(sql(R"(col("cost") > 5)"), R"(("cost" > 5))");
  EXPECT_EQ(sql(R"( col( "cost" )!=-1.5 )"), R"(("cost" <> -1.5))");
  EXPECT_EQ(sql(R"(col("a") == 'it"s')"), R"(("a" = 'it"s'))");
  EXPECT_EQ(sql(R"(col("day") <= date("2025-11-15"))"), R"(("day" <= DATE '2025-11-15'))");
  EXPECT_EQ(sql(R"(col("a").notNull())"), R"(("a" IS NOT NULL))");
}

TEST(RowCondition, HostileTextsStayTexts) {
  EXPECT_EQ(sql(R"(col("a; --") == "x' OR '1'='1")"), R"(("a; --" = 'x'' OR ''1''=''1'))");
  EXPECT_EQ(sql("col('a\"b') == 1"), "(\"a\"\"b\" = 1)");
}

TEST(RowCondition, AnythingElseIsRefused) {
  for (const char *bad : {"", "cost > 5", R"(col("a") > 5 AND col("b") > 6)", R"(col("a") LIKE "x")", R"(col("a") == x)", R"(col("a") == date("soon"))",
                          R"(col("a").isNull())", R"(col("a" == 1)", R"(col("a") == "open)"})
    EXPECT_EQ(sql(bad).rfind("refused: row_condition: expected", 0), 0u) << bad;
}

TEST(RowCondition, SqlIsWrappedAndPandasIsRefusedByName) {
  EXPECT_EQ(sql("a > 1 OR b -- both", "sql"), "(\na > 1 OR b -- both\n)");
  EXPECT_EQ(sql("a) OR (b", "sql"), "refused: the SQL closes a parenthesis that it did not open");
  EXPECT_EQ(sql("a > 1", "pandas"), "refused: condition_parser 'pandas' is not known: great_expectations or sql");
  EXPECT_EQ(sql("a > 1", ""), "refused: row_condition needs a condition_parser: great_expectations or sql");
}

}  // namespace
}  // namespace dq
