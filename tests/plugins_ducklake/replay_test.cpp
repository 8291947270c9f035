#include "plugins/ducklake/replay.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

using ducklake::Operation;

class Replay : public ::testing::Test {
 protected:
  Replay() {
    Caller acme;
    lakes->create_dataset(acme.call, Json::object());
    publish(*lakes, acme, "m", Request(CVG_APPEND, "t").sql("SELECT 1::INTEGER AS a"));
    lakes.warehouse.reset();
    ducklake::EngineConfig config;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    engine = ducklake::Engine::open(config);
    engine->attach(lake.catalog(), lake.data(), "acme", false);
  }
  static Operation operation(uint32_t mode, const std::string &table, std::vector<ducklake::Column> columns) {
    Operation op;
    op.mode = mode;
    op.table = table;
    op.columns = std::move(columns);
    return op;
  }
  Lakes lakes;
  ducklake::LakeFolder lake{(lakes.folder / "lakes").string(), "acme"};
  std::unique_ptr<ducklake::Engine> engine;
};

TEST_F(Replay, AsksForWideningBeforeItTouchesAnything) {
  engine->begin();
  try {
    ducklake::replay(*engine, lake, {operation(CVG_REPLACE_TABLE, "t", {{"a", "BIGINT"}})}, ducklake::Widening::thrown);
    FAIL() << "a published column was retyped inside the transaction";
  } catch (const ducklake::WideningNeeded &widening) {
    EXPECT_EQ(widening.statements, std::vector<std::string>{R"(ALTER TABLE "lake$"."acme"."t" ALTER "a" SET DATA TYPE BIGINT)"});
  }
  EXPECT_EQ(engine->rows("SELECT count(*) FROM t")[0][0], "1");
}

TEST_F(Replay, MakesATableWithTheColumnsOfAllOperations) {
  engine->begin();
  ducklake::replay(*engine, lake, {operation(CVG_APPEND, "n", {{"a", "INTEGER"}}), operation(CVG_APPEND, "N", {{"a", "BIGINT"}, {"b", "DATE"}})}, ducklake::Widening::thrown);
  EXPECT_EQ(engine->rows("SELECT string_agg(column_type, ',') FROM (DESCRIBE n)")[0][0], "BIGINT,DATE");
  engine->rollback();
  EXPECT_THROW(engine->exec("SELECT * FROM n"), Error);
}

TEST_F(Replay, CanBeDoneAndRolledBackAnyNumberOfTimes) {
  for (int i = 0; i < 3; ++i) {
    engine->begin();
    ducklake::replay(*engine, lake, {operation(CVG_REPLACE_TABLE, "t", {{"a", "INTEGER"}})}, ducklake::Widening::thrown);
    EXPECT_EQ(engine->rows("SELECT count(*) FROM t")[0][0], "0");
    engine->rollback();
    EXPECT_EQ(engine->rows("SELECT count(*) FROM t")[0][0], "1");
  }
}

TEST_F(Replay, WidensInsideATransactionThatIsRolledBackAndLeavesNoTrace) {
  engine->begin();
  ducklake::replay(*engine, lake, {operation(CVG_APPEND, "t", {{"a", "BIGINT"}, {"b", "DATE"}})}, ducklake::Widening::inside);
  EXPECT_EQ(engine->rows("SELECT string_agg(column_type, ',') FROM (DESCRIBE t)")[0][0], "BIGINT,VARCHAR,VARCHAR,DATE");
  engine->rollback();
  EXPECT_EQ(engine->rows("SELECT string_agg(column_type, ',') FROM (DESCRIBE t)")[0][0], "INTEGER,VARCHAR,VARCHAR");
}

}  // namespace
}  // namespace ducklake_tests
