#include "sample_folder.h"

namespace cvg {
namespace {

using AwsSample = SampleFolder;

// The file list of the manifest of a payer and period, as DuckDB's list literal below the folder of the export.
std::string listed(const std::string& root, const Json& manifest, const char* member) {
  std::string files;
  for (const Json& key : manifest[member].items()) {
    const std::string& text = key.text();
    files += (files.empty() ? "'" : ", '") + root + text.substr(text.find("exports/") + 7) + "'";
  }
  return "[" + files + "]";
}

TEST_F(AwsSample, TheNewestManifestsFilesAddUpToTheSummary) {
  for (const char* format : {"csv", "parquet"}) {
    Result<Json> summary = write_sample(options(format));
    ASSERT_TRUE(summary.ok()) << summary.status().text();
    const bool parquet = format == std::string("parquet");
    const std::string root = folder_ + "/" + format + "/aws/cost";
    std::string sum = "0";
    for (const char* period : {"2025-10", "2025-11"}) {
      const std::string month = period, days = month == "2025-10" ? "20251001-20251101" : "20251101-20251201";
      const std::string path = root + "/example-cost-101/" + (parquet ? "metadata/BILLING_PERIOD=" + month : days) + "/example-cost-101-Manifest.json";
      const Json manifest = parse_json(read_file(path).value()).value();
      const std::string files = listed(root, manifest, parquet ? "dataFiles" : "reportKeys");
      const std::string from = parquet ? "read_parquet(" + files + ")" : "read_csv(" + files + ", header = true, all_varchar = true)";
      const std::string cost = parquet ? "CAST(line_item_unblended_cost AS VARCHAR)" : "\"lineItem/UnblendedCost\"";
      sum += " + (SELECT sum(CAST(" + cost + " AS DECIMAL(38,10))) FROM " + from + ")";
    }
    EXPECT_EQ(value("SELECT CAST(" + sum + " AS DECIMAL(38,10))"), total(*summary, "aws", "USD")) << format;
  }
}

TEST_F(AwsSample, TheFirstPeriodIsDeliveredTwice) {
  ASSERT_TRUE(write_sample(options("csv")).ok());
  const std::string root = folder_ + "/csv/aws/cost/example-cost-201/";
  EXPECT_EQ(value("SELECT count(*) FROM glob('" + root + "20251001-20251101/*/*.csv.gz')"), "2");
  EXPECT_EQ(value("SELECT count(*) FROM glob('" + root + "20251101-20251201/*/*.csv.gz')"), "1");
}

}  // namespace
}  // namespace cvg
