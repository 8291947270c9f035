#include "plugins/ducklake/arrow_input.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using Rows = std::vector<std::string>;

class ArrowInput : public ::testing::Test {
 protected:
  ArrowInput() { lakes->create_dataset(acme.call, Json::object()); }
  ArrowArrayStream query(const std::string &sql) {
    ArrowArrayStream stream = {};
    lakes->query(acme.call, {sizeof(cvg_sql), 0, {sql.data(), sql.size()}, 0, 0}, &stream);
    return stream;
  }
  Lakes lakes;
  Caller acme;
};

TEST_F(ArrowInput, WritesEveryTypeThatItIsGiven) {
  const std::string sql =
      "SELECT true AS b, 3::INTEGER AS i4, 4::BIGINT AS i8, 1.5::DOUBLE AS f8, 0.123456789012345678901234::DECIMAL(38,24) AS m, "
      "DATE '2025-11-01' AS d, TIMESTAMP '2025-11-01 10:00:00.25' AS ts, TIMESTAMPTZ '2025-11-01 10:00:00+00' AS tz, 'it''s' AS s, "
      "'x'::BLOB AS bl, [1, 2] AS l, [{'a': 1, 'b': 'q'}] AS st, MAP{'k': 'v'} AS mp, NULL::VARCHAR AS n, 5::HUGEINT AS h";
  ArrowArrayStream stream = query(sql);
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").stream(&stream));
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_EQ(rows(*lakes, acme, "SELECT * EXCLUDE (x_source, x_unit) FROM t"), rows(*lakes, acme, sql));
}

TEST_F(ArrowInput, CutsALongStreamIntoFilesAndLosesNoRow) {
  lakes.extra.set("stream_file_rows_max", 30000);
  lakes.restart();
  ArrowArrayStream stream = query("SELECT i, 'row ' || i AS s FROM range(100000) t(i)");
  EXPECT_EQ(publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").stream(&stream))["staged"].integer(), 100000);
  EXPECT_EQ(rows(*lakes, acme, "SELECT count(*), sum(i), count(DISTINCT s) FROM t"), Rows{"100000|4999950000|100000"});
  EXPECT_EQ(ducklake::entries(lakes.folder.string() + "/lakes/acme/data/acme/t").size(), 4u);
}

TEST_F(ArrowInput, ConvertsTextsOfAStreamByTheSchema) {
  ArrowArrayStream stream = query("SELECT '1.81E-8' AS cost, ' x ' AS name, 7 AS n");
  publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").stream(&stream).schema(R"j([
      {"name":"cost","type":"DECIMAL(38,24)","role":"money"},{"name":"title","type":"VARCHAR","from":"name"},{"name":"n","type":"BIGINT"}])j"));
  EXPECT_EQ(rows(*lakes, acme, "SELECT cost, title, n FROM t"), Rows{"0.000000018100000000000000|x|7"});
}

TEST_F(ArrowInput, NamesTheFieldOfAValueThatIsRefused) {
  ArrowArrayStream stream = query("SELECT '1' AS n, '1E-30' AS cost");
  const auto [code, message] = error_of([&] {
    publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").stream(&stream).schema(R"j([{"name":"n","type":"BIGINT"},
        {"name":"cost","type":"DECIMAL(38,24)","role":"money"}])j"));
  });
  EXPECT_EQ(code, CVG_E_DATA);
  EXPECT_EQ(message, "cost: Invalid Input Error: the value '1E-30' has digits that would be lost");
}

TEST_F(ArrowInput, MakesTheTableOfAnEmptyStream) {
  ArrowArrayStream stream = query("SELECT 1 AS a WHERE false");
  publish(*lakes, acme, "m1", Request(CVG_REPLACE_TABLE, "t").stream(&stream));
  EXPECT_EQ(rows(*lakes, acme, "SELECT a FROM t"), Rows{});
}

TEST_F(ArrowInput, PassesOnTheStreamsOwnError) {
  ArrowArrayStream stream = query("SELECT CASE WHEN i = 3000000 THEN error('row 3000000 is bad') ELSE i END AS a FROM range(4000000) t(i)");
  const auto [code, message] = error_of([&] { publish(*lakes, acme, "m1", Request(CVG_APPEND, "t").stream(&stream)); });
  EXPECT_EQ(code, CVG_E_DATA);
  // When several threads work, the engine may lose the reason.
  EXPECT_TRUE(message.find("row 3000000 is bad") != std::string::npos || message.find("a part of the statement failed") == 0) << message;
  EXPECT_EQ(stream.release, nullptr);
}

TEST(ArrowFormat, NamesAFormatThatIsNotRead) {
  ArrowSchema schema = {};
  schema.format = "d:10,2,256";
  EXPECT_EQ(ducklake::sql_type(schema), "DECIMAL(10,2)");
  schema.format = "tsn:";
  EXPECT_EQ(ducklake::sql_type(schema), "TIMESTAMP_NS");
  schema.format = "+ud:0";
  EXPECT_EQ(error_of([&] { ducklake::sql_type(schema); }).first, CVG_E_UNSUPPORTED);
}

}  // namespace
}  // namespace ducklake_tests
