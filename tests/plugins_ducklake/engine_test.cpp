#include "plugins/ducklake/engine.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "plugins/ducklake/lake_folder.h"

namespace ducklake {
namespace {

std::unique_ptr<Engine> open() {
  EngineConfig config;
  config.threads = 1;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  return Engine::open(config);
}

TEST(Engine, OpensInUtcWithoutAutomaticExtensions) {
  const auto engine = open();
  EXPECT_EQ(engine->rows("SELECT current_setting('TimeZone')")[0][0], "UTC");
  EXPECT_EQ(engine->rows("SELECT current_setting('autoload_known_extensions')::BOOLEAN")[0][0], "false");
  EXPECT_EQ(engine->rows("SELECT current_setting('autoinstall_known_extensions')::BOOLEAN")[0][0], "false");
}

TEST(Engine, ReadsTextNumbersAndNulls) {
  const auto engine = open();
  const auto rows = engine->rows("SELECT 'a long enough text to leave the inlined form', 5::BIGINT, NULL::VARCHAR, true, i::INTEGER FROM range(3000) t(i)");
  ASSERT_EQ(rows.size(), 3000u);
  EXPECT_EQ(rows[2999][0], "a long enough text to leave the inlined form");
  EXPECT_EQ(rows[2999][1], "5");
  EXPECT_FALSE(rows[2999][2].has_value());
}

TEST(Engine, ForgetsEverythingWhenALakeIsDetached) {
  const std::string folder = ::testing::TempDir() + "engine-" + unique_name();
  std::filesystem::create_directories(folder + "/data");
  const auto engine = open();
  engine->attach(folder + "/catalog.sqlite", folder + "/data/", "main", false);
  engine->exec("CREATE TABLE t (a INTEGER)");
  engine->exec("CREATE TEMPORARY TABLE scratch AS SELECT 1 AS a");
  engine->begin();
  engine->exec("INSERT INTO t VALUES (1)");
  engine->detach();
  EXPECT_FALSE(engine->in_transaction());
  EXPECT_THROW(engine->exec("SELECT * FROM scratch"), EngineError);
  EXPECT_EQ(engine->rows("SELECT count(*) FROM duckdb_databases() WHERE database_name = 'lake$'")[0][0], "0");
  engine->attach(folder + "/catalog.sqlite", folder + "/data/", "main", false);
  EXPECT_EQ(engine->rows("SELECT count(*) FROM t")[0][0], "0");
  engine->detach();
  std::filesystem::remove_all(folder);
}

TEST(Engine, QuotesNamesAndTexts) {
  EXPECT_EQ(quoted("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_THROW(literal(std::string("a\0b", 3)), Error);
}


}  // namespace
}  // namespace ducklake
