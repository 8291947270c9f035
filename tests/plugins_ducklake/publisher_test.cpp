#include "plugins/ducklake/publisher.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

class Publisher : public ::testing::Test {
 protected:
  Publisher() { lakes->create_dataset(acme.call, Json::object()); }
  Request unit(const std::string &sql, const std::string &name = "2025-11", const std::string &source = "payer1") {
    return Request(CVG_REPLACE_UNIT, "cost").sql(sql).unit(source, name);
  }
  Lakes lakes;
  Caller acme;
};

TEST_F(Publisher, ShowsRowsOnlyAfterTheEnd) {
  const cvg_handle txn = lakes->begin(acme.call, "m1");
  EXPECT_EQ(lakes->ingest(acme.call, Request(CVG_APPEND, "cost").sql("SELECT 1 AS a").raw(txn)), 1);
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT a FROM cost"); }).first, CVG_E_CONFIG);
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost", txn), Rows{"1"});
  const Json ended = lakes->end(acme.call, txn, true, Json::object());
  EXPECT_FALSE(ended["already"].boolean());
  EXPECT_EQ(ended["rows"].integer(), 1);
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"1"});
  EXPECT_EQ(error_of([&] { lakes->end(acme.call, txn, true, Json::object()); }).first, CVG_E_STATE);
}

TEST_F(Publisher, DropsWhatIsNotCommitted) {
  const cvg_handle txn = lakes->begin(acme.call, "m1");
  lakes->ingest(acme.call, Request(CVG_APPEND, "cost").sql("SELECT 1 AS a").raw(txn));
  lakes->end(acme.call, txn, false, Json::object());
  EXPECT_EQ(error_of([&] { lakes->published(acme.call, "m1"); }).first, CVG_E_NOT_FOUND);
  EXPECT_TRUE(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/cost").empty());
}

TEST_F(Publisher, PublishesAMarkerOnce) {
  EXPECT_FALSE(publish(*lakes, acme, "m1", unit("SELECT 1 AS a"), R"({"k":{"version":"v:1"}})")["already"].boolean());
  EXPECT_TRUE(publish(*lakes, acme, "m1", unit("SELECT 2 AS a"))["already"].boolean());
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"1"});
  EXPECT_EQ(lakes->published(acme.call, "m1").dump(), R"({"k":{"version":"v:1"}})");
  lakes.restart();
  EXPECT_TRUE(publish(*lakes, acme, "m1", unit("SELECT 3 AS a"))["already"].boolean());
  EXPECT_EQ(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/cost").size(), 1u);
}

TEST_F(Publisher, KeepsOutputsWithTheMarkerAndNotAsACursor) {
  const std::string outputs = R"({"outputs":{"reload":{"rows":7,"table":"it's"}}})", both = R"({"k":{"version":"v:1"},"outputs":{"one":{"rows":1}}})";
  publish(*lakes, acme, "m1", unit("SELECT 1 AS a"), outputs);
  publish(*lakes, acme, "m2", unit("SELECT 2 AS a"), both);
  lakes.restart();
  EXPECT_EQ(lakes->published(acme.call, "m1").dump(), outputs);
  EXPECT_EQ(lakes->published(acme.call, "m2").dump(), both);
  EXPECT_EQ(lakes->cursor(acme.call, "k")["version"].text(), "v:1");
  EXPECT_EQ(error_of([&] { lakes->cursor(acme.call, "outputs"); }).first, CVG_E_NOT_FOUND);
}

TEST_F(Publisher, ReplacesAUnitAndLeavesOtherUnitsAndSourcesAlone) {
  publish(*lakes, acme, "m1", unit("SELECT 1 AS a"));
  publish(*lakes, acme, "m2", unit("SELECT 2 AS a", "2025-12"));
  publish(*lakes, acme, "m3", unit("SELECT 3 AS a", "2025-11", "payer2"));
  publish(*lakes, acme, "m4", unit("SELECT 10 + i AS a FROM range(2) t(i)"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT a, x_source, x_unit FROM cost ORDER BY a"),
            (Rows{"2|payer1|2025-12", "3|payer2|2025-11", "10|payer1|2025-11", "11|payer1|2025-11"}));
}

TEST_F(Publisher, ReplacesAUnitByNothing) {
  publish(*lakes, acme, "m1", unit("SELECT 1 AS a"));
  publish(*lakes, acme, "m2", unit("SELECT 2 AS a", "2025-12"));
  EXPECT_EQ(publish(*lakes, acme, "m3", unit("SELECT 1 AS a WHERE false"))["staged"].integer(), 0);
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"2"});
  publish(*lakes, acme, "m4", Request(CVG_REPLACE_UNIT, "cost").unit("payer1", "2025-12"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM cost"), Rows{"0"});
  publish(*lakes, acme, "m5", Request(CVG_REPLACE_UNIT, "never_made").unit("payer1", "2025-12"));
}

TEST_F(Publisher, AddsTheSecondPutOfAUnitToTheFirst) {
  publish(*lakes, acme, "m0", unit("SELECT 9 AS a"));
  const cvg_handle txn = lakes->begin(acme.call, "m1");
  lakes->ingest(acme.call, unit("SELECT 1 AS a").raw(txn));
  lakes->ingest(acme.call, unit("SELECT 2 AS a").raw(txn));
  lakes->end(acme.call, txn, true, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost ORDER BY a"), (Rows{"1", "2"}));
}

TEST_F(Publisher, LetsALaterStepOfAGateReplaceAnEarlierOne) {
  Caller first("acme", "one"), second("acme", "two");
  const cvg_handle txn = lakes->begin(acme.call, "run1");
  lakes->ingest(first.call, Request(CVG_REPLACE_TABLE, "cost").sql("SELECT 1 AS a").raw(txn));
  EXPECT_EQ(lakes->ingest(second.call, Request(CVG_REPLACE_TABLE, "cost").sql("SELECT a + 1 AS a FROM cost").raw(txn)), 1);
  lakes->end(acme.call, txn, true, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"2"});
}

TEST_F(Publisher, ForgetsWhatAnEarlierAttemptOfAStepStaged) {
  Caller again("acme", "ingest", "run1", 2);
  const cvg_handle txn = lakes->begin(acme.call, "run1");
  lakes->ingest(acme.call, Request(CVG_APPEND, "cost").sql("SELECT 1 AS a").raw(txn));
  lakes->ingest(again.call, Request(CVG_APPEND, "cost").sql("SELECT 2 AS a").raw(txn));
  lakes->end(again.call, txn, true, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"2"});
}

TEST_F(Publisher, DiscardsWhatOneStepStagedAndKeepsTheOthers) {
  Caller bad("acme", "bad");
  const cvg_handle txn = lakes->begin(acme.call, "run1");
  lakes->ingest(acme.call, Request(CVG_APPEND, "cost").sql("SELECT 1 AS a").raw(txn));
  lakes->ingest(bad.call, Request(CVG_APPEND, "cost").sql("SELECT 2 AS a").raw(txn));
  lakes->ingest(bad.call, Request(CVG_APPEND, "other").sql("SELECT 2 AS a").raw(txn));
  lakes->discard(bad.call, txn);
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost", txn), Rows{"1"});
  lakes->end(acme.call, txn, true, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"1"});
  EXPECT_EQ(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/cost").size(), 1u);
  EXPECT_TRUE(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/other").empty());
  EXPECT_EQ(error_of([&] { lakes->discard(bad.call, txn); }).first, CVG_E_STATE);
}

TEST_F(Publisher, ZeroRowsReplaceWhatTheModeNames) {
  const auto nothing = [](uint32_t mode) { return Request(mode, "p").sql("SELECT 1 AS d, 1 AS n WHERE false"); };
  publish(*lakes, acme, "m1", Request(CVG_REPLACE_TABLE, "p").sql("SELECT i::INTEGER AS d, i::INTEGER AS n FROM range(4) t(i)"));
  publish(*lakes, acme, "m2", nothing(CVG_MERGE).keys(R"(["d"])"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM p"), Rows{"4"});
  publish(*lakes, acme, "m3", nothing(CVG_REPLACE_PARTITION).partition(R"({"column":"d","value":"2"})"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT d FROM p ORDER BY d"), (Rows{"0", "1", "3"}));
  publish(*lakes, acme, "m4", Request(CVG_REPLACE_PARTITION, "p").partition(R"({"column":"d","value":"3"})"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT d FROM p ORDER BY d"), (Rows{"0", "1"}));
  publish(*lakes, acme, "m5", nothing(CVG_APPEND));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM p"), Rows{"2"});
  publish(*lakes, acme, "m6", nothing(CVG_REPLACE_TABLE));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM p"), Rows{"0"});
  EXPECT_EQ(lakes->published(acme.call, "m6").dump(), "{}");
}

TEST_F(Publisher, ReplacesATableAndAPartition) {
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "p").sql("SELECT DATE '2025-11-01' + i::INTEGER AS d, i::INTEGER AS n FROM range(3) t(i)"));
  publish(*lakes, acme, "m2", Request(CVG_REPLACE_PARTITION, "p")
                                  .partition(R"({"column":"d","value":"2025-11-02"})")
                                  .sql("SELECT DATE '2025-11-02' AS d, 50 AS n"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT n FROM p ORDER BY d"), (Rows{"0", "50", "2"}));
  publish(*lakes, acme, "m3", Request(CVG_REPLACE_TABLE, "p").sql("SELECT DATE '2025-11-09' AS d, 7 AS n"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT n FROM p"), Rows{"7"});
}

TEST_F(Publisher, ManyUnitsAreDerivedByOneStatementEachFromItsOwnRows) {
  const cvg_handle load = lakes->begin(acme.call, "load");
  std::string units, fewer;
  for (int day = 0; day < 20; ++day) {
    const std::string name = "d" + std::to_string(day), number = std::to_string(day);
    if (day != 7)
      lakes->ingest(acme.call, Request(CVG_REPLACE_UNIT, "raw").unit("it's", name).sql("SELECT i + " + number + " AS v FROM range(3) t(i)").raw(load));
    units += (units.empty() ? "[" : ",") + ("{\"source\":\"it's\",\"unit\":\"" + name + "\"}");
    if (day < 2) fewer = units + "]";
  }
  lakes->end(acme.call, load, true, Json::object());
  const auto derive = [&](const char *marker, const std::string &which) {
    Caller step("acme", "summary", marker);
    publish(*lakes, step, marker, Request(CVG_DERIVE_UNITS, "daily").unit("raw", "").keys(which)
                                      .sql("SELECT * FROM (SELECT sum(v) AS total, count(*) AS n FROM input HAVING count(*) > 0)"));
  };
  derive("d1", units + "]");
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*), sum(total), sum(n), min(x_source) FROM daily"), Rows{"19|606|57|it's"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT total, n FROM daily WHERE x_unit = 'd9'"), Rows{"30|3"});
  EXPECT_EQ(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/daily").size(), 1u);
  publish(*lakes, acme, "again", Request(CVG_REPLACE_UNIT, "raw").unit("it's", "d1").sql("SELECT 100 AS v"));
  derive("d2", fewer);
  EXPECT_EQ(rows(*lakes, acme, "SELECT x_unit, total FROM daily WHERE x_unit IN ('d0', 'd1', 'd2') ORDER BY 1"), (Rows{"d0|3", "d1|100", "d2|9"}));
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*) FROM daily"), Rows{"19"});
  EXPECT_EQ(error_of([&] { derive("d3", "[]"); }).first, CVG_E_CONFIG);
}

TEST_F(Publisher, WhatAPublicationHoldsIsSeenByWhatIsDerivedFromIt) {
  const cvg_handle gate = lakes->begin(acme.call, "gate");
  Caller summary("acme", "summary", "run1");
  lakes->ingest(acme.call, Request(CVG_REPLACE_UNIT, "raw").unit("s", "u").sql("SELECT 4 AS v").raw(gate));
  lakes->ingest(summary.call, Request(CVG_DERIVE_UNITS, "daily").unit("raw", "").keys(R"([{"source":"s","unit":"u"}])").sql("SELECT sum(v) AS t FROM input").raw(gate));
  lakes->end(acme.call, gate, true, Json::object());
  EXPECT_EQ(rows(*lakes, acme, "SELECT t, x_source, x_unit FROM daily"), Rows{"4|s|u"});
}

TEST_F(Publisher, RowsOfAnotherPartitionAreRefusedWithASample) {
  const auto part = [](const char *json, const char *sql) { return Request(CVG_REPLACE_PARTITION, "p").partition(json).sql(sql); };
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "p").sql("SELECT 'a' AS d, 1 AS v"));
  const auto refusal = [&](const char *json, const char *sql) { return error_of([&] { publish(*lakes, acme, "m2", part(json, sql)); }); };
  for (const char *sql : {"SELECT 'zz' AS d, 9 AS v", "SELECT 'a' AS d, 9 AS v UNION ALL SELECT 'zz', 1"}) {
    const auto [code, message] = refusal(R"({"column":"D","value":"a"})", sql);
    EXPECT_EQ(code, CVG_E_DATA);
    EXPECT_NE(message.find("not of the partition D = 'a', for example D = 'zz'"), std::string::npos) << message;
  }
  EXPECT_NE(refusal(R"({"column":"d","value":"a"})", "SELECT NULL::VARCHAR AS d, 9 AS v").second.find("d = NULL"), std::string::npos);
  EXPECT_NE(refusal(R"({"column":"d","value":null})", "SELECT 'b' AS d, 9 AS v").second.find("d = 'b'"), std::string::npos);
  EXPECT_EQ(refusal(R"({"column":"e","value":"a"})", "SELECT 'b' AS d, 9 AS v").first, CVG_E_CONFIG);
  EXPECT_EQ(rows(*lakes, acme, "SELECT d, v FROM p"), Rows{"a|1"});
  EXPECT_EQ(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/p").size(), 1u);
  publish(*lakes, acme, "m3", part(R"({"column":"v","value":1})", "SELECT 'b' AS d, 1 AS v"));
  publish(*lakes, acme, "m4", part(R"({"column":"d","value":null})", "SELECT NULL::VARCHAR AS d, 2 AS v"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT d, v FROM p ORDER BY v"), (Rows{"b|1", "NULL|2"}));
}

TEST_F(Publisher, MergesByKeyAndRefusesDuplicateKeys) {
  const auto merge = [](const std::string &sql) { return Request(CVG_MERGE, "m").keys(R"(["id"])").sql(sql); };
  publish(*lakes, acme, "m1", merge("SELECT i AS id, 'old' AS v FROM range(3) t(i)"));
  publish(*lakes, acme, "m2", merge("SELECT i AS id, 'new' AS v FROM range(2, 5) t(i)"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT id, v FROM m ORDER BY id"), (Rows{"0|old", "1|old", "2|new", "3|new", "4|new"}));
  const auto [code, message] = error_of([&] { publish(*lakes, acme, "m3", merge("SELECT 7 AS id, i::VARCHAR AS v FROM range(2) t(i)")); });
  EXPECT_EQ(code, CVG_E_DATA);
  EXPECT_NE(message.find("for example 7"), std::string::npos) << message;
}

TEST_F(Publisher, ReloadGoesBackToAnOlderDeliveryAndIsForgottenAfterwards) {
  publish(*lakes, acme, "m1", unit("SELECT 2 AS a"), R"({"k":{"version":"delivered:2025-11-20"}})");
  publish(*lakes, acme, "m2", unit("SELECT 1 AS a"), R"({"k":{"version":"delivered:2025-11-19","reload":true}})");
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"1"});
  EXPECT_EQ(lakes->cursor(acme.call, "k").dump(), R"({"version":"delivered:2025-11-19"})");
  EXPECT_EQ(lakes->published(acme.call, "m2").dump(), R"({"k":{"version":"delivered:2025-11-19"}})");
  publish(*lakes, acme, "m3", unit("SELECT 3 AS a"), R"({"k":{"version":"delivered:2025-11-20"}})");
  EXPECT_EQ(error_of([&] { publish(*lakes, acme, "m4", unit("SELECT 4 AS a"), R"({"k":{"version":"delivered:2025-11-19"}})"); }).first,
            CVG_E_CONFLICT);
}

TEST_F(Publisher, RefusesAnOlderVersionOfTheSameKind) {
  const auto cursor = [](const std::string &v) { return R"({"aws/payer1/2025-11":{"version":")" + v + R"(","n":1}})"; };
  publish(*lakes, acme, "m1", unit("SELECT 2 AS a"), cursor("delivered:2025-11-20"));
  const auto [code, message] = error_of([&] { publish(*lakes, acme, "m2", unit("SELECT 1 AS a"), cursor("delivered:2025-11-19")); });
  EXPECT_EQ(code, CVG_E_CONFLICT) << message;
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"2"});
  EXPECT_EQ(error_of([&] { lakes->published(acme.call, "m2"); }).first, CVG_E_NOT_FOUND);
  EXPECT_EQ(lakes->cursor(acme.call, "aws/payer1/2025-11")["version"].text(), "delivered:2025-11-20");
  publish(*lakes, acme, "m3", unit("SELECT 3 AS a"), cursor("digest:0001"));
  EXPECT_EQ(lakes->cursor(acme.call, "aws/payer1/2025-11")["version"].text(), "digest:0001");
  EXPECT_EQ(error_of([&] { lakes->cursor(acme.call, "unknown"); }).first, CVG_E_NOT_FOUND);
}

TEST_F(Publisher, ForgetsTheCursorsOfADatasetThatWasMadeAnew) {
  publish(*lakes, acme, "m1", unit("SELECT 1 AS a"), R"({"k":{"version":"digest:1"}})");
  EXPECT_EQ(lakes->cursor(acme.call, "k")["version"].text(), "digest:1");
  lakes->create_dataset(acme.call, Json::object().set("recreate", true));
  EXPECT_EQ(error_of([&] { lakes->cursor(acme.call, "k"); }).first, CVG_E_NOT_FOUND);
  lakes->drop_dataset(acme.call);
  EXPECT_EQ(error_of([&] { lakes->cursor(acme.call, "k"); }).first, CVG_E_NOT_FOUND);
}

TEST_F(Publisher, KeepsAPublicationOfOneTenantFromAnother) {
  Caller other("other");
  const cvg_handle txn = lakes->begin(acme.call, "m1");
  EXPECT_EQ(error_of([&] { lakes->ingest(other.call, unit("SELECT 1 AS a").raw(txn)); }).first, CVG_E_NOT_FOUND);
  lakes->create_dataset(other.call, Json::object());
  EXPECT_EQ(error_of([&] { lakes->ingest(other.call, unit("SELECT 1 AS a").raw(txn)); }).first, CVG_E_STATE);
}

TEST_F(Publisher, SerialisesConcurrentWritersOfOneTenant) {
  std::vector<std::thread> writers;
  std::atomic<int> failed{0};
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      Caller caller("acme", "step" + std::to_string(w), "run" + std::to_string(w));
      for (int i = 0; i < 5; ++i) {
        const std::string name = std::to_string(w) + "-" + std::to_string(i % 2);
        const auto [code, message] = error_of([&] {
          publish(*lakes, caller, name + "/" + std::to_string(i), unit("SELECT " + std::to_string(i) + " AS a FROM range(100)", name));
        });
        if (code != CVG_OK) ADD_FAILURE() << message, ++failed;
      }
    });
  for (std::thread &t : writers) t.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*), count(DISTINCT x_unit), min(a), max(a) FROM cost"), Rows{"800|8|3|4"});
}

TEST_F(Publisher, CancelsAndKeepsTheTablesAsTheyWere) {
  publish(*lakes, acme, "m1", unit("SELECT 1 AS a"));
  acme.fake.cancelled = true;
  const auto [code, message] = error_of([&] { publish(*lakes, acme, "m2", unit("SELECT count(*) AS a FROM range(100000000000) t(i) WHERE i % 7 = 3")); });
  EXPECT_EQ(code, CVG_E_CANCELLED) << message;
  acme.fake.cancelled = false;
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM cost"), Rows{"1"});
}

// What was acknowledged is there once and whole, whatever moment the process dies at.
TEST_F(Publisher, LosesAndDoublesNothingWhenKilled) {
  publish(*lakes, acme, "start", unit("SELECT 0 AS a", "none"));
  lakes.warehouse.reset();
  for (int kill = 0; kill < 5; ++kill) {
    int acknowledged[2];
    ASSERT_EQ(::pipe(acknowledged), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      lakes.restart();
      Caller caller;
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(kill) + "-" + std::to_string(i);
        publish(*lakes, caller, name, unit("SELECT i AS a FROM range(1000) t(i)", name));
        if (::write(acknowledged[1], "x", 1) != 1) ::_exit(1);
      }
    }
    ::close(acknowledged[1]);
    char byte;
    for (int i = 0; i <= kill; ++i) ASSERT_EQ(::read(acknowledged[0], &byte, 1), 1);
    ::usleep(static_cast<useconds_t>(7000 * kill));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    int64_t count = kill + 1;
    while (::read(acknowledged[0], &byte, 1) == 1) ++count;
    ::close(acknowledged[0]);
    lakes.restart();
    const std::string like = "x_unit LIKE '" + std::to_string(kill) + "-%'";
    const Rows units = rows(*lakes, acme, "SELECT count(DISTINCT x_unit), count(*) FROM cost WHERE " + like);
    const int64_t seen = std::stoll(units.at(0));
    EXPECT_EQ(units.at(0), std::to_string(seen) + "|" + std::to_string(seen * 1000));
    EXPECT_GE(seen, count);
    EXPECT_LE(seen, count + 1);
    for (int64_t i = 0; i < seen; ++i)
      EXPECT_EQ(error_of([&] { lakes->published(acme.call, std::to_string(kill) + "-" + std::to_string(i)); }).first, CVG_OK);
    lakes.warehouse.reset();
  }
}

// A table that was widened for what is never published would stay so, and a later delivery would be held to it.
TEST_F(Publisher, WhatIsOnlyStagedDoesNotChangeTheTableThatItWidens) {
  const std::string types = "SELECT string_agg(column_type, ',') FROM (DESCRIBE w)", low = "SELECT i::INTEGER AS n, DATE '2024-01-01' + i::INTEGER AS d FROM range(3000) t(i)";
  const std::string bounds = "SELECT count(*), min(n), max(n), max(d), count(*) FILTER (n > 5000000000), count(*) FILTER (n = 17) FROM w";
  const std::string wide = "SELECT 9000000000 AS n, TIMESTAMP '2040-01-01 01:02:03' AS d, 'x' AS extra";
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "w").sql(low));
  const Rows before = rows(*lakes, acme, types), held = rows(*lakes, acme, bounds);
  for (const bool commit : {false, true}) {
    const cvg_handle txn = lakes->begin(acme.call, commit ? "m3" : "m2");
    lakes->ingest(acme.call, Request(CVG_APPEND, "w").sql(wide).raw(txn));
    Caller later("acme", "later");
    lakes->ingest(later.call, Request(CVG_APPEND, "w").sql("SELECT n + 1 AS n, d FROM w WHERE n > 5000000000").raw(txn));
    EXPECT_EQ(rows(*lakes, acme, bounds, txn), Rows{"3002|0|9000000001|2040-01-01 01:02:03|2|1"});
    EXPECT_EQ(rows(*lakes, acme, "SELECT n FROM w WHERE n > 9000000000", txn), Rows{"9000000001"});
    EXPECT_EQ(rows(*lakes, acme, types), before);
    lakes->end(acme.call, txn, commit, Json::object());
    EXPECT_EQ(rows(*lakes, acme, types) == before, !commit);
    if (!commit) {
      EXPECT_EQ(rows(*lakes, acme, bounds), held);
    }
  }
  // The bounds of columns, by which files are passed over, hold for the rows of before, of the widening and of after.
  publish(*lakes, acme, "m4", Request(CVG_APPEND, "w").sql("SELECT 7::INTEGER AS n, DATE '2024-01-01' AS d"));
  EXPECT_EQ(rows(*lakes, acme, bounds), Rows{"3003|0|9000000001|2040-01-01 01:02:03|2|1"});
  EXPECT_EQ(rows(*lakes, acme, "SELECT n FROM w WHERE n >= 9000000000 ORDER BY n"), (Rows{"9000000000", "9000000001"}));
  EXPECT_EQ(rows(*lakes, acme, "SELECT n FROM w WHERE n = 2999"), Rows{"2999"});
}

TEST_F(Publisher, APublicationThatIsRefusedHasNotWidenedItsTable) {
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "w").sql("SELECT 1::INTEGER AS n"), R"({"k":{"version":"v:2"}})");
  EXPECT_EQ(error_of([&] { publish(*lakes, acme, "m2", Request(CVG_APPEND, "w").sql("SELECT 9000000000 AS n"), R"({"k":{"version":"v:1"}})"); }).first, CVG_E_CONFLICT);
  EXPECT_EQ(rows(*lakes, acme, "SELECT column_type FROM (DESCRIBE w) WHERE column_name = 'n'"), Rows{"INTEGER"});
}

}  // namespace
}  // namespace ducklake_tests
