#include <gtest/gtest.h>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string csv = "Date,Cost\n2025-11-01,1\n2025-11-02,2\n";
const std::string scope = "/subscriptions/s1/providers/Microsoft.CostManagement/exports/daily";

std::string manifest(const std::string& type, const std::string& submitted, const std::string& blob, std::size_t bytes,
                     const std::string& more = "", const std::string& id = scope) {
  return R"({"manifestVersion":"2024-04-01","blobCount":1,"exportConfig":{"exportName":"daily","resourceId":")" + id + R"(","type":")" + type +
         R"("},"runInfo":{"submittedTime":")" + submitted + R"(","startDate":"2025-11-01T00:00:00"},"blobs":[{"blobName":")" + blob +
         R"(","byteCount":)" + std::to_string(bytes) + more + "}]}";
}
const std::string period = "root/daily/20251101-20251130/";

TEST(Manifest, NewestRunOfThePeriodIsTheUnit) {
  FakeHost host("https://acct.blob.core.windows.net/exports");
  host.add(period + "202511021000/g1/000001.csv", csv);
  host.add(period + "202511021000/g1/manifest.json",
           manifest("ActualCost", "2025-11-02T10:00:03.1032074Z", period + "202511021000/g1/000001.csv", csv.size()));
  host.add(period + "202511031000/g2/000001.csv", csv);
  host.add(period + "202511031000/g2/manifest.json",
           manifest("ActualCost", "2025-11-03T10:00:03.1032074Z", period + "202511031000/g2/000001.csv", csv.size(), R"(,"dataRowCount":2)"));
  const Outcome outcome = host.extract("cost_export", {{"billing_period", "2025-11-15"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "azure:" + scope);
  EXPECT_EQ(host.units()[0].unit, "2025-11");
  EXPECT_EQ(host.units()[0].version, "delivered:2025-11-03T10:00:03.103Z");
  EXPECT_EQ(host.units()[0].layout, "manifest");
  EXPECT_EQ(host.rows().size(), 2u);
}

TEST(Manifest, ShortOneOfOldExportsTakesPeriodAndRunFromItsFolder) {
  FakeHost host("file:///exports/");
  const std::string blob = "cost/partitioned/20230101-20230131/202301041442/g/000001.csv";
  host.add("partitioned/20230101-20230131/202301041442/g/000001.csv", csv);
  host.add("partitioned/20230101-20230131/202301041442/g/manifest.json",
           R"({"manifestVersion":"2021-01-01","blobCount":1,"byteCount":)" + std::to_string(csv.size()) + R"(,"dataRowCount":2,"blobs":[{"blobName":")" + blob + R"("}]})");
  const Outcome outcome = host.extract("cost_export");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units()[0].source, "azure:file:///exports/partitioned");
  EXPECT_EQ(host.units()[0].unit, "2023-01");
  EXPECT_EQ(host.units()[0].version, "delivered:2023-01-04T14:42:00.000Z");
}

TEST(Manifest, SizesAndCountsAreCompared) {
  const auto run = [&](const std::string& text) {
    FakeHost host("file:///e");
    host.add(period + "g/1.csv", csv);
    host.add(period + "g/manifest.json", text);
    return host.extract("cost_export");
  };
  const std::string blob = period + "g/1.csv";
  EXPECT_EQ(run(manifest("ActualCost", "2025-11-02T10:00:03Z", blob, 999)).message,
            period + "g/manifest.json says that " + blob + " has 999 bytes, it has 36; the file is damaged or incomplete: deliver the run again");
  EXPECT_EQ(run(manifest("ActualCost", "2025-11-02T10:00:03Z", blob, csv.size(), R"(,"dataRowCount":3)")).message,
            period + "g/manifest.json promises 3 rows, the files hold 2; the delivery is damaged or incomplete: deliver it again");
  EXPECT_EQ(run(R"({"blobCount":2,"runInfo":{"startDate":"2025-11-01"},"blobs":[{"blobName":")" + blob + R"("}]})").detail["field"].text(), "blobCount");
  EXPECT_EQ(run(R"({"byteCount":1,"runInfo":{"startDate":"2025-11-01"},"blobs":[{"blobName":")" + blob + R"("}]})").detail["field"].text(), "byteCount");
  EXPECT_EQ(run("{\"blobs\": [").status, CVG_E_DATA);
}

TEST(Manifest, EmptyRunOffersItsUnitAndNoRows) {
  FakeHost host("file:///e");
  host.add(period + "g/manifest.json", R"({"blobCount":0,"dataRowCount":0,"exportConfig":{"type":"ActualCost"},"blobs":[]})");
  ASSERT_EQ(host.extract("cost_export").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].unit, "2025-11");
  EXPECT_EQ(host.rows().size(), 0u);
}

TEST(Types, AmortizedIsLeftOutBesideActualUnlessAskedFor) {
  const auto run = [&](FakeHost& host, const std::string& type) {
    for (const std::string kind : {"Actual", "Amortized", "Focus"}) {
      host.add(kind + "/20251101-20251130/g/1.csv", kind == "Focus" ? "BilledCost,BillingCurrency,ChargePeriodStart\n1,USD,2025-11-01\n" : csv);
      host.add(kind + "/20251101-20251130/g/manifest.json",
               manifest(kind + "Cost", "2025-11-02T10:00:03Z", kind + "/20251101-20251130/g/1.csv", kind == "Focus" ? 62 : csv.size(), "", "/x/" + kind));
    }
    return host.extract("cost_export", {{"type", type}});
  };
  FakeHost automatic("file:///e"), amortized("file:///e"), all("file:///e");
  ASSERT_EQ(run(automatic, "").message, "");
  ASSERT_EQ(automatic.units().size(), 1u);
  EXPECT_EQ(automatic.units()[0].source, "azure:/x/Actual");
  ASSERT_EQ(automatic.warnings().size(), 1u);
  EXPECT_NE(automatic.warnings()[0].find("is amortized cost and was left out"), std::string::npos);
  run(amortized, "amortized");
  ASSERT_EQ(amortized.units().size(), 1u);
  EXPECT_EQ(amortized.units()[0].source, "azure:/x/Amortized");
  run(all, "all");
  EXPECT_EQ(all.units().size(), 2u);
  ASSERT_EQ(all.extract("focus").message, "");
  EXPECT_EQ(all.units().back().source, "azure:/x/Focus");
}

TEST(RunFolders, WithoutManifestTheNewestRunCounts) {
  FakeHost host("file:///e");
  host.add(period + "202511021000/g1/part_0_0001.csv", csv);
  host.add(period + "202511031000/g2/part_0_0001.csv", csv);
  host.add(period + "202511031000/g2/part_0_0002.csv", csv);
  ASSERT_EQ(host.extract("cost_export").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "azure:file:///e/root/daily");
  EXPECT_EQ(host.units()[0].version, "delivered:2025-11-03T10:00:00.000Z");
  EXPECT_EQ(host.rows().size(), 4u);
}

TEST(Manifest, AnExportWithoutResourceIsOneUnitThroughEveryRoot) {
  const std::string name = R"("exportConfig":{"exportName":"daily","type":"ActualCost"},"blobs":[{"blobName":"1.csv"}]})";
  for (const std::string above : {"", "root/", "root/daily/", "root/daily/20251101-20251130/", "root/daily/20251101-20251130/g/"}) {
    FakeHost host("file:///e/" + above);
    const std::string below = (period + "g/").substr(above.size());
    host.add(below + "1.csv", csv);
    host.add(below + "manifest.json", "{" + name);
    const Outcome outcome = host.extract("cost_export");
    ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
    EXPECT_EQ(host.units()[0].source + " " + host.units()[0].unit, "azure:file:///e/root/daily 2025-11") << above;
  }
}

TEST(RunFolders, APeriodIsOneUnitThroughEveryRootThatShowsItWhole) {
  for (const std::string above : {"", "root/", "root/daily/", "root/daily/20251101-20251130/"}) {
    FakeHost host("file:///e/" + above);
    host.add((period + "202511021000/g1/part_0_0001.csv").substr(above.size()), csv);
    const Outcome outcome = host.extract("cost_export");
    ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
    EXPECT_EQ(host.units()[0].source + " " + host.units()[0].unit, "azure:file:///e/root/daily 2025-11") << above;
  }
  FakeHost run("file:///e/" + period + "202511021000");
  run.add("g1/part_0_0001.csv", csv);
  EXPECT_EQ(run.extract("cost_export").status, CVG_E_CONFIG);
}

TEST(RunFolders, OldExportsWriteANewFileEachTime) {
  FakeHost host("file:///e");
  host.add(period + "daily_aaa.csv", csv, 2000);
  host.add(period + "daily_bbb.csv", csv, 1000);
  ASSERT_EQ(host.extract("cost_export").status, CVG_OK);
  ASSERT_EQ(host.puts().size(), 1u);
  EXPECT_EQ(host.puts()[0].names, std::vector<std::string>{period + "daily_aaa.csv"});
}

TEST(Loose, AFileIsOneUnitWhateverPeriodIsAskedFor) {
  FakeHost host("file:///e");
  host.add("EA_ActualCost.csv", csv);
  host.add("EA_AmortizedCost.csv", csv);
  ASSERT_EQ(host.extract("cost_export", {{"billing_period", "2025-11"}, {"type", "all"}}).status, CVG_OK);
  ASSERT_EQ(host.extract("cost_export", {{"type", "all"}}).status, CVG_OK);
  ASSERT_EQ(host.units().size(), 4u);
  for (const std::size_t run : {0u, 2u}) {
    EXPECT_EQ(host.units()[run].source, "azure:file:///e/EA_ActualCost.csv");
    EXPECT_EQ(host.units()[run].unit, "EA_ActualCost.csv");
    EXPECT_EQ(host.units()[run + 1].source, "azure:file:///e/EA_AmortizedCost.csv");
  }
}

TEST(Manifest, ABlobThatIsListedTwiceIsRefused) {
  FakeHost host("file:///e");
  const std::string blob = R"({"blobName":")" + period + R"(g/1.csv"})";
  host.add(period + "g/1.csv", csv);
  host.add(period + "g/manifest.json", R"({"runInfo":{"startDate":"2025-11-01"},"blobs":[)" + blob + "," + blob + "]}");
  const Outcome outcome = host.extract("cost_export");
  EXPECT_EQ(outcome.status, CVG_E_DATA);
  EXPECT_EQ(outcome.message, period + "g/manifest.json lists " + period + "g/1.csv more than once; the manifest is damaged: deliver it again");
  EXPECT_TRUE(host.puts().empty());
}

// Bug: one manifest below the root made everything without one vanish: COMPLETE, no warning, money missing.
TEST(Manifest, WhatHasNoManifestBesideAnExportWithOneIsNamed) {
  FakeHost host("file:///e");
  for (const std::string run : {"202511021000/g1", "202511031000/g2"}) {
    host.add(period + run + "/1.csv", csv);
    host.add(period + run + "/manifest.json", manifest("ActualCost", "2025-11-03T10:00:03Z", period + run + "/1.csv", csv.size()));
  }
  ASSERT_EQ(host.extract("cost_export").message, "");
  EXPECT_TRUE(host.warnings().empty()) << "an older run is accounted for: " << host.warnings()[0];
  host.add("root/old/20251101-20251130/old_aaa.csv", csv);
  host.add("root/old/20251201-20251231/old_bbb.csv", csv);
  host.add("by-hand.csv", csv);
  host.add("focus.csv", csv);
  ASSERT_EQ(host.extract("cost_export", {{"billing_period", "2025-11"}}).message, "");
  EXPECT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.warnings(), std::vector<std::string>{"left alone below the source, because no manifest there lists it (yet): file:///e/by-hand.csv "
                                                      "(1 file), file:///e/root/old (1 file); what of it is to be in the table, ingest from "
                                                      "there as a source of its own"});
}

TEST(CostExport, NothingThereSaysWhatWasLookedForAndWhichPeriodsAreThere) {
  FakeHost host("file:///e");
  host.add(period + "g/1.csv", csv);
  const Outcome outcome = host.extract("cost_export", {{"billing_period", "2025-12"}});
  EXPECT_EQ(outcome.status, CVG_E_NOT_FOUND);
  EXPECT_NE(outcome.message.find("for billing period 2025-12 below file:///e: looked for manifest.json with blobs"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find("periods there: 2025-11"), std::string::npos) << outcome.message;
}

}  // namespace
