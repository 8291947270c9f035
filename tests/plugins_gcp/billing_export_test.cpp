#include <gtest/gtest.h>

#include <algorithm>

#include "fake_host.h"

namespace {

using namespace cvg_test;

const std::string line = R"({"billing_account_id":"01AB23","service":{"id":"6F81","description":"Compute Engine"},"cost":1.10,)"
                         R"("usage_start_time":"2025-11-15 00:00:00 UTC","currency":"USD"})" "\n";
const std::string flat = "billing_account_id,service.id,usage_start_time,cost,currency,invoice.month,partition_date\n"
                         "01AB23,6F81,2025-11-15 00:00:00+00:00,5e-06,USD,202511,2025-11-15\n";

TEST(BillingExport, ShardsOfADayAreOneUnitOfTheTable) {
  FakeHost host("gs://bucket/exports");
  host.add("gcp_billing_export_v1_01AB23_45CD67/2025-11-15/part-000000000000.json.gz", line);
  host.add("gcp_billing_export_v1_01AB23_45CD67/2025-11-15/part-000000000001.json.gz", line);
  host.add("gcp_billing_export_v1_01AB23_45CD67/2025-11-16/part-000000000000.json.gz", line);
  const Outcome outcome = host.extract("billing_export", {{"date", "2025-11-15"}});
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.units()[0].source, "gcp:gcp_billing_export_v1_01AB23_45CD67");
  EXPECT_EQ(host.units()[0].unit, "2025-11-15");
  EXPECT_EQ(host.rows().sum("cost"), "2.2");
  EXPECT_EQ(host.puts().size(), 1u);
}

// Bug: a large file told nothing until it was read.
TEST(BillingExport, ALargeFileTellsHowFarItIsAndSeveralNeverGoBack) {
  std::string large;
  while (large.size() < (std::size_t(9) << 20)) large += line;
  FakeHost host("gs://bucket/exports/");
  host.add("a.jsonl", large);
  host.add("b.jsonl", line);
  ASSERT_EQ(host.extract("billing_export").status, CVG_OK);
  const std::vector<double>& told = host.progress();
  ASSERT_GE(told.size(), 5u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_GT(told.front(), 0);
  EXPECT_LT(told.front(), 0.2) << "half of the first of two deliveries is its way into the table";
  EXPECT_LT(told.back(), 1);
}

TEST(BillingExport, FilesWithoutADayAreUnitsOfTheirOwn) {
  FakeHost host("gs://bucket/exports/");
  host.add("rows-a.jsonl", line);
  host.add("rows-b-202511150000.jsonl", line);
  ASSERT_EQ(host.extract("billing_export", {{"date", "2025-11-15"}}).status, CVG_OK);
  ASSERT_EQ(host.units().size(), 2u);
  EXPECT_EQ(host.units()[1].source, "gcp:gs://bucket/exports/rows-b-202511150000.jsonl");
  EXPECT_EQ(host.units()[1].unit, "rows-b-202511150000.jsonl");
}

// Bug: each shard was a unit, and a table exported again into fewer files kept the rows of those that went.
TEST(BillingExport, TheShardsOfAnExportAreOneUnitHoweverManyThereAre) {
  const std::string table = "gcp_billing_export_v1_01AB23_45CD67";
  const std::pair<std::string, std::string> cases[] = {{"rows-", "gcp:gs://bucket/e/rows-*.jsonl rows-*.jsonl"},
                                                       {table + "-", "gcp:" + table + " " + table + "-*.jsonl"},
                                                       {table + "/", "gcp:" + table + " " + table + "/*.jsonl"},
                                                       {"2025-10-05-", "gcp:gs://bucket/e/*-*.jsonl 2025-10-05"},
                                                       {"20251005-", "gcp:gs://bucket/e/*-*.jsonl 2025-10-05"},
                                                       {"20251005", "gcp:gs://bucket/e/**.jsonl 2025-10-05"},
                                                       {"2025-10-05", "gcp:gs://bucket/e/**.jsonl 2025-10-05"},
                                                       {"bill_2025-10-05_", "gcp:gs://bucket/e/bill_*_*.jsonl 2025-10-05"},
                                                       {table + "-2025-10-05-", "gcp:" + table + " 2025-10-05"}};
  for (const auto& [name, unit] : cases) {
    FakeHost three("gs://bucket/e"), one("gs://bucket/e");
    for (const std::string shard : {"000000000000", "000000000001", "000000000002"}) three.add(name + shard + ".jsonl", line);
    one.add(name + "000000000000.jsonl", line + line + line);
    for (FakeHost* const host : {&three, &one}) {
      ASSERT_EQ(host->extract("billing_export").message, "");
      ASSERT_EQ(host->units().size(), 1u) << name;
      EXPECT_EQ(host->units()[0].source + " " + host->units()[0].unit, unit);
      EXPECT_EQ(host->rows().size(), 3u);
    }
    EXPECT_NE(three.units()[0].fingerprint, one.units()[0].fingerprint);
  }
  FakeHost days("gs://bucket/e"), day("gs://bucket/e");
  for (FakeHost* const host : {&days, &day})
    for (const std::string file : {"2025-10-05-000000000000", "2025-10-05-000000000001", "2025-10-06-000000000000"})
      host->add(file + ".jsonl", line);
  ASSERT_EQ(days.extract("billing_export").message, "");
  ASSERT_EQ(days.units().size(), 2u) << "days stay units of their own";
  EXPECT_EQ(days.units()[1].unit, "2025-10-06");
  ASSERT_EQ(day.extract("billing_export", {{"date", "2025-10-05"}}).message, "");
  EXPECT_EQ(day.units().size(), 1u);
  EXPECT_EQ(day.rows().size(), 2u);
}

// Bug: both copies came into one unit, and every row stood twice.
TEST(BillingExport, ATableInTwoFoldersBelowOneRootIsRefusedAndBothAreNamed) {
  const std::string table = "gcp_billing_export_v1_01AB23_45CD67";
  for (const std::string file : {"/000.jsonl", "-000000000000.jsonl", "/2025-11-15/000.jsonl", "-2025-11-15.jsonl"}) {
    FakeHost host("file:///g"), one("file:///g/b");
    for (const std::string folder : {"a/", "b/"}) host.add(folder + table + file, line);
    const Outcome outcome = host.extract("billing_export");
    EXPECT_EQ(outcome.status, CVG_E_CONFIG) << file;
    EXPECT_NE(outcome.message.find("is delivered twice below the source: file:///g/a/" + table + file + " and file:///g/b/" + table + file),
              std::string::npos) << outcome.message;
    EXPECT_EQ(outcome.detail["field"].text(), "source");
    EXPECT_TRUE(host.puts().empty());
    one.add(table + file, line);
    EXPECT_EQ(one.extract("billing_export").message, "") << file;
  }
}

TEST(BillingExport, PartitionsAboveATableAreUnitsOfTheirOwnAndNoCopies) {
  const std::string file = "gcp_billing_export_v1_01AB23_45CD67-000000000000.jsonl";
  for (const std::string folder : {"2025-1", "invoice_month=20251", "2025/1"}) {
    FakeHost host("file:///g");
    host.add(folder + "1/" + file, line);
    host.add(folder + "2/" + file, line);
    ASSERT_EQ(host.extract("billing_export").message, "") << folder;
    ASSERT_EQ(host.units().size(), 2u);
    EXPECT_EQ(host.units()[1].unit, folder + "2/gcp_billing_export_v1_01AB23_45CD67-*.jsonl");
  }
  FakeHost days("file:///g");
  days.add("2025-11-15/" + file, line);
  days.add("2025-11-16/" + file, line);
  ASSERT_EQ(days.extract("billing_export").message, "");
  EXPECT_EQ(days.units().size(), 2u);
}

TEST(BillingExport, FlatCsvGoesThroughUntouched) {
  FakeHost host("gs://bucket");
  host.add("2025-11-15.csv", flat);
  ASSERT_EQ(host.extract("billing_export").status, CVG_OK);
  ASSERT_EQ(host.puts().size(), 1u);
  EXPECT_EQ(host.staged("2025-11-15.csv"), flat);
  EXPECT_EQ(host.puts()[0].column("service_id")["from"].text(), "service.id");
  EXPECT_EQ(host.puts()[0].column("x_extra")["from"].dump(), R"([["partition_date","partition_date"]])");
  EXPECT_EQ(host.rows().sum("cost"), "0.000005");
}

// What the provider says when the sink refuses a line of what it was given.
Outcome refused_at(const std::string& key, const std::string& bytes, int line) {
  FakeHost host("gs://bucket");
  host.add(key, bytes);
  host.refuse = [line](const SeenPut& put) {
    throw convergence::Error(CVG_E_DATA, put.names[0] + ", line " + std::to_string(line) + ": cost 'abc' is no number",
                             convergence::Json::object().set("file", put.names[0]).set("line", line));
  };
  return host.extract("billing_export");
}

TEST(BillingExport, ARefusedRowIsNamedByItsLineInTheDeliveredFile) {
  std::string row = line.substr(0, line.size() - 1), pretty = row;
  pretty.insert(1, "\n");
  EXPECT_EQ(refused_at("x.json", "[\n" + pretty + ",\n\n" + pretty + "\n]\n", 3).message, "x.json, line 5: cost 'abc' is no number");
  EXPECT_EQ(refused_at("x.jsonl", line, 2).message, "x.jsonl, line 1: cost 'abc' is no number");
  EXPECT_EQ(refused_at("x.jsonl", line + "\n\n" + line, 3).detail["line"].text(), "4");
  const std::string nested = "usage_start_time,cost,currency,labels\n2025-11-15 00:00:00,1,\"U\nSD\",[]\n2025-11-15 00:00:00,abc,USD,[]\n";
  EXPECT_EQ(refused_at("x.csv", nested, 4).message, "x.csv, line 4: cost 'abc' is no number");
  EXPECT_EQ(refused_at("x.csv", "\n" + nested, 2).message, "x.csv, line 3: cost 'abc' is no number");
}

TEST(BillingExport, OtherDatasetsBelowTheRootAreLeftAlone) {
  FakeHost host("file:///sample/gcp");
  host.add("billing/2025-11-15/rows.json", line);
  host.add("inventory/2025-11-15/instances.json", "{}");
  host.add("audit/2025-11-15/entries.json", "{}");
  const Outcome outcome = host.extract("billing_export");
  ASSERT_EQ(outcome.status, CVG_OK) << outcome.message;
  EXPECT_EQ(host.units().size(), 1u);
}

// The units that a file at a place belongs to, when it is read through a root.
std::string unit_through(const std::string& root, const std::string& place, const std::string& bytes) {
  FakeHost host(root);
  host.add(root == place ? place.substr(place.rfind('/') + 1) : place.substr(root.size() + 1), bytes);
  const Outcome outcome = host.extract("billing_export");
  return outcome.status == CVG_OK ? host.units()[0].source + " " + host.units()[0].unit : outcome.message;
}

TEST(BillingExport, AFileIsOneUnitThroughWhicheverRootItIsRead) {
  const std::string undated = "file:///g/p/q/x_2020-11-08_2020-11-11.csv", named = "file:///g/p/q/rows-2025-11-15.csv";
  const std::string folder = "file:///g/p/2025-11-15/rows-0.jsonl", table = "file:///g/gcp_billing_export_v1_01AB23_45CD67_89EF01/p/part-0.jsonl";
  for (const std::string root : {"file:///g", "file:///g/p", "file:///g/p/q", undated.c_str()})
    EXPECT_EQ(unit_through(root, undated, flat), "gcp:" + undated + " x_2020-11-08_2020-11-11.csv") << root;
  for (const std::string root : {"file:///g", "file:///g/p", "file:///g/p/q", named.c_str()})
    EXPECT_EQ(unit_through(root, named, flat), "gcp:file:///g/p/q/rows-*.csv 2025-11-15") << root;
  for (const std::string root : {"file:///g", "file:///g/p", "file:///g/p/2025-11-15", folder.c_str()})
    EXPECT_EQ(unit_through(root, folder, line), "gcp:file:///g/p 2025-11-15") << root;
  for (const std::string root : {"file:///g", "file:///g/gcp_billing_export_v1_01AB23_45CD67_89EF01", table.c_str()})
    EXPECT_EQ(unit_through(root, table, line), "gcp:gcp_billing_export_v1_01AB23_45CD67_89EF01 gcp_billing_export_v1_01AB23_45CD67_89EF01/p/part-0.jsonl") << root;
}

TEST(BillingExport, ARootInsideADaysFolderWarnsThatItReplacesTheDay) {
  FakeHost day("file:///g/2025-11-15"), file("file:///g/2025-11-15/rows-0.jsonl");
  day.add("rows-0.jsonl", line);
  file.add("rows-0.jsonl", line);
  ASSERT_EQ(day.extract("billing_export", {{"date", "2025-11-14"}}).status, CVG_OK);
  EXPECT_TRUE(day.warnings().empty());
  ASSERT_EQ(file.extract("billing_export").status, CVG_OK);
  ASSERT_EQ(file.warnings().size(), 1u);
  EXPECT_NE(file.warnings()[0].find("is a part of the unit gcp:file:///g 2025-11-15 and replaces all of it"), std::string::npos);
}

TEST(BillingExport, EmptyDailyFileOffersItsUnitAndNoRows) {
  FakeHost host("gs://bucket");
  host.add("demo-2014-01-06.json", "[ ]");
  ASSERT_EQ(host.extract("billing_export").status, CVG_OK);
  ASSERT_EQ(host.units().size(), 1u);
  EXPECT_EQ(host.rows().size(), 0u);
  ASSERT_EQ(host.puts().size(), 1u);
  EXPECT_TRUE(host.puts()[0].names.empty());
}

TEST(BillingExport, AnEmptyFileAndARowWithoutCostAreRefused) {
  for (const std::string name : {"x.json", "x.jsonl"}) {
    FakeHost host("gs://bucket");
    host.add(name, "");
    EXPECT_EQ(host.extract("billing_export").message, name + ", line 1: the file is empty, it has not even a list; deliver it again");
    EXPECT_TRUE(host.puts().empty());
  }
  FakeHost host("gs://bucket");
  host.add("x.jsonl", line + R"({"cost":null,"usage_start_time":"2025-11-15","currency":"USD"})");
  EXPECT_EQ(host.extract("billing_export").message, "x.jsonl, line 2, cost: is null; a billing row must tell it");
}

TEST(BillingExport, NothingThereSaysWhatWasLookedFor) {
  FakeHost host("gs://bucket");
  host.add("demo-2014-01-06.json", "[ ]");
  const Outcome outcome = host.extract("billing_export", {{"date", "2014-01-07"}});
  EXPECT_EQ(outcome.status, CVG_E_NOT_FOUND);
  EXPECT_NE(outcome.message.find("nothing of dataset billing_export for 2014-01-07 below gs://bucket"), std::string::npos);
}

}  // namespace
