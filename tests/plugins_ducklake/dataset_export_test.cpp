#include "plugins/ducklake/dataset_export.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

class DatasetExport : public ::testing::Test {
 protected:
  void SetUp() override {
    lakes->create_dataset(acme.call, Json::object());
    publish(*lakes, acme, "m", Request(CVG_APPEND, "daily-costs").sql("SELECT range AS n, 'x' AS t FROM range(3000)"));
  }
  std::string folder() {
    const std::filesystem::path path = lakes.folder / "out";
    std::filesystem::create_directories(path);
    return path.string();
  }
  static Json table(const Json &answer, const std::string &name) {
    for (const Json &row : answer["tables"].items())
      if (row["name"].text() == name) return row;
    return Json();
  }
  Lakes lakes;
  Caller acme;
};

TEST_F(DatasetExport, CountsRowsFilesAndBytes) {
  const Json size = lakes->measure_dataset(acme.call);
  EXPECT_EQ(table(size, "daily-costs")["rows"].integer(), 3000);
  EXPECT_EQ(table(size, "x_meta_pipeline_runs")["rows"].integer(), 0);
  EXPECT_GE(size["files"].integer(), 2);
  EXPECT_GT(size["bytes"].integer(), 1000);
}

TEST_F(DatasetExport, WritesEveryTableAsParquet) {
  const Json done = lakes->export_dataset(acme.call, Json::object().set("folder", folder()).set("bytes_max", int64_t{1} << 30));
  const Json costs = table(done, "daily-costs");
  EXPECT_EQ(costs["rows"].integer(), 3000);
  EXPECT_EQ(static_cast<int64_t>(std::filesystem::file_size(folder() + "/" + costs["file"].text())), costs["bytes"].integer());
  EXPECT_TRUE(std::filesystem::exists(folder() + "/x_meta_pipeline_runs.parquet"));
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = ducklake::Engine::open(config);
  EXPECT_EQ(engine->rows("SELECT CAST(sum(n) AS BIGINT) FROM '" + folder() + "/daily-costs.parquet'").at(0).at(0), "4498500");
}

TEST_F(DatasetExport, RefusesMoreThanItsLimit) {
  const auto [code, message] = error_of(
      [&] { lakes->export_dataset(acme.call, Json::object().set("folder", folder()).set("bytes_max", int64_t{100})); });
  EXPECT_EQ(code, CVG_E_LIMIT);
  EXPECT_NE(message.find("100 bytes"), std::string::npos);
}

TEST_F(DatasetExport, OfNoDatasetIsNotFound) {
  Caller nobody("nobody");
  EXPECT_EQ(error_of([&] { lakes->measure_dataset(nobody.call); }).first, CVG_E_NOT_FOUND);
}

}  // namespace
}  // namespace ducklake_tests
