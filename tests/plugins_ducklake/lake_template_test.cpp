#include "plugins/ducklake/lake_template.h"

#include <regex>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

// The text of a catalog's metadata, read by an engine of its own.
std::string metadata(const Lakes &lakes, const std::string &tenant, const std::string &select) {
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = ducklake::Engine::open(config);
  engine->exec("ATTACH '" + (lakes.folder / "lakes" / tenant / "catalog.sqlite").string() + "' AS c (TYPE sqlite, READ_ONLY)");
  return engine->rows("SELECT CAST(string_agg(CAST(x AS VARCHAR), '\n' ORDER BY x) AS VARCHAR) FROM (" + select + ") AS t(x)")[0][0].value_or("");
}

TEST(LakeTemplate, EachTenantsCatalogHasItsOwnNamesIdsAndFolder) {
  Lakes lakes;
  Caller a("aaa"), b("1st_One");
  for (Caller *c : {&a, &b}) lakes->create_dataset(c->call, Json::object());
  EXPECT_EQ(rows(*lakes, b, "SELECT count(*) FROM \"1st_one\".pipeline_runs"), Rows{"0"});
  lakes.warehouse.reset();
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (const std::string kind : {"schema", "table", "view"}) {
    const std::string ids = "SELECT " + kind + "_uuid FROM c.ducklake_" + kind;
    const std::string mine = metadata(lakes, "aaa", ids), theirs = metadata(lakes, "1st_one", ids);
    EXPECT_NE(mine, theirs);
    EXPECT_TRUE(std::regex_match(mine.substr(0, mine.find('\n')), uuid)) << mine;
  }
  for (const std::string tenant : {"aaa", "1st_one"}) {
    const std::string told = metadata(lakes, tenant, "SELECT schema_name || path FROM c.ducklake_schema UNION ALL SELECT sql FROM c.ducklake_view "
                                                     "UNION ALL SELECT value FROM c.ducklake_metadata UNION ALL SELECT changes_made FROM c.ducklake_snapshot_changes");
    EXPECT_EQ(told.find("template"), std::string::npos) << told;
    EXPECT_NE(told.find(tenant + tenant + "/"), std::string::npos) << told;
    EXPECT_NE(told.find("/lakes/" + tenant + "/data/"), std::string::npos) << told;
  }
}

TEST(LakeTemplate, TheFirstSnapshotIsOfTheTenantsBeginning) {
  Lakes lakes;
  Caller a("aaa"), b("bbb");
  lakes->create_dataset(a.call, Json::object());
  const std::string before = metadata(lakes, "aaa", "SELECT max(snapshot_time) FROM c.ducklake_snapshot");
  EXPECT_NE(before, "");
  lakes->create_dataset(b.call, Json::object());
  EXPECT_LT(before, metadata(lakes, "bbb", "SELECT min(snapshot_time) FROM c.ducklake_snapshot"));
}

TEST(LakeTemplate, IsMadeOnceAndAgainAfterAFailure) {
  ducklake::LakeTemplate one;
  int made = 0;
  EXPECT_THROW(one.get([&]() -> std::string { throw Error(CVG_E_UNAVAILABLE, "no"); }), Error);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*one.get([&] { return ++made, std::string("bytes"); }), "bytes");
  EXPECT_EQ(made, 1);
}

TEST(LakeTemplate, WhatIsNoCatalogIsRefused) {
  EXPECT_EQ(error_of([] { ducklake::catalog_for("", "a", "/a/"); }).first, CVG_E_UNAVAILABLE);
  EXPECT_EQ(error_of([] { ducklake::catalog_for(std::string(4096, 'x'), "a", "/a/"); }).first, CVG_E_UNAVAILABLE);
  EXPECT_EQ(error_of([] { ducklake::catalog_bytes("/nowhere/catalog.sqlite"); }).first, CVG_E_UNAVAILABLE);
}

TEST(LakeTemplate, NothingIsLeftOfItsMaking) {
  Lakes lakes;
  Caller a("aaa");
  lakes->create_dataset(a.call, Json::object());
  EXPECT_EQ(ducklake::entries((lakes.folder / "lakes").string()), (std::set<std::string>{".spill", "aaa"}));
  EXPECT_TRUE(ducklake::entries((lakes.folder / "lakes" / ".spill").string()).empty());
  EXPECT_EQ(ducklake::entries((lakes.folder / "lakes" / "aaa").string()), (std::set<std::string>{"catalog.sqlite", "data"}));
}

}  // namespace
}  // namespace ducklake_tests
