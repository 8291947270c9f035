#include "plugins/ducklake/derived_input.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using ducklake::IngestRequest;

std::unique_ptr<ducklake::Engine> engine_with_rows() {
  ducklake::EngineConfig config;
  config.threads = 1;
  config.temp_limit_mb = 0;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  auto engine = ducklake::Engine::open(config);
  engine->exec("CREATE TABLE raw AS SELECT 's' AS x_source, 'd' || (i % 4) AS x_unit, i AS v FROM range(40) t(i)");
  engine->exec("INSERT INTO raw SELECT 's', NULL, 1000");
  return engine;
}

IngestRequest request() {
  IngestRequest r;
  r.input = "raw";
  r.sql = "SELECT CAST(sum(v) AS VARCHAR) AS total FROM input";
  for (const char *unit : {"d0", "d1", "d9", "d2", "d3", ""}) r.units.emplace_back("s", unit);
  return r;
}

TEST(DerivedInput, SmallUnitsGoTogetherAndALargeOneByItself) {
  const auto engine = engine_with_rows();
  using Ranges = std::vector<std::pair<size_t, size_t>>;
  EXPECT_EQ(ducklake::units_together(*engine, request(), 1000), (Ranges{{0, 6}}));
  EXPECT_EQ(ducklake::units_together(*engine, request(), 20), (Ranges{{0, 3}, {3, 5}, {5, 6}}));
  EXPECT_EQ(ducklake::units_together(*engine, request(), 5), (Ranges{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}));
}

TEST(DerivedInput, EachUnitSeesItsOwnRowsWhetherAloneOrTogether) {
  const auto engine = engine_with_rows();
  const IngestRequest r = request();
  const auto together = engine->rows(ducklake::over_units(r, 0, 6));
  ASSERT_EQ(together.size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    const auto alone = engine->rows(ducklake::over_units(r, i, i + 1));
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_EQ(alone[0], together[i]);
  }
  EXPECT_EQ(together[1][0].value_or(""), "190");
  EXPECT_FALSE(together[2][0]);
  EXPECT_EQ(together[5][0].value_or(""), "1000");
}

}  // namespace
}  // namespace ducklake_tests
