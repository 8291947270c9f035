#include "core/schedule/scheduler.h"

#include <thread>

#include "core/base/time_text.h"
#include "tests/core_schedule/schedule_fixture.h"

namespace cvg {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

using SchedulerTest = ScheduleFixture;

TEST_F(SchedulerTest, WhatIsDueIsQueuedAndBegins) {
  ASSERT_TRUE(put("plain").ok());
  EXPECT_EQ(scheduler->trigger("", 100, {})->triggered, 0);
  turned.advance_ms(hour_ms);
  const auto counts = scheduler->trigger("", 100, {});
  ASSERT_TRUE(counts.ok()) << counts.status().text();
  EXPECT_EQ(counts->triggered, 1);
  EXPECT_EQ(counts->queued, 1);
  EXPECT_EQ(counts->next_ms, std::optional<std::int64_t>(turned.now_ms() + hour_ms));
  EXPECT_EQ(wakes, 1);
  const auto progress = scheduler->process_queue(10);
  ASSERT_TRUE(progress.ok()) << progress.status().text();
  EXPECT_EQ(progress->processed, 1);
  EXPECT_EQ(progress->pipeline_id, "acme-test-flow-plain");
  EXPECT_EQ(scheduler->process_queue(10)->processed, 0);
  ASSERT_EQ(runs_of("scheduler").size(), 1u);
  EXPECT_EQ(runs_of("scheduler").front().run_date, "2026-05-15");
  end_all();
  EXPECT_EQ(scheduler->numbers()->completed_today, 1);
}

TEST_F(SchedulerTest, TriggersAtOnceQueueOnce) {
  for (const char* name : {"plain", "day"}) ASSERT_TRUE(put(name).ok());
  turned.advance_ms(hour_ms);
  std::atomic<std::int64_t> queued{0}, processed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      queued += scheduler->trigger(i % 2 == 0 ? "acme" : "", 100, {})->queued;
      processed += scheduler->process_queue(100)->processed;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(queued, 2);
  EXPECT_EQ(processed, 2);
  EXPECT_EQ(runs_of("scheduler").size(), 2u);
}

TEST_F(SchedulerTest, ATenantTriggersItsOwnAlone) {
  ASSERT_TRUE(put("plain").ok());
  turned.advance_ms(hour_ms);
  EXPECT_EQ(scheduler->trigger("other", 100, {})->triggered, 0);
  EXPECT_EQ(scheduler->trigger("acme", 100, {})->triggered, 1);
}

TEST_F(SchedulerTest, SuspendedTenantsAreSkippedAndCatchNothingUp) {
  ASSERT_TRUE(put("plain", R"(, "misfire": "all")").ok());
  const auto set = [&](const char* sql) { ASSERT_TRUE(database->write([&](Connection& c) { return c.run(sql); }).ok()); };
  set("UPDATE tenant_profiles SET status = 'SUSPENDED'");
  turned.advance_ms(3 * hour_ms);
  const auto counts = scheduler->trigger("", 100, {});
  EXPECT_EQ(counts->skipped, 1);
  EXPECT_EQ(counts->queued, 0);
  set("UPDATE tenant_profiles SET status = 'ACTIVE'");
  EXPECT_EQ(scheduler->trigger("", 100, {})->triggered, 0);
  turned.advance_ms(hour_ms);
  EXPECT_EQ(scheduler->trigger("", 100, {})->queued, 1);
}

TEST_F(SchedulerTest, AScheduleWhoseZoneHasGoneIsNotDueAgainAndAgain) {
  ASSERT_TRUE(put("plain").ok());
  ASSERT_TRUE(database->write([&](Connection& c) { return c.run("UPDATE tenant_pipeline_configs SET timezone = 'Europe/Atlantis'"); }).ok());
  turned.advance_ms(hour_ms);
  EXPECT_EQ(scheduler->trigger("", 100, {})->skipped, 1);
  EXPECT_EQ(scheduler->trigger("", 100, {})->triggered, 0);
}

TEST_F(SchedulerTest, ATemplateThatHasGoneIsTriedAgain) {
  ASSERT_TRUE(put("plain").ok());
  turned.advance_ms(hour_ms);
  ASSERT_TRUE(scheduler->trigger("", 100, {}).ok());
  std::filesystem::rename(root + "/test/flow/plain.yml", root + "/gone.yml");
  EXPECT_EQ(scheduler->process_queue(10)->processed, 0);
  EXPECT_EQ(scheduler->numbers()->queued, 1);
  std::filesystem::rename(root + "/gone.yml", root + "/test/flow/plain.yml");
  EXPECT_EQ(scheduler->process_queue(10)->processed, 0) << "its time has not come";
  turned.advance_ms(60'000);
  EXPECT_EQ(scheduler->process_queue(10)->processed, 1);
}

TEST_F(SchedulerTest, ABackfillRunsDayByDay) {
  const auto added = add_backfill("day", R"({"from": "2026-02-27", "to": "2026-03-01"})");
  ASSERT_TRUE(added.ok());
  for (int day = 0; day < 3; ++day) {
    EXPECT_EQ(scheduler->process_queue(100)->processed, 1);
    end_all();
  }
  std::string dates;
  for (const cvg::Run& run : runs_of("backfill")) dates += run.run_date + " ";
  EXPECT_EQ(dates, "2026-02-27 2026-02-28 2026-03-01 ");
  EXPECT_EQ(schedules->backfill("acme", added->backfill_id)->complete, 3);
}

TEST_F(SchedulerTest, CleaningUpTakesBackWhatAWorkerLeftBehind) {
  ASSERT_TRUE(put("plain").ok());
  turned.advance_ms(hour_ms);
  ASSERT_TRUE(scheduler->trigger("", 100, {}).ok());
  ASSERT_EQ(scheduler->process_queue(10)->processed, 1);
  ASSERT_TRUE(turned_runs->lease(30'000, "gone").ok());
  turned.advance_ms(30'001);
  const auto mended = scheduler->clean_up({});
  ASSERT_TRUE(mended.ok()) << mended.status().text();
  ASSERT_EQ(mended->size(), 1u);
  EXPECT_EQ(mended->front().pipeline_id, "acme-test-flow-plain");
  EXPECT_TRUE(scheduler->clean_up({})->empty());
  EXPECT_EQ(runs_of("scheduler").front().state, RunState::pending);
  end_all();
  EXPECT_EQ(scheduler->numbers()->completed_today, 1);
}

TEST_F(SchedulerTest, ResettingQuotasGivesTheDayBack) {
  ASSERT_TRUE(trigger(caller.tenant, "plain").ok());
  ASSERT_TRUE(database->write([&](Connection& c) { return c.run("UPDATE tenant_usage_quotas SET usage_date = '2026-05-15', pipelines_run_today = 5"); }).ok());
  EXPECT_EQ(scheduler->reset_quotas({})->records_updated, 1);
  EXPECT_EQ(turned_runs->usage("acme")->run_today, 0);
}

}  // namespace
}  // namespace cvg
