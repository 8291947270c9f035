#include "plugins/ducklake/scalar_functions.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

class ScalarFunctions : public ::testing::Test {
 protected:
  ScalarFunctions() {
    EngineConfig config;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    engine = Engine::open(config);
  }
  std::string value(const std::string &sql) {
    try {
      return engine->rows("SELECT CAST(v AS VARCHAR) FROM (SELECT " + sql + " AS v)")[0][0].value_or("NULL");
    } catch (const EngineError &e) {
      return e.what();
    }
  }
  std::unique_ptr<Engine> engine;
};

TEST_F(ScalarFunctions, TrimAndKnowTheNullWords) {
  TextFormat f;
  f.null_words = {"NULL", "n/a"};
  const std::string text = text_function(*engine, f), plain = plain_function(*engine, f);
  EXPECT_EQ(value(text + "('  a b ')"), "a b");
  EXPECT_EQ(value(text + "(' n/a ')"), "NULL");
  EXPECT_EQ(value(text + "(NULL)"), "NULL");
  EXPECT_EQ(value(plain + "('a')"), "true");
  EXPECT_EQ(value(plain + "(NULL)"), "true");
  EXPECT_EQ(value(plain + "(' a')"), "false");
  EXPECT_EQ(value(plain + "('NULL')"), "false");
  EXPECT_EQ(value(plain + "('')"), "false");
}

TEST_F(ScalarFunctions, ConvertExactlyAndRefuseInASentence) {
  TextFormat f;
  f.kind = TextKind::decimal;
  f.scale = 24;
  f.exact = true;
  const std::string money = text_function(*engine, f);
  EXPECT_EQ(value(money + "('-1.81E-8')"), "-0.000000018100000000000000");
  EXPECT_EQ(value("typeof(" + money + "('1'))"), "DECIMAL(38,24)");
  EXPECT_EQ(value(money + "('1E-30')"), "Invalid Input Error: the value '1E-30' has digits that would be lost");
  EXPECT_EQ(text_function(*engine, f), money);
  EXPECT_EQ(engine->function_count(), 1u);
}

// Bug: an engine believed in a function that had gone with a rolled back transaction ("... does not exist!").
TEST_F(ScalarFunctions, OfARolledBackTransactionAreRegisteredAgain) {
  TextFormat f;
  f.kind = TextKind::decimal;
  f.scale = 24;
  f.exact = true;
  engine->begin();
  const std::string money = text_function(*engine, f);
  EXPECT_EQ(value(money + "('1.5')"), "1.500000000000000000000000");
  engine->rollback();
  EXPECT_EQ(engine->function_count(), 0u);
  EXPECT_EQ(text_function(*engine, f), money);
  EXPECT_EQ(value(money + "('2.5')"), "2.500000000000000000000000");
  engine->begin();
  f.scale = 12;
  const std::string coarse = text_function(*engine, f);
  engine->commit();
  EXPECT_EQ(value(coarse + "('3.5')"), "3.500000000000");
  EXPECT_EQ(engine->function_count(), 2u);
}

// Bug: the demo failed now and then with "... does not exist!": what was registered beside a stream nobody had read to its
// end went with the stream's transaction.
TEST_F(ScalarFunctions, RegisteredAfterAnUnfinishedStreamStay) {
  TextFormat f;
  f.kind = TextKind::decimal;
  f.scale = 24;
  f.exact = true;
  { const Result stream = engine->stream("SELECT i FROM range(100000) t(i)"); }
  const std::string money = text_function(*engine, f);
  EXPECT_EQ(value(money + "('1.5')"), "1.500000000000000000000000");
}

TEST_F(ScalarFunctions, MakeMapsOfManyColumns) {
  TextFormat f;
  f.kind = TextKind::map;
  f.keys = {"a", "b", "c"};
  const std::string map = text_function(*engine, f);
  EXPECT_EQ(value(map + "('1', '', NULL)"), "{a=1}");
  EXPECT_EQ(value(map + "('', '', '')"), "{}");
  EXPECT_EQ(engine->rows("SELECT sum(cardinality(" + map + "(i::VARCHAR, CASE WHEN i % 2 = 0 THEN 'x' END, ''))) ::BIGINT "
                         "FROM range(5000) t(i)")[0][0], "7500");
}

}  // namespace
}  // namespace ducklake
