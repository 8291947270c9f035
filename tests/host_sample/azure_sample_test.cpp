#include "sample_folder.h"

namespace cvg {
namespace {

using AzureSample = SampleFolder;

TEST_F(AzureSample, TheNewestRunsAddUpToTheSummaryAndManifestsAreTrue) {
  for (const char* format : {"csv", "parquet"}) {
    Result<Json> summary = write_sample(options(format));
    ASSERT_TRUE(summary.ok()) << summary.status().text();
    const std::string root = folder_ + "/" + format + "/azure/cost/exports/actual-90000002/";
    const std::string files = "['" + root + "20251001-20251031/*/*1/part*', '" + root + "20251101-20251130/*/*/part*']";
    const std::string from = format == std::string("parquet") ? "read_parquet(" + files + ")" : "read_csv(" + files + ", header = true, all_varchar = true, compression = 'gzip')";
    EXPECT_EQ(value("SELECT sum(CAST(CAST(CostInBillingCurrency AS VARCHAR) AS DECIMAL(38,10))) FROM " + from), total(*summary, "azure", "CAD")) << format;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().filename() != "manifest.json") continue;
      const Json manifest = parse_json(read_file(entry.path()).value()).value();
      for (const Json& blob : manifest["blobs"].items())
        EXPECT_EQ(static_cast<std::int64_t>(std::filesystem::file_size(folder_ + "/" + format + "/azure/cost/" + blob["blobName"].text())), blob["byteCount"].integer());
    }
  }
}

}  // namespace
}  // namespace cvg
