#include "plugins/dq_check/sql_type.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

using convergence::Json;

std::string literal(const char *type, const char *json) { return literal_for(type, Json::parse(json)).value_or("none"); }

TEST(SqlType, FamiliesFollowTheTypesName) {
  EXPECT_EQ(family_of("DECIMAL(38,24)"), Family::decimal);
  EXPECT_EQ(family_of("TIMESTAMP WITH TIME ZONE"), Family::timestamp);
  EXPECT_EQ(family_of("ENUM('a', 'b')"), Family::text);
  EXPECT_EQ(family_of("VARCHAR[]"), Family::other);
  EXPECT_EQ(family_of("MAP(VARCHAR, VARCHAR)"), Family::other);
  EXPECT_EQ(family_of("STRUCT(a INTEGER)"), Family::other);
}

TEST(SqlType, LiteralsCompareWithTheirColumn) {
  EXPECT_EQ(literal("VARCHAR", "\"it's\""), "'it''s'");
  EXPECT_EQ(literal("VARCHAR", "123456789012"), "'123456789012'");
  EXPECT_EQ(literal("BIGINT", "\"12\""), "12");
  EXPECT_EQ(literal("BIGINT", "\"1; DROP\""), "none");
  EXPECT_EQ(literal("INTEGER", "-1"), "(-1)");
  EXPECT_EQ(literal("DECIMAL(38,24)", "0.000000000000000000000001"), "0.000000000000000000000001");
  EXPECT_EQ(literal("DECIMAL(38,24)", "100000000000000"), "CAST('100000000000000' AS DOUBLE)");
  EXPECT_EQ(literal("DECIMAL(38,24)", "1e3"), "CAST('1e3' AS DECIMAL(38,12))");
  EXPECT_EQ(literal("DOUBLE", "0.1"), "CAST('0.1' AS DOUBLE)");
  EXPECT_EQ(literal("DATE", "\"2025-11-15\""), "DATE '2025-11-15'");
  EXPECT_EQ(literal("TIMESTAMP", "\"2025-11-15T10:00:00Z\""), "TIMESTAMP '2025-11-15T10:00:00Z'");
  EXPECT_EQ(literal("DATE", "\"yesterday\""), "none");
  EXPECT_EQ(literal("BOOLEAN", "true"), "TRUE");
  EXPECT_EQ(literal("BOOLEAN", "\"false\""), "FALSE");
  EXPECT_EQ(literal("BIGINT", "true"), "none");
  EXPECT_EQ(literal("BIGINT", "[1]"), "none");
  EXPECT_EQ(literal("INTEGER[]", "1"), "none");
}

TEST(SqlType, ForeignNamesMeanFamilies) {
  EXPECT_TRUE(is_of_type("DECIMAL(38,24)", "decimal"));
  EXPECT_TRUE(is_of_type("DECIMAL(38,24)", "DECIMAL(38,24)"));
  EXPECT_FALSE(is_of_type("DECIMAL(38,24)", "DECIMAL(38,12)"));
  EXPECT_TRUE(is_of_type("VARCHAR", "str"));
  EXPECT_TRUE(is_of_type("BIGINT", "int64"));
  EXPECT_FALSE(is_of_type("BIGINT", "INTEGER"));
  EXPECT_TRUE(is_of_type("TIMESTAMP", "datetime64[ns]"));
  EXPECT_FALSE(is_of_type("DOUBLE", "str"));
}

TEST(SqlType, IsoTimesAreRealDays) {
  for (const char *good : {"2024-02-29", "2025-11-15 23:59", "2025-11-15 23:59:59.123456", "2025-11-15T00:00:00Z"}) EXPECT_TRUE(is_iso_time(good)) << good;
  for (const char *bad : {"", "2025-02-29", "2025-13-01", "2025-11-15 24:00", "2025-11-15x", "15.11.2025", "2025-11-15 10:00:00'; --"})
    EXPECT_FALSE(is_iso_time(bad)) << bad;
}

}  // namespace
}  // namespace dq
