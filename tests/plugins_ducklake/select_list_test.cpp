#include "plugins/ducklake/select_list.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

class SelectList : public ::testing::Test {
 protected:
  SelectList() {
    EngineConfig config;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    engine = Engine::open(config);
  }
  // The target's value over one row of a source column called "v".
  std::string value(const std::string &given, const std::string &given_type, const std::string &type, const std::string &convert,
                    bool money = false) {
    Target t;
    t.name = "t";
    t.from = "V";
    t.convert = convert;
    t.money = money;
    const std::string sql = expression(*engine, t, type, {{"v", given_type, "v"}}, {"NULL"});
    try {
      return engine->rows("SELECT CAST(" + sql + " AS VARCHAR) FROM (SELECT " + given + " AS v)")[0][0].value_or("NULL");
    } catch (const EngineError &e) {
      return e.what();
    }
  }
  std::unique_ptr<Engine> engine;
};

TEST_F(SelectList, TakesBinaryFractionsThroughTheirText) {
  EXPECT_EQ(value("1.1::DOUBLE", "DOUBLE", "DECIMAL(38,24)", "native", true), "1.100000000000000000000000");
  EXPECT_EQ(value("0.1::FLOAT", "FLOAT", "DECIMAL(38,24)", "native", true), "0.100000000000000000000000");
  EXPECT_EQ(value("1e-10::DOUBLE", "DOUBLE", "DECIMAL(38,24)", "native", true), "0.000000000100000000000000");
}

TEST_F(SelectList, RefusesMoneyOfADeeperScale) {
  EXPECT_EQ(value("0.1234567890123456789012345::DECIMAL(38,30)", "DECIMAL(38,30)", "DECIMAL(38,24)", "native", true),
            "Invalid Input Error: the value '0.123456789012345678901234500000' has digits that would be lost");
}

TEST_F(SelectList, ReadsDatesInTheOrderAsked) {
  EXPECT_EQ(value("'02/03/2025'", "VARCHAR", "DATE", "date_mdy"), "2025-02-03");
  EXPECT_EQ(value("'02/03/2025'", "VARCHAR", "DATE", "date_dmy"), "2025-03-02");
  EXPECT_EQ(value("'2025-02-03'", "VARCHAR", "DATE", "date_mdy"), "2025-02-03");
  EXPECT_EQ(value("'2025-02-03T04:05:06Z'", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "timestamp"), "2025-02-03 04:05:06+00");
}

TEST_F(SelectList, ReadsFieldsOfStructuresByTheirPath) {
  Target t;
  t.name = "id";
  t.from = "service.id";
  const std::string sql = expression(*engine, t, "VARCHAR", {{"service", "STRUCT(id VARCHAR)", "service"}}, {});
  EXPECT_EQ(engine->rows("SELECT " + sql + " FROM (SELECT {'id': ' s1 '} AS service)")[0][0], "s1");
}

TEST_F(SelectList, GivesNullForWhatTheSourceHasNot) {
  Target t;
  t.name = "x";
  t.from = "missing";
  EXPECT_EQ(expression(*engine, t, "BIGINT", {}, {}), "CAST(NULL AS BIGINT)");
  t.nullable = false;
  EXPECT_NE(expression(*engine, t, "BIGINT", {}, {}).find("must not be empty"), std::string::npos);
}

}  // namespace
}  // namespace ducklake
