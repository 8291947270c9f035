#include "host/sample/sample.h"

#include "sample_folder.h"

namespace cvg {
namespace {

using Sample = SampleFolder;

TEST_F(Sample, TheSameSeedGivesTheSameBytes) {
  SampleOptions a = options("csv"), b = options("csv");
  b.folder = folder_ + "/again";
  ASSERT_TRUE(write_sample(a).ok() && write_sample(b).ok());
  EXPECT_EQ(std::system(("diff -r " + a.folder + " " + b.folder).c_str()), 0);
}

TEST_F(Sample, RowsAreAboutAsManyAsAskedFor) {
  Result<Json> summary = write_sample(options("csv", 5000, 10));
  ASSERT_TRUE(summary.ok());
  std::map<std::string, std::int64_t> rows;
  for (const Json& t : (*summary)["totals"].items()) rows[t["cloud"].text()] += t["rows"].integer();
  ASSERT_EQ(rows.size(), 3u);
  for (const auto& [cloud, n] : rows) {
    EXPECT_GE(n, 4900) << cloud;
    EXPECT_LE(n, 6000) << cloud;
  }
}

TEST_F(Sample, WrongOptionsAreNamedAndAnOldSampleIsNotMixedWithANewOne) {
  SampleOptions o = options("csv");
  o.format = "xml";
  EXPECT_NE(write_sample(o).status().text().find("--format"), std::string::npos);
  o.format = "csv";
  o.rows = 1;
  EXPECT_NE(write_sample(o).status().text().find("--rows"), std::string::npos);
  o.rows = 100;
  ASSERT_TRUE(write_sample(o).ok());
  EXPECT_EQ(write_sample(o).status().code(), Code::conflict);
}

TEST_F(Sample, TheBundledOneIsMadeOnceAndWhole) {
  const std::string folder = folder_ + "/bundled";
  std::filesystem::create_directories(folder + ".new/left-behind");
  ASSERT_TRUE(make_bundled_sample(folder).ok());
  EXPECT_TRUE(path_exists(folder + "/summary.json"));
  EXPECT_FALSE(path_exists(folder + "/left-behind"));
  std::filesystem::remove(folder + "/summary.json");
  ASSERT_TRUE(make_bundled_sample(folder).ok());
  EXPECT_FALSE(path_exists(folder + "/summary.json")) << "an existing folder is the operator's";
}

}  // namespace
}  // namespace cvg
