#include "plugins/ducklake/watcher.h"

#include <thread>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

TEST(Watcher, InterruptsOnlyTheEngineOfTheCancelledCall) {
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = ducklake::Engine::open(config);
  ducklake::Watcher watcher;
  Caller caller;
  const std::string endless = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 1000 = 999";
  {
    const ducklake::Watcher::Scope scope(watcher, caller.call, *engine);
    caller.fake.remaining_ms = 0;
    EXPECT_THROW(engine->exec(endless), ducklake::EngineError);
  }
  EXPECT_EQ(engine->rows("SELECT 'alive'")[0][0], "alive");
}

// The statement is ended as soon as it has told something: it takes no longer than that.
TEST(Watcher, TellsHowFarAStatementIsWhereThatIsWanted) {
  ducklake::EngineConfig config;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = ducklake::Engine::open(config);
  engine->exec("CREATE TABLE numbers AS SELECT range AS i FROM range(3000000)");
  ducklake::Watcher watcher;
  Caller told, kept;
  const ducklake::Watcher::Scope first(watcher, told.call, *engine, ducklake::Watcher::Scope::Progress::told);
  const ducklake::Watcher::Scope second(watcher, kept.call, *engine);
  std::thread ends([&] {
    while (told.fake.progress.load() <= 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    told.fake.cancelled = true;
  });
  EXPECT_THROW(engine->exec("SELECT count(*) FROM numbers a JOIN numbers b ON hash(a.i) % 1000 = b.i % 1000"), ducklake::EngineError);
  ends.join();
  EXPECT_LE(told.fake.progress.load(), 1);
  EXPECT_EQ(kept.fake.progress.load(), -1);
}

TEST(Watcher, TellsCancelFromDeadline) {
  Caller caller;
  const ducklake::EngineError interrupted(DUCKDB_ERROR_INTERRUPT, "INTERRUPT Error: Interrupted!");
  caller.fake.remaining_ms = 0;
  EXPECT_EQ(error_of([&] { ducklake::rethrow(caller.call, interrupted); }).first, CVG_E_DEADLINE);
  caller.fake.cancelled = true;
  EXPECT_EQ(error_of([&] { ducklake::rethrow(caller.call, interrupted); }).first, CVG_E_CANCELLED);
  const ducklake::EngineError other(DUCKDB_ERROR_BINDER, "Binder Error: x");
  EXPECT_EQ(error_of([&] { ducklake::rethrow(caller.call, other); }).first, CVG_E_CONFIG);
}

}  // namespace
}  // namespace ducklake_tests
