#include "tests/plugins_query/fake_host.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

std::string read(const std::string &expression) {
  FakeHost host;
  return host.rows("SELECT " + expression + " AS v").rows.at(0).at(0).dump();
}

TEST(ArrowRead, NumbersKeepEveryDigit) {
  EXPECT_EQ(read("CAST('-12345678901234.000000000000000000000001' AS DECIMAL(38,24))"), "-12345678901234.000000000000000000000001");
  EXPECT_EQ(read("CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0))"), "99999999999999999999999999999999999999");
  EXPECT_EQ(read("CAST(-0.05 AS DECIMAL(4,2))"), "-0.05");
  EXPECT_EQ(read("CAST(9223372036854775807 AS BIGINT)"), "9223372036854775807");
  EXPECT_EQ(read("CAST(18446744073709551615 AS UBIGINT)"), "18446744073709551615");
  EXPECT_EQ(read("CAST(-128 AS TINYINT)"), "-128");
  EXPECT_EQ(read("(SELECT sum(i) FROM range(5) t(i))"), "10");
  EXPECT_EQ(read("CAST(0.1 AS DOUBLE)"), "0.1");
  EXPECT_EQ(read("CAST('nan' AS DOUBLE)"), "\"nan\"");
}

TEST(ArrowRead, TimesAreIsoTexts) {
  EXPECT_EQ(read("DATE '2024-02-29'"), "\"2024-02-29\"");
  EXPECT_EQ(read("DATE '1899-12-31'"), "\"1899-12-31\"");
  EXPECT_EQ(read("TIMESTAMP '2025-11-15 23:59:59'"), "\"2025-11-15 23:59:59\"");
  EXPECT_EQ(read("TIMESTAMP '1969-12-31 23:59:59.5'"), "\"1969-12-31 23:59:59.500000\"");
  EXPECT_EQ(read("TIMESTAMPTZ '2025-11-15 12:00:00+02'"), "\"2025-11-15 10:00:00\"");
}

TEST(ArrowRead, NestedValuesAndNullsArrive) {
  EXPECT_EQ(read("[1, NULL, 3]"), "[1,null,3]");
  EXPECT_EQ(read("{'a': 'x', 'b': [true]}"), R"({"a":"x","b":[true]})");
  EXPECT_EQ(read("MAP {'k': 1.5, 'l': NULL}"), R"({"k":1.5,"l":null})");
  EXPECT_EQ(read("CAST('b' AS ENUM('a','b'))"), "\"b\"");
  EXPECT_EQ(read("NULL"), "null");
  EXPECT_EQ(read("''"), "\"\"");
}

TEST(ArrowRead, ManyBatchesArriveInOrderAndTheCapHolds) {
  FakeHost host;
  ArrowArrayStream stream{};
  convergence::Call call(&FakeHost::table(), host.call());
  call.query("SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE [i] END AS v FROM range(5000) t(i) ORDER BY i", &stream);
  const convergence::ArrowRows all = convergence::read_rows(&stream, 4500);
  stream.release(&stream);
  ASSERT_EQ(all.rows.size(), 4500u);
  EXPECT_TRUE(all.at(4200, "v").is_null());
  EXPECT_EQ(all.at(4400, "v").dump(), "[4400]");
}

TEST(ArrowRead, AFailedQueryIsTheHostsError) {
  FakeHost host;
  convergence::Call call(&FakeHost::table(), host.call());
  EXPECT_THROW(convergence::query_rows(call, "SELECT * FROM missing"), convergence::Error);
}

}  // namespace
}  // namespace cvg
