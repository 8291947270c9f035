#include <gtest/gtest.h>

#include "tests/plugins_dq_check/one_check.h"

namespace cvg {
namespace {

class TableChecks : public testing::Test {
 protected:
  bool passes(const std::string &name, const std::string &kwargs) {
    const convergence::Json r = one_check(host, "SELECT 1 AS id, 'x' AS \"Na\"\"me\", CAST(2 AS DECIMAL(38,24)) AS cost, 's' AS x_source, 'u' AS x_unit", name, kwargs);
    EXPECT_EQ(r["error"].text(), "");
    return r["success"].boolean();
  }
  FakeHost host;
};

TEST_F(TableChecks, TheColumnsAreTheTablesOwnAndNotTheLineage) {
  EXPECT_TRUE(passes("expect_table_column_count_to_equal", R"({"value":3})"));
  EXPECT_FALSE(passes("expect_table_column_count_to_be_between", R"({"min_value":4})"));
  EXPECT_TRUE(passes("expect_table_columns_to_match_ordered_list", R"({"column_list":["id","Na\"me","cost"]})"));
  EXPECT_TRUE(passes("expect_table_columns_to_match_ordered_list", R"({"column_list":["id","Na\"me","cost","x_source"]})"));
  EXPECT_FALSE(passes("expect_table_columns_to_match_ordered_list", R"({"column_list":["Na\"me","id","cost"]})"));
}

TEST_F(TableChecks, SetsOfColumnsMatchExactlyOrAsASuperset) {
  EXPECT_TRUE(passes("expect_table_columns_to_match_set", R"({"column_set":["cost","id","Na\"me"]})"));
  EXPECT_FALSE(passes("expect_table_columns_to_match_set", R"({"column_set":["cost","id"]})"));
  EXPECT_TRUE(passes("expect_table_columns_to_match_set", R"({"column_set":["cost","id"],"exact_match":false})"));
  EXPECT_FALSE(passes("expect_table_columns_to_match_set", R"({"column_set":["cost","none"],"exact_match":false})"));
}

TEST_F(TableChecks, AColumnExistsWhereItShould) {
  EXPECT_TRUE(passes("expect_column_to_exist", R"({"column":"cost"})"));
  EXPECT_TRUE(passes("expect_column_to_exist", R"({"column":"cost","column_index":2})"));
  EXPECT_FALSE(passes("expect_column_to_exist", R"({"column":"cost","column_index":0})"));
  EXPECT_FALSE(passes("expect_column_to_exist", R"({"column":"none"})"));
}

TEST_F(TableChecks, TypesAreSqlTypesOrWhatPandasCallsThem) {
  EXPECT_TRUE(passes("expect_column_values_to_be_of_type", R"x({"column":"cost","type_":"DECIMAL(38,24)"})x"));
  EXPECT_TRUE(passes("expect_column_values_to_be_in_type_list", R"({"column":"id","type_list":["str","int64"]})"));
  EXPECT_FALSE(passes("expect_column_values_to_be_of_type", R"({"column":"id","type_":"float"})"));
}

TEST_F(TableChecks, RowCounts) {
  host.sql("CREATE TABLE other AS SELECT 1 AS a");
  EXPECT_TRUE(passes("expect_table_row_count_to_equal_other_table", R"({"other_table_name":"other"})"));
  EXPECT_TRUE(passes("cvg_expect_rows_to_be_accounted_for", R"({"rows_in":"3","rows_rejected":2})"));
  EXPECT_FALSE(passes("cvg_expect_rows_to_be_accounted_for", R"({"rows_in":3})"));
}

TEST_F(TableChecks, UnexpectedRowsReadTheRowsUnderTestUnderThreeNames) {
  for (const char *name : {"{batch}", "batch", "input"})
    EXPECT_FALSE(passes("unexpected_rows", std::string(R"({"unexpected_rows_query":"SELECT * FROM )") + name + R"( WHERE id = 1"})")) << name;
  EXPECT_TRUE(passes("unexpected_rows_expectation", R"({"unexpected_rows_query":"SELECT * FROM input WHERE id = 2"})"));
}

}  // namespace
}  // namespace cvg
