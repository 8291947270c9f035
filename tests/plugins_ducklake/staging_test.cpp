#include "plugins/ducklake/staging.h"

#include <sys/mount.h>
#include <unistd.h>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

constexpr const char *bill_schema = R"j([
  {"name":"id","type":"VARCHAR","from":"Id"},
  {"name":"cost","type":"DECIMAL(38,24)","role":"money","from":"Cost"},
  {"name":"amount","type":"DECIMAL(38,18)","role":"quantity","from":"Amount"},
  {"name":"used","type":"TIMESTAMP","from":"Start","convert":"timestamp"},
  {"name":"tags","type":"MAP(VARCHAR, VARCHAR)","from":[["tag:Env","Env"],["tag:env","env"]]},
  {"name":"absent","type":"VARCHAR","from":""}])j";
constexpr const char *bill_columns = R"(["Id","Cost","Amount","Start","tag:Env","tag:env"])";

class Staging : public ::testing::Test {
 protected:
  Staging() { lakes->create_dataset(acme.call, Json::object()); }
  Request bill(const std::string &body, const std::string &name = "delivery/part-0.csv") {
    return Request(CVG_REPLACE_UNIT, "bill")
        .unit("s", "u")
        .schema(bill_schema)
        .csv(lakes.folder / "in" / (std::to_string(++files) + ".csv"), "Id,Cost,Amount,Start,tag:Env,tag:env\n" + body, bill_columns, name);
  }
  // The refusal of a bill: code and message; detail in `detail`.
  std::pair<cvg_status, std::string> refusal(Request request) {
    try {
      publish(*lakes, acme, "refused" + std::to_string(++files), std::move(request));
    } catch (const Error &e) {
      detail = e.detail().dump();
      return {e.code(), e.what()};
    }
    return {CVG_OK, ""};
  }
  Rows query(const std::string &sql) { return rows(*lakes, acme, sql); }
  Lakes lakes;
  Caller acme;
  int files = 0;
  std::string detail;
};

TEST_F(Staging, ReadsCsvWithExactMoneyNullWordsAndMaps) {
  publish(*lakes, acme, "m1",
          bill("a,1.81E-8,1.5,2025-11-01T00:00:00Z,prod,\r\n"
               "\"b,\"\"q\"\"\",0.123456789012345678901234,0.1234567890123456789,11/2/2025 13:45,,dev\r\n"
               " c ,NULL,,2025-11-03 01:02:03.5+02:00,x,y\r\n"));
  EXPECT_EQ(query("SELECT id, cost, amount, used, tags, absent FROM bill ORDER BY id"),
            (Rows{"a|0.000000018100000000000000|1.500000000000000000|2025-11-01 00:00:00|{Env=prod}|NULL",
                  "b,\"q\"|0.123456789012345678901234|0.123456789012345679|2025-11-02 13:45:00|{env=dev}|NULL",
                  "c|NULL|NULL|2025-11-02 23:02:03.5|{Env=x, env=y}|NULL"}));
}

TEST_F(Staging, AddsLineageColumns) {
  publish(*lakes, acme, "m1", bill("a,1,1,2025-11-01,,\n").constants(R"([{"name":"x_run_id","type":"VARCHAR","value":"r'1"},
      {"name":"x_run_date","type":"DATE","value":"2025-11-05"},{"name":"x_pipeline_id","type":"VARCHAR","value":null}])"));
  EXPECT_EQ(query("SELECT x_run_id, x_run_date, x_pipeline_id, x_source, x_unit FROM bill"), Rows{"r'1|2025-11-05|NULL|s|u"});
}

TEST_F(Staging, RefusesMoneyThatWouldLoseDigitsWithFileAndLine) {
  const auto [code, message] = refusal(bill("a,1,1,2025-11-01,,\nb,0.1234567890123456789012345,1,2025-11-01,,\n"));
  EXPECT_EQ(code, CVG_E_DATA);
  EXPECT_EQ(message, "delivery/part-0.csv, line 3: Cost '0.1234567890123456789012345' has digits that would be lost");
  EXPECT_EQ(detail, R"({"file":"delivery/part-0.csv","line":3,"field":"Cost","value":"0.1234567890123456789012345"})");
}

TEST_F(Staging, RefusesMoneyThatDoesNotFit) {
  EXPECT_EQ(refusal(bill("a,123456789012345,1,2025-11-01,,\n")).second,
            "delivery/part-0.csv, line 2: Cost '123456789012345' is too large");
  EXPECT_EQ(refusal(bill("a,1E-30,1,2025-11-01,,\n")).first, CVG_E_DATA);
}

TEST_F(Staging, RefusesAValueOfTheWrongTypeAndARaggedRow) {
  EXPECT_EQ(refusal(bill("a,1,1,2025-11-01,,\nb,1,1,yesterday,,\n")).second,
            "delivery/part-0.csv, line 3: Start 'yesterday' is no time");
  EXPECT_EQ(refusal(bill("a,1,1,2025-11-01,\"two\nlines\",\nb,1,1,2025-11-01\n")).second,
            "delivery/part-0.csv, line 4: the row has 4 fields instead of 6");
  EXPECT_EQ(refusal(bill("a,1,1,2025-11-01,\"open,\nb,1,1,2025-11-01,,\n")).second,
            "delivery/part-0.csv, line 2: the row has a quote that is never closed");
}

TEST_F(Staging, NamesTheRightFileOfSeveral) {
  Request two = bill("a,1,1,2025-11-01,,\n", "part-0.csv");
  two.csv(lakes.folder / "in" / "second.csv", "h\nb,x,1,2025-11-01,,\n", bill_columns, "part-1.csv");
  EXPECT_EQ(refusal(two).second, "part-1.csv, line 2: Cost 'x' is no number");
}

// Bug: 'U\0SD' was stored as it came, a text that no statement of a tenant finds.
TEST_F(Staging, RefusesNulBytesWithFileAndLineAlsoInMaps) {
  const std::string nul(1, '\0');
  const auto [code, message] = refusal(bill("a,1,1,2025-11-01,,\nb" + nul + "c,1,1,2025-11-01,,\n"));
  EXPECT_EQ(code, CVG_E_DATA);
  EXPECT_EQ(message, "delivery/part-0.csv, line 3: the row has a NUL byte in field 1");
  EXPECT_EQ(refusal(bill("a,1,1,2025-11-01,x" + nul + ",\n")).second, "delivery/part-0.csv, line 2: the row has a NUL byte in field 5");
  EXPECT_EQ(refusal(bill("a,1" + nul + ",1,2025-11-01,,\n")).second, "delivery/part-0.csv, line 2: the row has a NUL byte in field 2");
}

// Bug: true and false of a Parquet file became money, 1 and 0.
TEST_F(Staging, TakesNoTruthForMoney) {
  const std::string path = (lakes.folder / "in" / "truth.parquet").string();
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  ducklake::Engine::open(config)->exec("COPY (SELECT NULL::BOOLEAN AS cost UNION ALL SELECT true) TO '" + path + "' (FORMAT parquet)");
  const auto [code, message] = refusal(Request(CVG_APPEND, "truth").parquet(path).schema(
      R"j([{"name":"cost","type":"DECIMAL(38,24)","role":"money","convert":"native"}])j"));
  EXPECT_EQ(code, CVG_E_DATA);
  EXPECT_NE(message.find("cost"), std::string::npos) << message;
  EXPECT_NE(message.find("BOOLEAN"), std::string::npos) << message;
}

// Bug: the engine's advice on its own settings, and no file.
TEST_F(Staging, NamesTheFileWhoseColumnsNeedMoreMemoryThanThereIs) {
  lakes.extra.set("memory_limit_mb", 64);
  lakes.restart();
  Json names = Json::array(), schema = Json::array();
  std::string header;
  for (int i = 0; i < 20000; ++i) {
    const std::string name = "c" + std::to_string(i);
    names.push(name);
    if (i < 2000) schema.push(Json::object().set("name", name).set("type", "VARCHAR").set("from", name));
    header += (i ? "," : "") + name;
  }
  const auto [code, message] = refusal(Request(CVG_APPEND, "wide").schema(schema.dump()).csv(lakes.folder / "in" / "wide.csv", header + "\n" + header + "\n", names.dump()));
  EXPECT_EQ(code, CVG_E_LIMIT);
  EXPECT_EQ(message, "delivery/part-0.csv with its 20000 columns needs more memory than the engine may take: raise warehouse.memory_mb, or deliver fewer columns");
}

TEST_F(Staging, LeavesNoFileBehindWhenRefused) {
  refusal(bill("a,x,1,2025-11-01,,\n"));
  EXPECT_TRUE(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/bill").empty());
}

TEST_F(Staging, RefusesAnEmptyValueOfARequiredColumn) {
  Request r = Request(CVG_APPEND, "req").schema(R"([{"name":"id","type":"VARCHAR","from":"Id","nullable":false}])");
  r.csv(lakes.folder / "in" / "req.csv", "Id,x\na,1\n,2\n", R"(["Id","x"])");
  EXPECT_EQ(refusal(r).second, "delivery/part-0.csv, line 3: Id '' must not be empty");
}

TEST_F(Staging, ReadsBinaryFractionsOfParquetAsTheirText) {
  const std::string path = (lakes.folder / "in" / "d.parquet").string();
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  ducklake::Engine::open(config)->exec("COPY (SELECT 1.1::DOUBLE AS cost, 0.1::FLOAT AS f, {'id': 'x', 'n': 5} AS svc, "
                                       "MAP{'a':'b'} AS m, 1.25::DECIMAL(10,2) AS d) TO '" + path + "' (FORMAT parquet)");
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "pq").parquet(path).schema(R"j([
      {"name":"cost","type":"DECIMAL(38,24)","role":"money","convert":"native"},
      {"name":"f","type":"DECIMAL(38,24)","role":"money","convert":"native"},
      {"name":"service","type":"VARCHAR","from":"svc.id"},
      {"name":"n","type":"BIGINT","from":"svc.n","convert":"native"},
      {"name":"m","type":"MAP(VARCHAR, VARCHAR)","convert":"native"},
      {"name":"d","type":"DECIMAL(38,24)","role":"money","convert":"native"},
      {"name":"not_there","type":"VARCHAR"}])j"));
  EXPECT_EQ(query("SELECT cost, f, service, n, m, d, not_there FROM pq"),
            Rows{"1.100000000000000000000000|0.100000000000000000000000|x|5|{a=b}|1.250000000000000000000000|NULL"});
}

TEST_F(Staging, ReadsJsonTextsAsMapsAndRefusesBrokenOnes) {
  const auto request = [&](const std::string &body) {
    return Request(CVG_APPEND, "j")
        .schema(R"j([{"name":"tags","type":"MAP(VARCHAR, VARCHAR)","from":"t","convert":"json_map"},{"name":"raw","type":"VARCHAR","from":"r","convert":"json"}])j")
        .csv(lakes.folder / "in" / "j.csv", "t;r\n" + body, R"(["t","r"])");
  };
  const auto json = [&](const std::string &t) { return "\"" + t + "\",\"[1.10]\"\n"; };
  publish(*lakes, acme, "m1", request(json(R"({""a"":""b"",""c"":""1.10""})") + ",\n"));
  EXPECT_EQ(query("SELECT tags, raw FROM j ORDER BY raw"), (Rows{"{a=b, c=1.10}|[1.10]", "NULL|NULL"}));
  EXPECT_EQ(refusal(request(json("{broken"))).second, "delivery/part-0.csv, line 2: t '{broken' is no JSON");
}

TEST_F(Staging, ReadsListsOfJsonTextBareTagsAndConstants) {
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "nested")
      .schema(R"j([{"name":"credits","type":"STRUCT(name VARCHAR, amount DECIMAL(38,24))[]","from":"c","convert":"json_list"},
                   {"name":"tags","type":"MAP(VARCHAR, VARCHAR)","from":"t","convert":"json_map"},
                   {"name":"kind","type":"VARCHAR","value":"it's actual"}])j")
      .csv(lakes.folder / "in" / "n.csv",
           "c;t\n" R"("[{""amount"":""-5e-06"",""name"":""F""}]","""a"": ""b""")" "\n[],\n", R"(["c","t"])"));
  EXPECT_EQ(query("SELECT len(credits), credits[1].name, credits[1].amount, tags, kind FROM nested ORDER BY 1"),
            (Rows{"0|NULL|NULL|NULL|it's actual", "1|F|-0.000005000000000000000000|{a=b}|it's actual"}));
}

TEST_F(Staging, ReadsBinaryFractionsInsideListsAsTheirText) {
  const std::string path = (lakes.folder / "in" / "l.parquet").string();
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  ducklake::Engine::open(config)->exec("COPY (SELECT [{'amount': -1.1::DOUBLE, 'name': 'F', 'extra': 1}] AS credits) TO '" + path + "' (FORMAT parquet)");
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "pl").parquet(path).schema(R"j([
      {"name":"credits","type":"STRUCT(name VARCHAR, amount DECIMAL(38,24), id VARCHAR)[]","convert":"native"}])j"));
  EXPECT_EQ(query("SELECT credits[1].name, credits[1].amount, credits[1].id FROM pl"), Rows{"F|-1.100000000000000000000000|NULL"});
}

TEST_F(Staging, StoresHugeintsAndEnumsAsWhatALakeCanHold) {
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "h").sql("SELECT sum(i) AS s, 'a'::ENUM('a','b') AS e, NULL AS n FROM range(10) t(i)"));
  EXPECT_EQ(query("SELECT s, typeof(s), e, typeof(e), n FROM h"), Rows{"45|DECIMAL(38,0)|a|VARCHAR|NULL"});
}

TEST_F(Staging, WritesSelectedLineageNewInsteadOfCopyingIt) {
  publish(*lakes, acme, "m1", bill("a,1,1,2025-11-01,,\n"));
  publish(*lakes, acme, "m2", Request(CVG_REPLACE_UNIT, "derived").unit("s", "u2").sql("SELECT * FROM bill"));
  EXPECT_EQ(query("SELECT id, x_unit FROM derived"), Rows{"a|u2"});
}

TEST_F(Staging, ReportsAFullDiskAndLeavesTheTablesAsTheyWere) {
  if (::geteuid() != 0) GTEST_SKIP() << "mounting a small tmpfs needs root";
  const std::string small = ::testing::TempDir() + "small-" + ducklake::unique_name();
  std::filesystem::create_directories(small);
  if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "no tmpfs can be mounted here";
  {
    Lakes full(small);
    Caller caller;
    full->create_dataset(caller.call, Json::object());
    publish(*full, caller, "m1", Request(CVG_APPEND, "t").sql("SELECT 1 AS a"));
    const auto [code, message] = error_of([&] {
      publish(*full, caller, "m2", Request(CVG_REPLACE_TABLE, "t").sql("SELECT i::INTEGER AS a, hash(i)::VARCHAR || hash(i + 1)::VARCHAR AS s FROM range(1000000) t(i)"));
    });
    EXPECT_EQ(code, CVG_E_UNAVAILABLE) << message;
    EXPECT_EQ(message, "the disk that holds the lakes is full; nothing was published");
    EXPECT_EQ(rows(*full, caller, "SELECT a FROM t"), Rows{"1"});
  }
  ::umount(small.c_str());
  std::filesystem::remove(small);
}

}  // namespace
}  // namespace ducklake_tests
