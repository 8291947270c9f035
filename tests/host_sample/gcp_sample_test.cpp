#include "sample_folder.h"

namespace cvg {
namespace {

using GcpSample = SampleFolder;

TEST_F(GcpSample, BothFormatsAddUpToTheSummary) {
  for (const char* format : {"csv", "parquet"}) {
    Result<Json> summary = write_sample(options(format));
    ASSERT_TRUE(summary.ok()) << summary.status().text();
    const std::string root = folder_ + "/" + format + "/gcp/billing/*/*/*";
    const std::string from = format == std::string("parquet") ? "read_parquet('" + root + ".parquet')" : "read_json('" + root + ".json.gz', format = 'newline_delimited')";
    EXPECT_EQ(value("SELECT sum(CAST(CAST(cost AS VARCHAR) AS DECIMAL(38,10))) FROM " + from + " WHERE currency = 'USD'"), total(*summary, "gcp", "USD")) << format;
    EXPECT_EQ(value("SELECT sum(CAST(CAST(cost AS VARCHAR) AS DECIMAL(38,10))) FROM " + from + " WHERE currency = 'EUR'"), total(*summary, "gcp", "EUR")) << format;
  }
}

TEST_F(GcpSample, RecordsAreNestedInBothFormats) {
  ASSERT_TRUE(write_sample(options("csv")).ok() && write_sample(options("parquet")).ok());
  const std::string credits = "SELECT count(*) || ' ' || sum(CAST(CAST(c.amount AS VARCHAR) AS DECIMAL(38,10))) FROM (SELECT unnest(credits) AS c FROM ";
  const std::string json = value(credits + "read_json('" + folder_ + "/csv/gcp/billing/*/*/*.json.gz', format = 'newline_delimited'))");
  EXPECT_EQ(value(credits + "read_parquet('" + folder_ + "/parquet/gcp/billing/*/*/*.parquet'))"), json);
  EXPECT_NE(json.find("-"), std::string::npos) << "credits are negative: " << json;
}

}  // namespace
}  // namespace cvg
