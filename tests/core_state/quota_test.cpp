// What a quota promises across days, failures and threads; the texts of refusals are run_store_test's.
#include <thread>

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class QuotaTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  }
  void run_one(const std::string& name, RunState state = RunState::complete) {
    ASSERT_TRUE(begin("acme", name).ok());
    const auto leased = runs_->lease(60'000, "w");
    ASSERT_TRUE(leased.ok() && *leased);
    ASSERT_TRUE(runs_->finish((*leased)->second, state, "", 0, {}).ok());
  }
  void execute(const std::string& sql) {
    ASSERT_TRUE(database_->write([&](Connection& c) { return c.run(sql); }).ok());
  }
  std::string day(const std::string& column, const std::string& date) {
    std::string text;
    EXPECT_TRUE(database_->read([&](Connection& c) {
      Statement& row = c.prepare(fmt::format("SELECT {} FROM tenant_usage_quotas WHERE tenant_id = 'acme' AND usage_date = ?1", column));
      if (row.bind(1, date).step()) text = row.text(0);
      return row.status();
    }).ok());
    return text;
  }
};

TEST_F(QuotaTest, AnAcceptanceThatFailsAnywhereUsesNothing) {
  const std::vector<std::pair<std::string, std::string>> places = {
      {"the run's row", "BEFORE INSERT ON tenant_pipeline_runs"}, {"usage", "BEFORE UPDATE ON tenant_usage_quotas"},
      {"the audit row", "BEFORE INSERT ON audit_log"},            {"after everything", "AFTER INSERT ON audit_log"}};
  for (const auto& [what, when] : places) {
    execute("CREATE TRIGGER injected " + when + " BEGIN SELECT raise(ABORT, 'injected'); END");
    EXPECT_FALSE(begin("acme", "one").ok()) << what;
    execute("DROP TRIGGER injected");
    const Usage usage = *runs_->usage("acme");
    EXPECT_EQ(usage.run_today, 0) << what;
    EXPECT_EQ(usage.run_month, 0) << what;
    EXPECT_EQ(usage.concurrent_running, 0) << what;
    EXPECT_EQ(usage.max_concurrent_reached, 0) << what;
    EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 0) << what;
    EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'pipeline.run'"), 0) << what;
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(begin("acme", "run" + std::to_string(i)).ok()) << "every slot is still there";
}

TEST_F(QuotaTest, ARefusalLeavesTheDayAsItWas) {
  for (int i = 0; i < 6; ++i) run_one("run" + std::to_string(i));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(begin("acme", "more" + std::to_string(i)).status().code(), Code::quota);
  EXPECT_EQ(runs_->usage("acme")->run_today, 6);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 6);
}

TEST_F(QuotaTest, DaysThatAreOverStayAsTheyWere) {
  clock_.jump_to_ms(*parse_time("2026-05-31T23:59:59.999Z"));
  for (int i = 0; i < 5; ++i) run_one("run" + std::to_string(i), i == 0 ? RunState::failed : RunState::complete);
  ASSERT_TRUE(begin("acme", "over_midnight").ok());
  clock_.jump_to_ms(*parse_time("2026-06-01T00:00:00Z"));
  EXPECT_EQ(runs_->usage("acme")->run_today, 0);
  EXPECT_EQ(runs_->usage("acme")->run_month, 0) << "the month is over, too";
  EXPECT_EQ(runs_->usage("acme")->concurrent_running, 1) << "what runs across midnight keeps its slot";
  const auto leased = runs_->lease(60'000, "w");
  ASSERT_TRUE(runs_->finish((*leased)->second, RunState::complete, "", 0, {}).ok());
  run_one("june");
  EXPECT_EQ(day("pipelines_run_today", "2026-05-31"), "6");
  EXPECT_EQ(day("pipelines_succeeded_today", "2026-05-31"), "4");
  EXPECT_EQ(day("pipelines_failed_today", "2026-05-31"), "1");
  EXPECT_EQ(day("pipelines_run_today", "2026-06-01"), "1");
  EXPECT_EQ(day("pipelines_run_month", "2026-06-01"), "1");
  EXPECT_EQ(day("pipelines_succeeded_today", "2026-06-01"), "2") << "an end counts on the day it came";
}

TEST_F(QuotaTest, TheMonthGoesOnOverItsDays) {
  clock_.jump_to_ms(*parse_time("2026-02-27T12:00:00Z"));
  for (const char* date : {"2026-02-27", "2026-02-28", "2026-03-01"}) {
    clock_.jump_to_ms(*parse_time(std::string(date) + "T12:00:00Z"));
    for (int i = 0; i < 2; ++i) run_one("run" + std::to_string(i));
  }
  EXPECT_EQ(day("pipelines_run_month", "2026-02-28"), "4");
  EXPECT_EQ(day("pipelines_run_month", "2026-03-01"), "2");
}

TEST_F(QuotaTest, ThreadsThatTriggerAndEndRunsNeverExceedTheSlots) {
  const PlanLimits plan{"MANY", 100'000, 100'000, 3, 1, 1};
  std::atomic<std::int64_t> accepted{0}, most{0}, live{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        if (!begin("acme", fmt::format("run_{}_{}", t, i), plan).ok()) continue;
        ++accepted;
        const auto leased = runs_->lease(60'000, "w");
        if (!leased.ok() || !*leased) continue;
        std::int64_t now = ++live, seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) continue;
        --live;
        EXPECT_TRUE(runs_->finish((*leased)->second, RunState::complete, "", 0, {}).ok());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  const Usage usage = *runs_->usage("acme");
  EXPECT_EQ(usage.run_today, accepted);
  EXPECT_EQ(usage.succeeded_today + usage.concurrent_running, accepted);
  EXPECT_LE(usage.max_concurrent_reached, 3);
}

}  // namespace
}  // namespace cvg
