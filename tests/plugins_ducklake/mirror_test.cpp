#include "plugins/ducklake/mirror.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

class Mirror : public ::testing::Test {
 protected:
  Mirror() { lakes->create_dataset(acme.call, Json::object()); }
  void runs(const std::string &rows_json) {
    lakes->mirror(acme.call, Json::parse(R"({"tables":[{"table":"x_meta_pipeline_runs","keys":["pipeline_logging_id"],
      "columns":["pipeline_logging_id","status","start_time","duration_ms","parameters"],"rows":)" + rows_json + "}]}"));
  }
  Lakes lakes;
  Caller acme;
};

TEST_F(Mirror, UpsertsByKey) {
  runs(R"([["r1","RUNNING","2025-11-01T10:00:00Z",null,{"date":"it's"}],["r2","PENDING",null,null,null]])");
  runs(R"([["r1","COMPLETE","2025-11-01T10:00:00.250Z",1234,null],["r3","FAILED",null,5,"x"]])");
  EXPECT_EQ(rows(*lakes, acme, "SELECT pipeline_logging_id, status, start_time, duration_ms FROM pipeline_runs ORDER BY 1"),
            (Rows{"r1|COMPLETE|2025-11-01 10:00:00.25|1234", "r2|PENDING|NULL|NULL", "r3|FAILED|NULL|5"}));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM tenants.tenant_pipeline_runs"), Rows{"3"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT status, error_message FROM tenant_comprehensive_view WHERE status = 'FAILED'"), Rows{"FAILED|NULL"});
}

TEST_F(Mirror, RowsStayOnesOfTheirKeysInAnotherProcessAndAfterARecreation) {
  const auto told = [&] { return rows(*lakes, acme, "SELECT pipeline_logging_id, status FROM pipeline_runs ORDER BY 1"); };
  runs(R"([["r1","RUNNING",null,null,null]])");
  lakes.restart();
  runs(R"([["r1","COMPLETE",null,null,null],["r2","COMPLETE",null,null,null]])");
  EXPECT_EQ(told(), (Rows{"r1|COMPLETE", "r2|COMPLETE"}));
  lakes->create_dataset(acme.call, Json::object().set("recreate", true));
  for (int i = 0; i < 2; ++i) runs(R"([["r1","FAILED",null,null,null]])");
  EXPECT_EQ(told(), Rows{"r1|FAILED"});
}

TEST_F(Mirror, ARefusedFirstBatchDoesNotDoubleTheNext) {
  EXPECT_EQ(error_of([&] { runs(R"([["r1","RUNNING",null,null,null],["r2"]])"); }).first, CVG_E_CONFIG);
  for (int i = 0; i < 2; ++i) runs(R"([["r1","COMPLETE",null,null,null]])");
  EXPECT_EQ(rows(*lakes, acme, "SELECT pipeline_logging_id, status FROM pipeline_runs"), Rows{"r1|COMPLETE"});
}

TEST_F(Mirror, ATableThatIsGivenWholeHoldsNothingElse) {
  const auto bring = [&](const std::string &rows_json) {
    lakes->mirror(acme.call, Json::parse(R"({"tables":[{"table":"x_meta_cloud_credentials","is_whole":true,"keys":["credential_id"],
      "columns":["credential_id","credential_name"],"rows":)" + rows_json + "}]}"));
    return rows(*lakes, acme, "SELECT credential_id, credential_name FROM tenants.tenant_cloud_credentials ORDER BY 1");
  };
  EXPECT_EQ(bring(R"([["c1","main"],["c2","other"]])"), (Rows{"c1|main", "c2|other"}));
  EXPECT_EQ(bring(R"([["c2","renamed"],["c3","third"]])"), (Rows{"c2|renamed", "c3|third"}));
  lakes.restart();
  EXPECT_EQ(bring("[]"), Rows{});
  EXPECT_EQ(bring(R"([["c4","again"]])"), Rows{"c4|again"});
}

TEST_F(Mirror, StaysInsideTheCatalog) {
  runs(R"([["r1","RUNNING",null,null,null],["r2","PENDING",null,null,null]])");
  runs(R"([["r1","COMPLETE",null,7,null],["r3","PENDING",null,null,null]])");
  EXPECT_TRUE(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/x_meta_pipeline_runs").empty());
  EXPECT_EQ(rows(*lakes, acme, "SELECT pipeline_logging_id, status, duration_ms FROM pipeline_runs ORDER BY 1"),
            (Rows{"r1|COMPLETE|7", "r2|PENDING|NULL", "r3|PENDING|NULL"}));
}

TEST_F(Mirror, TakesMoreRowsThanAStatementHolds) {
  std::string many = "[";
  for (int i = 0; i < 1200; ++i) many += (i ? "," : "") + std::string("[\"r") + std::to_string(i) + R"(","COMPLETE",null,1,null])";
  runs(many + "]");
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*), sum(duration_ms) FROM pipeline_runs"), Rows{"1200|1200"});
}

TEST_F(Mirror, RefusesUnknownTablesColumnsAndWidths) {
  const auto code = [&](const char *batch) { return error_of([&] { lakes->mirror(acme.call, Json::parse(batch)); }).first; };
  EXPECT_EQ(code(R"({"tables":[{"table":"bill","keys":["a"],"columns":["a"],"rows":[]}]})"), CVG_E_CONFIG);
  EXPECT_EQ(code(R"({"tables":[{"table":"x_meta_api_keys","keys":["tenant_id"],"columns":["tenant_id","secret"],"rows":[]}]})"), CVG_E_CONFIG);
  EXPECT_EQ(code(R"({"tables":[{"table":"x_meta_api_keys","keys":["tenant_id"],"columns":["tenant_id"],"rows":[["a","b"]]}]})"), CVG_E_CONFIG);
}

}  // namespace
}  // namespace ducklake_tests
