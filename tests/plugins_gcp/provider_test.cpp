// The provider on the published sample data, and what it says about itself.
#include <gtest/gtest.h>

#include "fake_host.h"
#include "generated_sample.h"

namespace {

using namespace cvg_test;

TEST(GcpSample, LegacyDailyFilesSumToTheCent) {
  FakeHost host("file:///data/gcp/legacy-daily-json");
  if (!host.add_shared("gcp/legacy-daily-json")) GTEST_SKIP() << "no sample data";
  const Outcome outcome = host.extract("billing_export");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.rows().size(), 1133u);
  EXPECT_EQ(host.rows().sum("cost"), "8557.973991");
  ASSERT_EQ(host.units().size(), 59u);
  EXPECT_EQ(host.units()[0].source, "gcp:file:///data/gcp/legacy-daily-json/analytics-bigquery-demo");
  EXPECT_EQ(host.units()[0].unit, "2014-01-06");
  EXPECT_EQ(host.units()[0].layout, "legacy_daily");
}

TEST(GcpSample, OneDayOfTheLegacyFilesIsChosenByItsDate) {
  FakeHost host("file:///data/gcp/legacy-daily-json");
  if (!host.add_shared("gcp/legacy-daily-json")) GTEST_SKIP() << "no sample data";
  ASSERT_EQ(host.extract("billing_export", {{"date", "2014-01-11"}}).status, CVG_OK);
  EXPECT_EQ(host.units().size(), 2u);
  const FakeTable::Row& row = host.rows().rows().back();
  EXPECT_EQ(row.at("currency"), "USD");
  FakeHost month("file:///data/gcp/legacy-daily-json");
  month.add_shared("gcp/legacy-daily-json");
  ASSERT_EQ(month.extract("billing_export", {{"billing_period", "2013-12"}}).status, CVG_OK);
  EXPECT_EQ(month.units().size(), 2u);
}

TEST(GcpSample, FlattenedCsvWithPythonListsKeepsItsCredits) {
  FakeHost host("file:///data/gcp/bigquery-standard-csv");
  if (!host.add_shared("gcp/bigquery-standard-csv")) GTEST_SKIP() << "no sample data";
  const Outcome outcome = host.extract("billing_export", {{"date", "2026-11-20"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.rows().size(), 25u);
  EXPECT_EQ(host.rows().sum("cost"), "0.000032");
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "202011_30c31bca571d9b7f3b2c8459dd8bc34a_2020-11-08_2020-11-11.csv");
  EXPECT_EQ(host.rows().rows()[0].at("credits"),
            R"([{"name":"FreeTrial:Credit-000000-B0BBA4-940A77","amount":"-5e-06","full_name":null,)"
            R"("id":"FreeTrial:Credit-000000-B0BBA4-940A77","type":"PROMOTION"}])");
  EXPECT_EQ(host.rows().rows()[0].at("usage_amount_in_pricing_units"), "2.3198314011096954e-05");
  EXPECT_EQ(host.puts()[0].column("credits")["convert"].text(), "json_list");
}

TEST(GcpSample, FocusFileHasItsPublishedSums) {
  FakeHost host("file:///data/gcp/focus");
  if (!host.add_shared("gcp/focus-1.2-synthetic")) GTEST_SKIP() << "no sample data";
  ASSERT_EQ(host.extract("focus").status, CVG_OK);
  EXPECT_EQ(host.rows().size(), 100u);
  EXPECT_EQ(host.rows().sum("BilledCost"), "837.52222322465736");
  EXPECT_EQ(host.rows().sum("EffectiveCost"), "755.06847222465736");
  EXPECT_EQ(host.rows().sum("ListCost"), "921.53514741259345");
}

TEST(GcpProvider, RefusesUnknownDatasetsAndLayouts) {
  FakeHost host("file:///d");
  EXPECT_EQ(host.extract("billing").message,
            "provider gcp has no dataset 'billing'; it has billing_export, focus, vm_inventory, audit_logs");
  EXPECT_EQ(host.extract("billing_export", {{"layout", "csv"}}).message,
            "source.options.layout is 'csv'; dataset billing_export knows auto, bigquery_files, legacy_daily");
  EXPECT_EQ(host.extract("billing_export", {{"date", "2025-11"}}).message,
            "source.options.date is '2025-11'; write it as 2025-11-15");
}

TEST(GcpGenerated, ExportAgreesWithTheControlTotals) {
  FakeHost host("sample://gcp");
  const convergence::Json totals = add_generated_sample(host, "gcp", "csv");
  const Outcome outcome = host.extract("billing_export", {{"date", "all"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  expect_totals(host, totals, "cost", "currency");
  for (const SeenUnit& unit : host.units()) {
    EXPECT_EQ(unit.unit.size(), 10u);
    EXPECT_EQ(unit.source.substr(0, 35), "gcp:gcp_billing_export_resource_v1_");
  }
}

TEST(GcpGenerated, NestedParquetIsBoundWithoutALeftOver) {
  FakeHost host("sample://gcp");
  add_generated_sample(host, "gcp", "parquet");
  const Outcome outcome = host.extract("billing_export");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_FALSE(host.puts().empty());
  EXPECT_EQ(host.puts()[0].column("service_id")["from"].text(), "service.id");
  EXPECT_EQ(host.puts()[0].column("usage_amount")["from"].text(), "usage.amount");
  EXPECT_EQ(host.puts()[0].column("usage_amount")["convert"].text(), "native");
  EXPECT_EQ(host.puts()[0].column("credits")["from"].text(), "credits");
  EXPECT_EQ(host.puts()[0].column("x_extra")["from"].dump(), "\"\"");
}

TEST(GcpGenerated, InventoryAndLogsAreRead) {
  FakeHost host("sample://gcp");
  add_generated_sample(host, "gcp", "csv");
  EXPECT_EQ(host.extract("vm_inventory").message, "");
  const std::size_t machines = host.rows().size();
  EXPECT_GT(machines, 0u);
  EXPECT_EQ(host.extract("audit_logs").message, "");
  EXPECT_GT(host.rows().size(), machines);
}

}  // namespace
