#include "core/run/derived_units.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(DerivedUnits, SqlOverInputAloneIsTold) {
  for (const char* sql : {"SELECT * FROM input", "select day, sum(cost) from input group by all -- , other", "SELECT * FROM (\nSELECT 1 FROM INPUT WHERE x = 'now()'\n)",
                          "SELECT * FROM (SELECT a FROM input) AS s WHERE a > 1;", "SELECT a FROM input AS i UNION ALL SELECT b FROM input",
                          "SELECT (SELECT max(a) FROM input), b FROM input ORDER BY 1"})
    EXPECT_TRUE(reads_input_alone(sql)) << sql;
}

TEST(DerivedUnits, AnythingElseIsTakenForOtherTablesOrChance) {
  for (const char* sql : {"SELECT 1", "SELECT * FROM input, rates", "SELECT * FROM input i, rates", "SELECT * FROM input JOIN rates USING (day)", "SELECT * FROM rates",
                          "SELECT * FROM \"input\"", "SELECT * FROM (SELECT * FROM input), rates", "SELECT * FROM (SELECT * FROM input) AS s, rates",
                          "WITH input AS (SELECT 1) SELECT * FROM input", "SELECT now() FROM input", "SELECT Current_Date FROM input", "SELECT random() FROM input",
                          "SELECT (TABLE rates) FROM input", "SELECT extract(day FROM d) FROM input", "SELECT * FROM input UNION ALL FROM rates", "SELECT 'a FROM input"})
    EXPECT_FALSE(reads_input_alone(sql)) << sql;
}

TEST(DerivedUnits, ADerivationChangesWithTheSqlTheInputAndItsLoad) {
  const Json cursor = Json::object().set("version", "v:1").set("run", "r1");
  const std::string one = derivation_of("SELECT 1", "raw", cursor);
  EXPECT_EQ(derivation_of("SELECT 1", "RAW", cursor), one);
  EXPECT_NE(derivation_of("SELECT 2", "raw", cursor), one);
  EXPECT_NE(derivation_of("SELECT 1", "other", cursor), one);
  EXPECT_NE(derivation_of("SELECT 1", "raw", Json::object().set("version", "v:1").set("run", "r2")), one);
}

}  // namespace
}  // namespace cvg
