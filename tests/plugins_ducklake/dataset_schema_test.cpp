#include "plugins/ducklake/dataset_schema.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

TEST(DatasetSchema, AnswersTheStatementsOfTheSeeds) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  for (const char *sql : {
           "SELECT * FROM tenants.tenant_pipeline_runs WHERE tenant_id = 'acme' ORDER BY start_time DESC LIMIT 10",
           "SELECT * FROM tenants.tenant_step_logs WHERE pipeline_logging_id = 'f' ORDER BY step_start_time",
           "SELECT * FROM tenants.tenant_dq_results WHERE tenant_id = 'acme' ORDER BY ingestion_date DESC",
           "SELECT * FROM acme.tenant_comprehensive_view WHERE status = 'FAILED' ORDER BY start_time DESC",
           "SELECT tenant_id, usage_date, pipelines_run_today, daily_limit, (pipelines_run_today / daily_limit * 100) AS usage_percent, "
           "concurrent_pipelines_running, concurrent_limit FROM tenants.tenant_usage_quotas WHERE usage_date = CURRENT_DATE",
           "SELECT pipeline_logging_id, pipeline_id, tenant_id, user_id, status, start_time, duration_ms FROM acme.x_meta_pipeline_runs",
           "SELECT pipeline_logging_id, step_name, status, rows_processed, duration_ms FROM acme.x_meta_step_logs ORDER BY start_time",
           "SELECT tenant_id, created_at, is_active FROM acme.api_keys LIMIT 1",
           "SELECT tenant_id, is_active FROM acme.api_keys WHERE api_key_hash = 'x' AND is_active = TRUE",
           "SELECT step_name, step_type, status, start_time, end_time, duration_ms, rows_processed, error_message FROM acme.step_logs ORDER BY step_index",
           "SELECT pipeline_logging_id, error_message, parameters FROM acme.pipeline_runs WHERE status = 'FAILED' AND start_time >= CURRENT_DATE",
           "SELECT sl.step_name FROM acme.step_logs sl JOIN acme.pipeline_runs pr ON sl.pipeline_logging_id = pr.pipeline_logging_id ORDER BY sl.step_index",
           "SELECT * FROM acme.cloud_credentials", "SELECT * FROM acme.dq_results", "SELECT * FROM onboarding_validation_test"})
    EXPECT_EQ(error_of([&] { rows(*lakes, acme, sql); }).second, "") << sql;
}

TEST(DatasetSchema, CentralNamesAreKnownUnderCustomersToo) {
  Lakes lakes;
  Caller acme;
  const Json made = lakes->create_dataset(acme.call, Json::object());
  for (const std::string name : {"customers.tenant_usage_quotas", "customers.tenant_pipeline_runs", "customers.tenant_api_keys",
                                 "customers.customer_profiles", "customers.customer_api_keys", "customers.customer_subscriptions"}) {
    EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM " + name), Rows{"0"}) << name;
    EXPECT_NE(made["views"].dump().find("\"" + name + "\""), std::string::npos) << name;
  }
}

TEST(DatasetSchema, LakeOfTheFirstVersionGetsTheNamesUnderCustomers) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  publish(*lakes, acme, "m", Request(CVG_APPEND, "t").sql("SELECT 42 AS a"));
  lakes.warehouse.reset();
  {
    ducklake::EngineConfig config;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    const auto engine = ducklake::Engine::open(config);
    const std::string lake = (lakes.folder / "lakes" / "acme").string();
    engine->attach(lake + "/catalog.sqlite", lake + "/data/", "acme", false);
    engine->exec("DROP SCHEMA customers CASCADE");
    engine->exec("UPDATE \"__cvg\".version SET version = 1");
  }
  lakes.restart();
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM customers.tenant_usage_quotas"), Rows{"0"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM t"), Rows{"42"});
}

const char *const three_keys = R"({"tables":[{"table":"x_meta_api_keys","keys":["api_key_id"],"columns":["api_key_id","is_active","expires_at"],
  "rows":[["endless",true,null],["expired",true,"2024-01-01 00:00:00"],["future",true,"2999-01-01 00:00:00"],["revoked",false,null]]}]})";

void expect_usable(Lakes &lakes, Caller &acme) {
  for (const std::string view : {"acme.api_keys", "tenants.tenant_api_keys", "customers.tenant_api_keys", "customers.customer_api_keys"})
    EXPECT_EQ(rows(*lakes, acme, "SELECT api_key_id FROM " + view + " WHERE is_active ORDER BY 1"), (Rows{"endless", "future"})) << view;
}

TEST(DatasetSchema, AnExpiredKeyIsNotActiveInTheViewsOfKeys) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  lakes->mirror(acme.call, Json::parse(three_keys));
  expect_usable(lakes, acme);
}

TEST(DatasetSchema, LakeOfTheThirdVersionGetsViewsOfKeysThatLookAtTheirEnd) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  lakes->mirror(acme.call, Json::parse(three_keys));
  lakes.warehouse.reset();
  {
    ducklake::EngineConfig config;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    const auto engine = ducklake::Engine::open(config);
    const std::string lake = (lakes.folder / "lakes" / "acme").string();
    engine->attach(lake + "/catalog.sqlite", lake + "/data/", "acme", false);
    for (const char *view : {"acme.api_keys", "tenants.tenant_api_keys", "customers.tenant_api_keys", "customers.customer_api_keys"}) {
      engine->exec(std::string("DROP VIEW ") + view);
      engine->exec(std::string("CREATE VIEW ") + view + " AS SELECT * FROM acme.x_meta_api_keys");
    }
    engine->exec("UPDATE \"__cvg\".version SET version = 3");
  }
  lakes.restart();
  expect_usable(lakes, acme);
}

TEST(DatasetSchema, ColumnsOfATableAreThoseItWasMadeWith) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  const Json described = lakes->describe_dataset(acme.call);
  for (const std::string &name : ducklake::dataset_tables()) {
    std::vector<ducklake::Column> made;
    for (const Json &table : described["tables"].items())
      if (table["name"].text() == name)
        for (const Json &column : table["columns"].items()) made.push_back({column["name"].text(), column["type"].text()});
    const std::vector<ducklake::Column> told = ducklake::dataset_columns(name);
    ASSERT_FALSE(told.empty()) << name;
    made.resize(name == "onboarding_validation_test" ? told.size() : made.size());
    EXPECT_EQ(told, made) << name;
  }
  EXPECT_TRUE(ducklake::dataset_columns("bill").empty());
}

TEST(DatasetSchema, TheFirstRunFindsItsColumns) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT x_tenant_id, x_pipeline_id, x_run_id, x_run_date, x_ingested_at, x_source, x_unit FROM onboarding_validation_test"), Rows{});
}

TEST(DatasetSchema, KnowsWhichTablesTheHostAloneWrites) {
  EXPECT_TRUE(ducklake::is_metadata_table("X_META_anything"));
  EXPECT_TRUE(ducklake::is_metadata_table("pipeline_runs"));
  EXPECT_FALSE(ducklake::is_metadata_table("onboarding_validation_test"));
  EXPECT_EQ(ducklake::dataset_version(), 4);
}

TEST(DatasetSchema, SurvivesBeingMovedAndAttachedUnderAnotherName) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  publish(*lakes, acme, "m", Request(CVG_APPEND, "t").sql("SELECT 42 AS a"));
  lakes.warehouse.reset();
  const std::string moved = (lakes.folder / "elsewhere").string();
  std::filesystem::rename(lakes.folder / "lakes" / "acme", moved);
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = ducklake::Engine::open(config);
  engine->exec("ATTACH 'ducklake:sqlite:" + moved + "/catalog.sqlite' AS other (DATA_PATH '" + moved + "/data/', OVERRIDE_DATA_PATH true)");
  EXPECT_EQ(engine->rows("SELECT a FROM other.acme.t")[0][0], "42");
  EXPECT_EQ(engine->rows("SELECT count(*) FROM other.tenants.tenant_pipeline_runs")[0][0], "0");
}

}  // namespace
}  // namespace ducklake_tests
