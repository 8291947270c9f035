// The provider on the published sample data, and what it says about itself.
#include <gtest/gtest.h>

#include "fake_host.h"
#include "generated_sample.h"

namespace {

using namespace cvg_test;

struct Sample {
  const char *path, *column, *sum;
  std::size_t rows;
  const char* dataset;
};

class AwsSample : public testing::TestWithParam<Sample> {};

TEST_P(AwsSample, HasThePublishedSumAndRows) {
  const Sample& sample = GetParam();
  FakeHost host(std::string("file:///data/") + sample.path);
  if (!host.add_shared(sample.path)) GTEST_SKIP() << "no sample data: " << sample.path;
  const Outcome outcome = host.extract(sample.dataset);
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.rows().size(), sample.rows);
  EXPECT_EQ(host.rows().sum(sample.column), sample.sum);
  EXPECT_EQ(host.units().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Published, AwsSample,
    testing::Values(
        Sample{"aws/cur-legacy-anonymised", "line_item_unblended_cost", "1.6823086974", 1281, "cost_and_usage"},
        Sample{"aws/cur-legacy-s3-layout", "line_item_unblended_cost", "143227.76367818761501799105", 13380, "cost_and_usage"},
        Sample{"aws/cur-legacy-zip-s3-layout", "line_item_unblended_cost", "0.045152", 3, "cost_and_usage"},
        Sample{"aws/cur-legacy-zip-s3-layout/mock-cur-bucket", "line_item_unblended_cost", "0.045152", 3, "cost_and_usage"},
        Sample{"aws/cur2-s3-layout", "line_item_unblended_cost", "0.108304", 4, "cost_and_usage"},
        Sample{"aws/cur2-s3-layout/mock-cur-v2-bucket", "line_item_unblended_cost", "0.108304", 4, "cost_and_usage"},
        Sample{"aws/cur2-loaded/aws_cost_report.csv", "line_item_unblended_cost", "0", 20, "cost_and_usage"},
        Sample{"aws/cur-legacy-small/test_cur.csv", "line_item_unblended_cost", "0.0827499841274349353", 19, "cost_and_usage"},
        Sample{"aws/cur-legacy-small/test_cur.csv.gz", "line_item_unblended_cost", "0.0827499841274349353", 19, "cost_and_usage"},
        Sample{"aws/cur-legacy-small/2023-06-01.csv", "line_item_unblended_cost", "30", 3, "cost_and_usage"},
        Sample{"aws/cur-legacy-small/2023-06-01-not-final.csv", "line_item_unblended_cost", "30", 3, "cost_and_usage"},
        Sample{"aws/cur-legacy-small/empty_frame.csv", "line_item_unblended_cost", "0", 0, "cost_and_usage"},
        Sample{"aws/focus-1.0", "BilledCost", "9.3243613789", 628, "focus"},
        Sample{"aws/focus-1.0/focus_sample_aws.csv", "ListCost", "9.3355613789", 628, "focus"},
        Sample{"aws/focus-1.2-synthetic", "BilledCost", "1157.48882377213324", 100, "focus"},
        Sample{"aws/focus-1.2-synthetic", "EffectiveCost", "403.45921877213324", 100, "focus"}));

TEST(AwsProvider, ManifestWithoutFilesOffersItsUnitAndNoRows) {
  FakeHost host("file:///data/manifests");
  if (!host.add_shared("aws/cur-manifests")) GTEST_SKIP() << "no sample data";
  const Outcome outcome = host.extract("cost_and_usage", {{"billing_period", "2019-01"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2019-01");
  EXPECT_EQ(host.rows().size(), 0u);
}

TEST(AwsProvider, ListedFileThatIsMissingIsNamed) {
  FakeHost host("file:///data/manifests");
  if (!host.add_shared("aws/cur-manifests")) GTEST_SKIP() << "no sample data";
  const Outcome outcome = host.extract("cost_and_usage", {{"billing_period", "2017-08"}});
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_NE(outcome.message.find("hourly-cost-and-usage-01.csv.gz, which is not below"), std::string::npos) << outcome.message;
  EXPECT_TRUE(host.units().empty());
}

TEST(AwsProvider, UnknownDatasetIsRefusedWithTheKnownOnes) {
  FakeHost host("file:///data");
  const Outcome outcome = host.extract("cur");
  EXPECT_EQ(outcome.status, CVG_E_CONFIG);
  EXPECT_EQ(outcome.message, "provider aws has no dataset 'cur'; it has cost_and_usage, focus, ec2_inventory, cloudtrail_events");
}

TEST(AwsProvider, UnknownLayoutIsRefusedWithTheKnownOnes) {
  FakeHost host("file:///data");
  const Outcome outcome = host.extract("focus", {{"layout", "cur"}});
  EXPECT_EQ(outcome.status, CVG_E_CONFIG);
  EXPECT_EQ(outcome.message, "source.options.layout is 'cur'; dataset focus knows auto, legacy_cur, data_export, partitions, loose");
}

TEST(AwsProvider, UnknownOptionAndBadPeriodAreRefused) {
  FakeHost host("file:///data");
  EXPECT_EQ(host.extract("focus", {{"period", "2025-11"}}).message,
            "source.options.period is unknown; known are billing_period, date, layout, type");
  EXPECT_EQ(host.extract("focus", {{"billing_period", "November"}}).message,
            "source.options.billing_period is 'November'; write it as 2025-11, or a day of it as 2025-11-15");
}

TEST(AwsProvider, NothingThereSaysWhatWasLookedFor) {
  FakeHost host("file:///data");
  host.add("notes.txt", "hello");
  const Outcome outcome = host.extract("cost_and_usage", {{"billing_period", "2025-11-15"}});
  EXPECT_EQ(outcome.status, CVG_E_NOT_FOUND);
  EXPECT_NE(outcome.message.find("nothing of dataset cost_and_usage for billing period 2025-11 below file:///data: looked for "
                                 "*-Manifest.json"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find("found 1 object"), std::string::npos) << outcome.message;
}

TEST(AwsProvider, DescribesItselfAsJson) {
  convergence::StringOut out;
  const cvg_component* component = cvg_plugin_entry.component(0);
  cvg_error error = convergence::empty_error();
  ASSERT_EQ(component->describe(nullptr, out.out(), &error), CVG_OK);
  const convergence::Json json = convergence::Json::parse(out.text());
  EXPECT_EQ(json["datasets"].size(), 4u);
  EXPECT_EQ(cvg_plugin_entry.component(1), nullptr);
  EXPECT_NO_THROW(convergence::Json::parse(cvg_plugin_entry.manifest_json));
}

TEST(AwsGenerated, ReportsAgreeWithTheControlTotals) {
  FakeHost host("sample://aws");
  const convergence::Json totals = add_generated_sample(host, "aws", "csv");
  const Outcome outcome = host.extract("cost_and_usage", {{"billing_period", "all"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  expect_totals(host, totals, "line_item_unblended_cost", "line_item_currency_code");
  for (const SeenUnit& unit : host.units()) EXPECT_EQ(unit.version.substr(0, 10), "delivered:");
  EXPECT_TRUE(host.warnings().empty());
}

TEST(AwsGenerated, ParquetExportsAreBoundWithoutALeftOver) {
  FakeHost host("sample://aws");
  add_generated_sample(host, "aws", "parquet");
  const Outcome outcome = host.extract("cost_and_usage");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_FALSE(host.puts().empty());
  for (const SeenPut& put : host.puts()) {
    EXPECT_EQ(put.formats[0], static_cast<std::uint32_t>(CVG_FMT_PARQUET));
    EXPECT_EQ(put.column("line_item_unblended_cost")["from"].text(), "line_item_unblended_cost");
    EXPECT_EQ(put.column("resource_tags")["from"].text(), "resource_tags");
    EXPECT_EQ(put.column("x_extra")["from"].dump(), "\"\"");
  }
}

TEST(AwsGenerated, InventoryAndEventsAreRead) {
  FakeHost host("sample://aws");
  add_generated_sample(host, "aws", "csv");
  EXPECT_EQ(host.extract("ec2_inventory", {{"layout", "auto"}}).message, "");
  EXPECT_GT(host.rows().size(), 0u);
  const std::size_t machines = host.rows().size();
  EXPECT_EQ(host.extract("cloudtrail_events", {{"date", "all"}}).message, "");
  EXPECT_GT(host.rows().size(), machines);
  EXPECT_EQ(host.units().back().unit.size(), 10u);
}

}  // namespace
