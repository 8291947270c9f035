#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string csv = "lineItem/LineItemType,lineItem/UsageStartDate,lineItem/CurrencyCode,lineItem/UnblendedCost\n"
                        "Usage,2024-03-01T00:00:00Z,USD,1\n";
const std::string csv2 = "line_item_line_item_type,line_item_usage_start_date,line_item_currency_code,line_item_unblended_cost\n"
                         "Usage,2024-03-01T00:00:00Z,USD,2\n";

std::string legacy(const std::string& name, const std::string& account, const std::string& month, const std::string& keys) {
  return R"({"assemblyId":"x","account":")" + account + R"(","columns":[],"charset":"UTF-8","reportName":")" + name +
         R"(","billingPeriod":{"start":")" + month + R"(01T000000.000Z"},"reportKeys":[)" + keys + "]}";
}
std::string exported(const std::string& arn, const std::string& files, const std::string& column = "line_item_unblended_cost") {
  return R"({"exportArn":")" + arn + R"(","columns":[{"name":")" + column + R"("}],"dataFiles":[)" + files + "]}";
}

TEST(LegacyCur, UnitComesFromTheManifestNeverFromTheRows) {
  FakeHost host("s3://bucket/p");
  host.add("r/20180801-20180901/u1/r-1.csv.gz", csv, 1533081600123);
  host.add("r/20180801-20180901/u1/r-Manifest.json", legacy("r", "42", "201808", R"("/p/r/20180801-20180901/u1/r-1.csv.gz")"));
  host.add("r/20180801-20180901/r-Manifest.json", legacy("r", "42", "201808", R"("/p/r/20180801-20180901/u1/r-1.csv.gz")"), 1533081600000);
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "aws:r:42");
  EXPECT_EQ(host.units()[0].unit, "2018-08");
  EXPECT_EQ(host.units()[0].layout, "legacy_cur");
  EXPECT_EQ(host.units()[0].version, "modified:2018-08-01T00:00:00.123Z");
  EXPECT_EQ(host.units()[0].fingerprint.substr(0, 7), "sha256:");
}

TEST(LegacyCur, OnlyTheFilesOfTheNewestAssemblyAreRead) {
  FakeHost host("s3://bucket/p");
  host.add("r/20240401-20240501/20240417T190636Z/r-00001.csv.gz", csv);
  host.add("r/20240401-20240501/20240417T190636Z/r-Manifest.json",
           legacy("r", "42", "202404", R"("p/r/20240401-20240501/20240417T190636Z/r-00001.csv.gz")"));
  host.add("r/20240401-20240501/20240416T010000Z/r-00001.csv.gz", csv);
  host.add("r/20240401-20240501/20240416T010000Z/r-Manifest.json",
           legacy("r", "42", "202404", R"("p/r/20240401-20240501/20240416T010000Z/r-00001.csv.gz")"), 1900000000000);
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].version, "delivered:2024-04-17T19:06:36.000Z");
  EXPECT_EQ(host.rows().size(), 1u);
}

TEST(LegacyCur, FileOfAnOlderAssemblyNeverStandsInForAMissingOne) {
  FakeHost host("s3://bucket");
  host.add("r/20240401-20240501/old/r-1.csv.gz", csv);
  host.add("r/20240401-20240501/r-Manifest.json", legacy("r", "42", "202404", R"("r/20240401-20240501/new/r-1.csv.gz")"));
  const Outcome outcome = host.extract("cost_and_usage");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "r/20240401-20240501/r-Manifest.json lists r/20240401-20240501/new/r-1.csv.gz, which is not below the "
                             "source's root; the delivery is incomplete: wait for it, or deliver it again");
  EXPECT_EQ(outcome.detail["file"].text(), "r/20240401-20240501/new/r-1.csv.gz");
}

TEST(LegacyCur, TwoPayersAreTwoSources) {
  FakeHost host("s3://bucket");
  for (const std::string account : {"1", "2"}) {
    host.add("a" + account + "/r/20240401-20240501/r-1.csv", csv);
    host.add("a" + account + "/r/20240401-20240501/r-Manifest.json",
             legacy("r", account, "202404", "\"a" + account + "/r/20240401-20240501/r-1.csv\""));
  }
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.units()[0].source, "aws:r:1");
  EXPECT_EQ(host.units()[1].source, "aws:r:2");
}

TEST(Manifest, TwoReportsOfOnePayerAreRefusedAndBothNamed) {
  FakeHost host("s3://bucket");
  const std::string arn = "arn:aws:bcm-data-exports:us-east-1:42:export/e-1";
  host.add("r/20240301-20240401/r-1.csv", csv);
  host.add("r/20240301-20240401/r-Manifest.json", legacy("r", "42", "202403", R"("r/20240301-20240401/r-1.csv")"));
  host.add("e/data/BILLING_PERIOD=2024-03/e-1.csv", csv2);
  host.add("e/metadata/BILLING_PERIOD=2024-03/e-Manifest.json", exported(arn, R"("s3://bucket/e/data/BILLING_PERIOD=2024-03/e-1.csv")"));
  const Outcome outcome = host.extract("cost_and_usage");
  EXPECT_EQ(outcome.message, "two reports of payer 42 hold the bill of 2024-03: aws:" + arn + " (e/metadata/BILLING_PERIOD=2024-03/e-Manifest.json) "
                             "and aws:r:42 (r/20240301-20240401/r-Manifest.json); both together would count it twice: take "
                             "s3://bucket/e or s3://bucket/r as the source, or say layout: data_export or legacy_cur");
  EXPECT_EQ(outcome.detail["field"].text(), "source");
  EXPECT_TRUE(host.units().empty());
  ASSERT_EQ(host.extract("cost_and_usage", {{"layout", "legacy_cur"}}).status, CVG_OK);
  FakeHost hourly("s3://bucket");
  for (const std::string name : {"daily", "hourly"}) {
    hourly.add(name + "/20240301-20240401/1.csv", csv);
    hourly.add(name + "/20240301-20240401/m-Manifest.json", legacy(name, "42", "202403", "\"" + name + "/20240301-20240401/1.csv\""));
  }
  EXPECT_NE(hourly.extract("cost_and_usage").message.find("take s3://bucket/daily or s3://bucket/hourly as the source"), std::string::npos);
}

TEST(LegacyCur, BillingPeriodSelectsAndDayOfItToo) {
  FakeHost host("s3://bucket");
  for (const std::string month : {"202403", "202404"}) {
    const std::string folder = "r/" + month + "01-20240501/";
    host.add(folder + "r-1.csv", csv);
    host.add(folder + "r-Manifest.json", legacy("r", "1", month, "\"" + folder + "r-1.csv\""));
  }
  ASSERT_EQ(host.extract("cost_and_usage", {{"billing_period", "2024-03-15"}}).status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2024-03");
  const Outcome none = host.extract("cost_and_usage", {{"billing_period", "2024-05"}});
  EXPECT_EQ(none.status, CVG_E_NOT_FOUND);
  EXPECT_NE(none.message.find("periods there: 2024-03, 2024-04"), std::string::npos) << none.message;
}

TEST(LegacyCur, UnchangedUnitStagesNothing) {
  FakeHost host("s3://bucket");
  host.add("r/20240401-20240501/r-1.csv", csv);
  host.add("r/20240401-20240501/r-Manifest.json", legacy("r", "1", "202404", R"("r/20240401-20240501/r-1.csv")"));
  host.decide = [](const SeenUnit&) { return static_cast<std::int32_t>(CVG_UNIT_UNCHANGED); };
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  EXPECT_EQ(host.staged_count(), 0u);
  EXPECT_TRUE(host.puts().empty());
}

TEST(LegacyCur, AthenaPartitionsOfAManifestAreFound) {
  FakeHost host("s3://bucket/p");
  host.add("r/r/year=2024/month=4/r-00001.csv", csv);
  host.add("r/20240401-20240501/r-Manifest.json", legacy("r", "1", "202404", R"("p/r/r/year=2024/month=4/r-00001.csv")"));
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  EXPECT_EQ(host.units()[0].unit, "2024-04");
  EXPECT_EQ(host.rows().size(), 1u);
}

TEST(DataExport, CreateNewReadsTheNewestExecutionAlone) {
  FakeHost host("s3://bucket/p");
  const std::string arn = "arn:aws:bcm-data-exports:us-east-1:1:export/e-1";
  for (const std::string at : {"2024-03-28T01:05:29.443Z-aaa", "2024-04-02T13:14:43.337Z-bbb"}) {
    const std::string data = "e/data/BILLING_PERIOD=2024-03/" + at + "/e-00001.csv.gz";
    host.add(data, csv2);
    host.add("e/metadata/BILLING_PERIOD=2024-03/" + at + "/e-Manifest.json", exported(arn, "\"s3://bucket/p/" + data + "\""));
  }
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "aws:" + arn);
  EXPECT_EQ(host.units()[0].version, "delivered:2024-04-02T13:14:43.337Z");
  EXPECT_EQ(host.units()[0].unit, "2024-03");
  EXPECT_EQ(host.puts()[0].names, std::vector<std::string>{"e/data/BILLING_PERIOD=2024-03/2024-04-02T13:14:43.337Z-bbb/e-00001.csv.gz"});
}

TEST(DataExport, FocusAndCostExportsSideBySideKeepApart) {
  FakeHost host("s3://bucket");
  host.add("c/data/BILLING_PERIOD=2024-03/c-00001.csv", csv2);
  host.add("c/metadata/BILLING_PERIOD=2024-03/c-Manifest.json", exported("arn:c", R"("s3://bucket/c/data/BILLING_PERIOD=2024-03/c-00001.csv")"));
  host.add("f/data/BILLING_PERIOD=2024-03/f-00001.csv", "BilledCost,BillingCurrency,ChargePeriodStart\n3,USD,2024-03-01T00:00:00Z\n");
  host.add("f/metadata/BILLING_PERIOD=2024-03/f-Manifest.json",
           exported("arn:f", R"("s3://bucket/f/data/BILLING_PERIOD=2024-03/f-00001.csv")", "BilledCost"));
  ASSERT_EQ(host.extract("focus").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "aws:arn:f");
  EXPECT_TRUE(host.warnings().empty());
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.units()[1].source, "aws:arn:c");
}

TEST(Partitions, WithoutManifestTheNewestExecutionFolderCounts) {
  FakeHost host("s3://bucket/");
  host.add("e/data/BILLING_PERIOD=2024-03/2024-03-28T01:05:29.443Z-aaa/e-00001.csv", csv2);
  host.add("e/data/BILLING_PERIOD=2024-03/2024-04-02T13:14:43.337Z-bbb/e-00001.csv", csv2);
  host.add("e/data/BILLING_PERIOD=2024-04/e-00001.csv", csv2);
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.units()[0].source, "aws:s3://bucket/e/data");
  EXPECT_EQ(host.units()[0].version, "delivered:2024-04-02T13:14:43.337Z");
  EXPECT_EQ(host.units()[1].unit, "2024-04");
  EXPECT_EQ(host.units()[1].layout, "partitions");
}

TEST(Loose, AFileIsOneUnitWhateverPeriodIsAskedFor) {
  FakeHost host("file:///d");
  host.add("a.csv", csv);
  host.add("b-2024-03.csv", csv);
  host.add("b-2024-04.csv", csv);
  ASSERT_EQ(host.extract("cost_and_usage", {{"billing_period", "2024-03"}}).status, CVG_OK);
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  ASSERT_EQ(host.extract("cost_and_usage", {{"billing_period", "2024-12"}}).status, CVG_OK);
  std::vector<std::string> seen;
  for (const SeenUnit& u : host.units()) seen.push_back(u.source + " " + u.unit);
  const std::string a = "aws:file:///d/a.csv a.csv", march = "aws:file:///d/b-2024-03.csv b-2024-03.csv",
                    april = "aws:file:///d/b-2024-04.csv b-2024-04.csv";
  EXPECT_EQ(seen, (std::vector<std::string>{a, march, a, march, april, a}));
}

TEST(Loose, EverySpellingOfTheRootIsOneSource) {
  for (const char* const root : {"file:///d/e", "file:///d//e", "file:///d/e/", "FILE://localhost/d/%65//"}) {
    FakeHost host(root);
    host.add("a.csv", csv);
    ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
    EXPECT_EQ(host.units()[0].source, "aws:file:///d/e/a.csv") << root;
  }
}

TEST(Partitions, APeriodIsOneUnitThroughEveryRootThatShowsItWhole) {
  for (const std::string folder : {"BILLING_PERIOD=2025-01", "20250101-20250201", "year=2025/month=1"}) {
    for (const std::string above : {"", "e/", "e/d/"}) {
      const std::string below = ("e/d/" + folder).substr(above.size());
      FakeHost host("file:///x/" + above);
      host.add(below + "/e-00001.csv", csv2);
      const Outcome outcome = host.extract("cost_and_usage");
      ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
      EXPECT_EQ(host.units()[0].source + " " + host.units()[0].unit, "aws:file:///x/e/d 2025-01") << above;
    }
    FakeHost period("file:///x/e/d/" + folder);
    period.add("e-00001.csv", csv2);
    ASSERT_EQ(period.extract("cost_and_usage").status, CVG_OK);
    EXPECT_EQ(period.units()[0].source + " " + period.units()[0].unit, "aws:file:///x/e/d 2025-01");
  }
}

TEST(Partitions, ARootBelowThePeriodOrWithoutTheManifestsBesideIsRefused) {
  FakeHost file("file:///x/e/20250101-20250201/e-1.csv"), data("file:///x/e/data"), athena("file:///x/r/r");
  file.add("e-1.csv", csv);
  data.add("BILLING_PERIOD=2025-01/e-1.csv", csv2);
  athena.add("year=2025/month=1/r-1.csv", csv);
  EXPECT_EQ(file.extract("cost_and_usage").message,
            "the source file:///x/e/20250101-20250201/e-1.csv is a part of the period 2025-01, which is replaced whole: take "
            "file:///x/e (every period) or file:///x/e/20250101-20250201 as the source");
  EXPECT_EQ(data.extract("cost_and_usage").message,
            "the source file:///x/e/data is a part of an export and does not show its manifests: take file:///x/e as the source");
  EXPECT_EQ(athena.extract("cost_and_usage").status, CVG_E_CONFIG);
}

TEST(Partitions, APeriodWhoseManifestIsStillToComeIsNotReadWithoutItWhenItIsAskedFor) {
  FakeHost host("s3://bucket");
  host.add("e/data/BILLING_PERIOD=2024-03/e-00001.csv", csv2);
  host.add("e/metadata/BILLING_PERIOD=2024-03/e-Manifest.json", exported("arn:e", R"("s3://bucket/e/data/BILLING_PERIOD=2024-03/e-00001.csv")"));
  host.add("e/data/BILLING_PERIOD=2024-04/e-00001.csv", csv2);
  EXPECT_EQ(host.extract("cost_and_usage", {{"billing_period", "2024-04"}}).status, CVG_E_NOT_FOUND);
  EXPECT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  EXPECT_EQ(host.units().size(), 1u);
  ASSERT_EQ(host.warnings().size(), 1u);
  EXPECT_NE(host.warnings()[0].find("no manifest there lists it (yet): s3://bucket/e/data/BILLING_PERIOD=2024-04 (1 file);"), std::string::npos)
      << host.warnings()[0];
}

// Bug: one manifest below the root made everything without one vanish: COMPLETE, no warning, money missing.
TEST(Manifest, WhatHasNoManifestBesideAnExportWithOneIsNamed) {
  FakeHost host("s3://bucket");
  host.add("e/data/BILLING_PERIOD=2024-03/e-00001.csv", csv2);
  host.add("e/data/BILLING_PERIOD=2024-03/older/e-00001.csv", csv2);
  host.add("e/metadata/BILLING_PERIOD=2024-03/e-Manifest.json", exported("arn:e", R"("s3://bucket/e/data/BILLING_PERIOD=2024-03/e-00001.csv")"));
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  EXPECT_TRUE(host.warnings().empty()) << "an older execution is accounted for: " << host.warnings()[0];
  host.add("other/data/BILLING_PERIOD=2024-03/o-00001.csv", csv2);
  host.add("other/data/BILLING_PERIOD=2024-03/o-00002.csv", csv2);
  host.add("by-hand.csv", csv2);
  host.add("by-hand-2024-04.csv", csv2);
  ASSERT_EQ(host.extract("cost_and_usage", {{"billing_period", "2024-03"}}).status, CVG_OK);
  EXPECT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.warnings(), std::vector<std::string>{"left alone below the source, because no manifest there lists it (yet): s3://bucket/by-hand.csv "
                                                      "(1 file), s3://bucket/other (2 files); what of it is to be in the table, ingest from "
                                                      "there as a source of its own"});
  ASSERT_EQ(host.extract("cost_and_usage", {{"layout", "data_export"}}).status, CVG_OK);
  EXPECT_EQ(host.warnings().size(), 1u) << "who names the layout asks for nothing else";
}

TEST(Partitions, ALooseFileBesidePeriodFoldersIsNamed) {
  FakeHost host("s3://bucket");
  host.add("e/BILLING_PERIOD=2024-03/e-00001.csv", csv2);
  host.add("by-hand.csv", csv2);
  ASSERT_EQ(host.extract("cost_and_usage").status, CVG_OK);
  EXPECT_EQ(host.units().size(), 1u);
  ASSERT_EQ(host.warnings().size(), 1u);
  EXPECT_NE(host.warnings()[0].find("no folder tells the period: s3://bucket/by-hand.csv (1 file);"), std::string::npos) << host.warnings()[0];
}

TEST(Manifest, AFileThatIsListedTwiceIsRefused) {
  FakeHost legacy_host("s3://bucket/p");
  legacy_host.add("r/20240401-20240501/r-1.csv", csv);
  legacy_host.add("r/20240401-20240501/r-Manifest.json",
                  legacy("r", "1", "202404", R"("p/r/20240401-20240501/r-1.csv","/p/r/20240401-20240501/r-1.csv")"));
  const Outcome outcome = legacy_host.extract("cost_and_usage");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, "r/20240401-20240501/r-Manifest.json lists /p/r/20240401-20240501/r-1.csv more than once; the manifest "
                             "is damaged: deliver it again");
  EXPECT_TRUE(legacy_host.puts().empty());
  FakeHost host("s3://bucket");
  const std::string file = R"("s3://bucket/e/data/BILLING_PERIOD=2024-03/e-00001.csv")";
  host.add("e/data/BILLING_PERIOD=2024-03/e-00001.csv", csv2);
  host.add("e/metadata/BILLING_PERIOD=2024-03/e-Manifest.json", exported("arn:e", file + "," + file));
  EXPECT_EQ(host.extract("cost_and_usage").status, CVG_E_DATA);
}

TEST(Loose, ChangedTimeOrSizeChangesTheFingerprint) {
  FakeHost host("file:///d");
  host.add("a.csv", csv, 1000);
  host.extract("cost_and_usage");
  host.add("a.csv", csv, 2000);
  host.extract("cost_and_usage");
  ASSERT_EQ(host.units().size(), 2u);
  EXPECT_NE(host.units()[0].fingerprint, host.units()[1].fingerprint);
  EXPECT_LT(host.units()[0].version, host.units()[1].version);
}

}  // namespace
