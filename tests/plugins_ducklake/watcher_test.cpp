#include "plugins/ducklake/watcher.h"

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
