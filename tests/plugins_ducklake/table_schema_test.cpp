#include "plugins/ducklake/staging.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

class TableSchema : public ::testing::Test {
 protected:
  TableSchema() { lakes->create_dataset(acme.call, Json::object()); }
  std::pair<cvg_status, std::string> append(const std::string &sql, bool freeze = false) {
    Request r = Request(CVG_APPEND, "t").sql(sql);
    if (freeze) r.freeze();
    return error_of([&] { publish(*lakes, acme, "m" + std::to_string(++n), r); });
  }
  Lakes lakes;
  Caller acme;
  int n = 0;
};

TEST_F(TableSchema, GrowsByColumnsAndWidensTypes) {
  EXPECT_EQ(append("SELECT 1::INTEGER AS a, DATE '2025-11-01' AS d, {'x': 1} AS s").second, "");
  EXPECT_EQ(append("SELECT 5000000000 AS a, TIMESTAMP '2025-11-02 01:00:00' AS d, {'x': 2, 'y': 'z'} AS s, 'new' AS b").second, "");
  EXPECT_EQ(append("SELECT 2::SMALLINT AS a").second, "");
  EXPECT_EQ(rows(*lakes, acme, "SELECT a, d, s, b FROM t ORDER BY a"),
            (Rows{"1|2025-11-01 00:00:00|{'x': 1, 'y': NULL}|NULL", "2|NULL|NULL|NULL",
                  "5000000000|2025-11-02 01:00:00|{'x': 2, 'y': z}|new"}));
}

TEST_F(TableSchema, SpellsOutADifferenceThatCannotBe) {
  append("SELECT 1 AS a");
  const auto [code, message] = append("SELECT 'x' AS a");
  EXPECT_EQ(code, CVG_E_CONFIG);
  EXPECT_EQ(message, "the column a is INTEGER in the table t and VARCHAR in what is written");
}

TEST_F(TableSchema, KeepsAFrozenTableAsItIs) {
  EXPECT_EQ(append("SELECT 1 AS a", true).second, "");
  EXPECT_EQ(append("SELECT 2 AS a, 3 AS b", true).second, "the table t is frozen and has no column b");
  EXPECT_EQ(append("SELECT 3::BIGINT AS a", true).second,
            "the column a is INTEGER in the table t and BIGINT in what is written; the table is frozen");
}

TEST_F(TableSchema, LetsTheHostAloneWriteMetadata) {
  EXPECT_EQ(error_of([&] { publish(*lakes, acme, "m", Request(CVG_APPEND, "X_meta_step_logs").sql("SELECT 1 AS a")); }).first, CVG_E_CONFIG);
  EXPECT_EQ(error_of([&] { publish(*lakes, acme, "m", Request(CVG_APPEND, "pipeline_runs").sql("SELECT 1 AS a")); }).first, CVG_E_CONFIG);
  EXPECT_EQ(error_of([&] { publish(*lakes, acme, "m", Request(CVG_APPEND, "a.b").sql("SELECT 1 AS a")); }).first, CVG_E_CONFIG);
}

TEST_F(TableSchema, WritesATableWithADashInItsName) {
  publish(*lakes, acme, "m1", Request(CVG_REPLACE_TABLE, "gcp_billing_export_2025-11-15").sql("SELECT 1 AS a"));
  publish(*lakes, acme, "m2", Request(CVG_REPLACE_TABLE, "GCP_billing_export_2025-11-15").sql("SELECT 2 AS a"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM \"gcp_billing_export_2025-11-15\""), Rows{"2"});
}

}  // namespace
}  // namespace ducklake_tests
