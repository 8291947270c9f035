#include "plugins/ducklake/column_type.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

std::string both(const std::string &table, const std::string &incoming) {
  const auto type = unified(ColumnType::parse(table), ColumnType::parse(incoming));
  return type ? type->text() : "none";
}

std::string stored(const std::string &type) { return storable(ColumnType::parse(type)).text(); }

TEST(ColumnType, ReadsBackWhatItWrites) {
  for (const char *type : {"BIGINT", "DECIMAL(38,24)", "TIMESTAMP WITH TIME ZONE", "MAP(VARCHAR, VARCHAR)", "VARCHAR[]",
                           "STRUCT(\"a\" BIGINT, \"b c\" STRUCT(\"x\" DECIMAL(18,3))[])[]", "ENUM('a,b','c(')"})
    EXPECT_EQ(ColumnType::parse(type).text(), type);
  EXPECT_EQ(ColumnType::parse("struct(a bigint, b varchar)").text(), "STRUCT(\"a\" BIGINT, \"b\" VARCHAR)");
}

TEST(ColumnType, WidensAsALakeCan) {
  EXPECT_EQ(both("INTEGER", "BIGINT"), "BIGINT");
  EXPECT_EQ(both("BIGINT", "INTEGER"), "BIGINT");
  EXPECT_EQ(both("BIGINT", "DECIMAL(38,24)"), "DECIMAL(38,24)");
  EXPECT_EQ(both("DECIMAL(18,6)", "DECIMAL(38,24)"), "DECIMAL(38,24)");
  EXPECT_EQ(both("DATE", "TIMESTAMP"), "TIMESTAMP");
  EXPECT_EQ(both("DECIMAL(38,20)", "DECIMAL(38,24)"), "none");
  EXPECT_EQ(both("BIGINT", "VARCHAR"), "none");
  EXPECT_EQ(both("DOUBLE", "DECIMAL(38,24)"), "none");
  EXPECT_EQ(both("BIGINT", "NULL"), "BIGINT");
}

TEST(ColumnType, GrowsStructuresByFields) {
  EXPECT_EQ(both("STRUCT(a INTEGER, b VARCHAR)[]", "STRUCT(b VARCHAR, c DATE)[]"),
            "STRUCT(\"a\" INTEGER, \"b\" VARCHAR, \"c\" DATE)[]");
  EXPECT_EQ(both("STRUCT(a INTEGER)", "STRUCT(a BIGINT)"), "STRUCT(\"a\" BIGINT)");
  EXPECT_EQ(both("STRUCT(a INTEGER)", "STRUCT(a VARCHAR)"), "none");
}

TEST(ColumnType, StoresWhatParquetCannotKeepAsTheNearestType) {
  EXPECT_EQ(stored("HUGEINT"), "DECIMAL(38,0)");
  EXPECT_EQ(stored("ENUM('a','b')"), "VARCHAR");
  EXPECT_EQ(stored("TIMESTAMP_NS"), "TIMESTAMP");
  EXPECT_EQ(stored("UINTEGER"), "BIGINT");
  EXPECT_EQ(stored("STRUCT(a HUGEINT)[]"), "STRUCT(\"a\" DECIMAL(38,0))[]");
  EXPECT_EQ(stored("\"NULL\""), "NULL");
}

}  // namespace
}  // namespace ducklake
