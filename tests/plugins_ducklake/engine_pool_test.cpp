#include "plugins/ducklake/engine_pool.h"

#include <thread>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

class EnginePool : public ::testing::Test {
 protected:
  EnginePool() {
    settings.engine.extensions_dir = CVG_EXTENSIONS_DIR;
    settings.lakes_dir = (lakes.folder / "lakes").string();
    settings.pool_engines_max = 2;
    settings.pool_wait_ms_max = 50;
    for (Caller *c : {&a, &b}) lakes->create_dataset(c->call, Json::object());
  }
  ducklake::LakeFolder lake(const std::string &tenant) { return {settings.lakes_dir, tenant}; }
  Lakes lakes;
  Caller a{"aaa"}, b{"bbb"};
  ducklake::Settings settings;
};

TEST_F(EnginePool, HandsOutTheEngineThatHasTheLakeAttached) {
  ducklake::EnginePool pool(settings);
  const ducklake::Engine *first = nullptr, *second = nullptr;
  {
    auto one = pool.borrow(a.call, lake("aaa")), two = pool.borrow(b.call, lake("bbb"));
    first = &*one;
    second = &*two;
  }
  EXPECT_EQ(pool.open_engines(), 2u);
  EXPECT_EQ(&*pool.borrow(b.call, lake("bbb")), second);
  EXPECT_EQ(&*pool.borrow(a.call, lake("aaa")), first);
}

TEST_F(EnginePool, GivesAsManyThreadsAsTheWorkCanUse) {
  settings.engine.threads = 3;
  ducklake::EnginePool pool(settings);
  const auto threads = [](auto loan) { return *loan->rows("SELECT CAST(current_setting('threads') AS VARCHAR)")[0][0]; };
  using Work = ducklake::EnginePool::Work;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(threads(pool.borrow(a.call, lake("aaa"), Work::catalog)), "1");
    EXPECT_EQ(threads(pool.borrow(a.call, lake("aaa"), Work::delivery)), "3");
    EXPECT_EQ(threads(pool.borrow(a.call, lake("aaa"))), "1");
  }
  ducklake::write_file(lake("aaa").data() + "/bill.parquet", std::string(5 << 20, 'x'));
  EXPECT_EQ(threads(pool.borrow(a.call, lake("aaa"))), "3");
}

// Bug: what was left of a cancelled run's interrupt ended a statement of the next one, and no cancel was told when the
// interrupt came as a statement began.
TEST_F(EnginePool, KeepsNoEngineThatWasInterrupted) {
  ducklake::EnginePool pool(settings);
  pool.borrow(a.call, lake("aaa"))->rows("SELECT 1");
  EXPECT_EQ(pool.open_engines(), 1u);
  pool.borrow(a.call, lake("aaa"))->interrupt();
  EXPECT_EQ(pool.open_engines(), 0u);
  EXPECT_EQ(pool.borrow(a.call, lake("aaa"))->rows("SELECT 1")[0][0], "1");
}

// It may hold half of the lake: the next attach would fail on that, whoever asked.
TEST_F(EnginePool, KeepsNoEngineThatFailedToAttach) {
  ducklake::EnginePool pool(settings);
  ducklake::make_folder(lake("broken").data());
  ducklake::write_file(lake("broken").catalog(), "this is no catalog, and longer than the head of one would be: " + std::string(2000, 'x'));
  Caller c{"broken"};
  EXPECT_NE(error_of([&] { pool.borrow(c.call, lake("broken")); }).first, CVG_OK);
  EXPECT_EQ(pool.open_engines(), 0u);
  EXPECT_EQ(pool.borrow(a.call, lake("aaa"))->rows("SELECT 1")[0][0], "1");
}

TEST_F(EnginePool, RefusesInASentenceWhenAllAreBusy) {
  ducklake::EnginePool pool(settings);
  auto one = pool.borrow(a.call, lake("aaa")), two = pool.borrow(b.call, lake("bbb"));
  const auto [code, message] = error_of([&] { pool.borrow(a.call, lake("aaa")); });
  EXPECT_EQ(code, CVG_E_UNAVAILABLE);
  EXPECT_EQ(message, "all 2 engines are busy (limit pool_engines_max)");
  a.fake.cancelled = true;
  EXPECT_EQ(error_of([&] { pool.borrow(a.call, lake("aaa")); }).first, CVG_E_CANCELLED);
  a.fake.cancelled = false;
  two.discard();
  EXPECT_EQ(pool.open_engines(), 1u);
  EXPECT_TRUE(pool.borrow(a.call, lake("aaa")));
}

TEST_F(EnginePool, RollsBackWhatALoanLeftOpen) {
  ducklake::EnginePool pool(settings);
  {
    auto loan = pool.borrow(a.call, lake("aaa"));
    loan->begin();
    loan->exec("CREATE TABLE left_open (a INTEGER)");
  }
  EXPECT_FALSE(pool.borrow(a.call, lake("aaa"))->in_transaction());
  EXPECT_THROW(pool.borrow(a.call, lake("aaa"))->exec("SELECT * FROM left_open"), Error);
}

TEST_F(EnginePool, AttachesAFolderThatWasReplacedAnew) {
  ducklake::EnginePool pool(settings);
  pool.borrow(a.call, lake("aaa"))->exec("CREATE TABLE mine (a INTEGER)");
  lakes->create_dataset(a.call, Json::object().set("recreate", true));
  pool.forget("aaa");
  EXPECT_THROW(pool.borrow(a.call, lake("aaa"))->exec("SELECT * FROM mine"), Error);
}

TEST_F(EnginePool, ClosesAnEngineWithTooManyFunctions) {
  settings.pool_functions_max = 0;
  ducklake::EnginePool pool(settings);
  pool.borrow(a.call, lake("aaa"))->note_function("one");
  EXPECT_EQ(pool.open_engines(), 0u);
}

}  // namespace
}  // namespace ducklake_tests
