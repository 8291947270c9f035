#include "plugins/ducklake/warehouse.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

TEST(Warehouse, MakesADatasetWithTheTablesAndViewsOfTheSeeds) {
  Lakes lakes;
  Caller acme("Acme");
  const Json made = lakes->create_dataset(acme.call, Json::object());
  EXPECT_TRUE(made["created"].boolean());
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM acme.pipeline_runs"), Rows{"0"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM tenants.tenant_usage_quotas"), Rows{"0"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT status, start_time, end_time, error_message FROM tenant_comprehensive_view"), Rows{});
  EXPECT_EQ(rows(*lakes, acme, "SELECT created_at, is_active, api_key_hash FROM api_keys"), Rows{});
  EXPECT_EQ(rows(*lakes, acme, "SELECT CAST(TIMESTAMPTZ '2025-11-15 00:00:00+00' AS VARCHAR)"), Rows{"2025-11-15 00:00:00+00"});
  const Json described = lakes->describe_dataset(acme.call);
  EXPECT_TRUE(described["exists"].boolean());
  EXPECT_GT(described["tables"].size(), 10u);
}

TEST(Warehouse, RefusesASecondDatasetAndRecreatesItWhenAsked) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").sql("SELECT 1 AS a"));
  EXPECT_EQ(error_of([&] { lakes->create_dataset(acme.call, Json::object()); }).first, CVG_E_CONFLICT);
  lakes->create_dataset(acme.call, Json::object().set("recreate", true));
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT * FROM t"); }).first, CVG_E_CONFIG);
}

TEST(Warehouse, DropsADatasetAndAnswersNotFoundAfterwards) {
  Lakes lakes;
  Caller acme;
  lakes->drop_dataset(acme.call);
  lakes->create_dataset(acme.call, Json::object());
  lakes->drop_dataset(acme.call);
  EXPECT_FALSE(lakes->describe_dataset(acme.call)["exists"].boolean());
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT 1"); }).first, CVG_E_NOT_FOUND);
}

TEST(Warehouse, KeepsTenantsApartOnSharedEngines) {
  Lakes lakes;
  lakes.extra.set("pool_engines_max", 1);
  lakes.restart();
  Caller a("aaa"), b("bbb");
  for (Caller *c : {&a, &b}) {
    lakes->create_dataset(c->call, Json::object());
    publish(*lakes, *c, "m", Request(CVG_APPEND, "t").sql("SELECT '" + c->fake.tenant + "' AS who"));
  }
  EXPECT_EQ(rows(*lakes, a, "SELECT who FROM t"), Rows{"aaa"});
  EXPECT_EQ(rows(*lakes, b, "SELECT who FROM t"), Rows{"bbb"});
  EXPECT_EQ(error_of([&] { rows(*lakes, b, "SELECT who FROM aaa.t"); }).first, CVG_E_CONFIG);
}

TEST(Warehouse, RefusesALakeOfANewerProgram) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  ducklake::LakeFolder lake((lakes.folder / "lakes").string(), "acme");
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  lakes.warehouse.reset();
  {
    auto engine = ducklake::Engine::open(config);
    engine->attach(lake.catalog(), lake.data(), "acme", false);
    engine->exec("UPDATE \"__cvg\".version SET version = 99");
  }
  lakes.restart();
  const auto [code, message] = error_of([&] { rows(*lakes, acme, "SELECT 1"); });
  EXPECT_EQ(code, CVG_E_CONFIG);
  EXPECT_NE(message.find("newer program (version 99"), std::string::npos) << message;
}

}  // namespace
}  // namespace ducklake_tests
