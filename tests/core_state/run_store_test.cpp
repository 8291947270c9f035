#include "core/state/run_store.h"

#include <map>
#include <set>
#include <thread>

#include "core/base/json.h"
#include "core/base/time_text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using RunStoreTest = StoreTest;
const PlanLimits big{"BIG", 1'000'000, 1'000'000, 1'000'000, 1, 1};

Lease take(RunStore& runs, cvg::Run* run = nullptr) {
  auto taken = runs.lease(60'000, "worker");
  EXPECT_TRUE(taken.ok() && *taken);
  if (!taken.ok() || !*taken) return {};
  if (run) *run = (*taken)->first;
  return (*taken)->second;
}

StepRun make_step(const Lease& lease, const std::string& id, StepState state) {
  StepRun step;
  step.run_id = lease.run_id;
  step.tenant_id = "acme";
  step.step_id = id;
  step.step_name = id;
  step.step_type = "query";
  step.state = state;
  step.metadata_json = "{}";
  return step;
}

TEST_F(RunStoreTest, BegunRunIsStoredWithWhatWasAsked) {
  cvg::Run run = make_run("acme", "usage");
  run.user_id = "u1";
  run.request_id = "req_1";
  run.trace_id = "0af7651916cd43dd8448eb211c80319c";
  run.parameters_json = R"({"date":"2026-05-01"})";
  const auto begun = runs_->begin(run, starter(), true, {});
  ASSERT_TRUE(begun.ok());
  EXPECT_EQ(begun->state, RunState::pending);
  EXPECT_FALSE(begun->duplicate);
  const auto stored = runs_->get("acme", begun->run_id);
  ASSERT_TRUE(stored.ok() && *stored);
  EXPECT_EQ((*stored)->pipeline_id, "acme-aws-cost-usage");
  EXPECT_EQ((*stored)->parameters_json, run.parameters_json);
  EXPECT_EQ((*stored)->trace_id, run.trace_id);
  EXPECT_EQ((*stored)->created_ms, clock_.now_ms());
  EXPECT_EQ((*stored)->start_ms, 0);
}

TEST_F(RunStoreTest, LiveRunOfThePipelineIsAnsweredAndUsesNothing) {
  const auto first = begin("acme", "usage");
  const auto second = begin("acme", "usage");
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->duplicate);
  EXPECT_EQ(second->run_id, first->run_id);
  EXPECT_EQ(runs_->usage("acme")->run_today, 1);
  take(*runs_);
  EXPECT_EQ(begin("acme", "usage")->state, RunState::running);
}

TEST_F(RunStoreTest, DailyQuotaIsRefusedWithTextCodeAndSecondsToMidnight) {
  PlanLimits plan = starter();
  plan.concurrent = 100;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(begin("acme", std::to_string(i), plan).ok());
  const auto refused = begin("acme", "6", plan);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::quota);
  EXPECT_EQ(refused.status().text(),
            "Daily pipeline quota exceeded. You have run 6 pipelines today (limit: 6). Upgrade or wait until tomorrow.");
  const Json detail = *parse_json(refused.status().detail_json());
  EXPECT_EQ(detail["code"].text(), "DAILY_QUOTA_EXCEEDED");
  EXPECT_EQ(detail["retry_after"].integer(), 12 * 3600);
  EXPECT_EQ(runs_->usage("acme")->run_today, 6);
}

TEST_F(RunStoreTest, MonthlyQuotaOutlivesMidnightAndEndsWithTheMonth) {
  const PlanLimits plan{"TINY", 2, 3, 100, 1, 1};
  ASSERT_TRUE(begin("acme", "1", plan).ok());
  ASSERT_TRUE(begin("acme", "2", plan).ok());
  clock_.advance_ms(day_ms);
  ASSERT_TRUE(begin("acme", "3", plan).ok());
  EXPECT_EQ(runs_->usage("acme")->run_today, 1);
  EXPECT_EQ(runs_->usage("acme")->run_month, 3);
  const auto refused = begin("acme", "4", plan);
  EXPECT_EQ((*parse_json(refused.status().detail_json()))["code"].text(), "MONTHLY_QUOTA_EXCEEDED");
  EXPECT_EQ((*parse_json(refused.status().detail_json()))["retry_after"].integer(), 15 * 86400 + 12 * 3600);
  clock_.jump_to_ms(*parse_time("2026-06-01T00:00:00Z"));
  EXPECT_EQ(runs_->usage("acme")->run_month, 0);
  EXPECT_TRUE(begin("acme", "4", plan).ok());
}

TEST_F(RunStoreTest, ConcurrentLimitCountsWaitingAndRunningRuns) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(begin("acme", std::to_string(i)).ok());
  const Lease lease = take(*runs_);
  const auto refused = begin("acme", "3");
  EXPECT_EQ(refused.status().text(), "Concurrent pipeline limit reached. Wait for running pipelines to complete.");
  EXPECT_EQ((*parse_json(refused.status().detail_json()))["code"].text(), "CONCURRENT_LIMIT_EXCEEDED");
  ASSERT_TRUE(runs_->finish(lease, RunState::failed, "it failed", 0, {}).ok());
  EXPECT_TRUE(begin("acme", "3").ok()) << "a slot is free again";
  const auto usage = runs_->usage("acme");
  EXPECT_EQ(usage->run_today, 4) << "a failed run counts";
  EXPECT_EQ(usage->concurrent_running, 3);
  EXPECT_EQ(usage->max_concurrent_reached, 3);
  EXPECT_EQ(usage->failed_today, 1);
}

TEST_F(RunStoreTest, OnboardingsRunUsesNoQuotaAndNoSlot) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(begin("acme", std::to_string(i), starter(), false).ok());
  EXPECT_EQ(runs_->usage("acme")->run_today, 0);
  EXPECT_EQ(runs_->usage("acme")->concurrent_running, 0);
  for (int i = 5; i < 8; ++i) EXPECT_TRUE(begin("acme", std::to_string(i)).ok());
  EXPECT_FALSE(begin("acme", "8").ok());
}

TEST_F(RunStoreTest, TwoHundredThreadsAndThreeSlotsGiveExactlyThreeRuns) {
  std::atomic<int> accepted{0}, refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 200; ++t)
    threads.emplace_back([&, t] {
      const auto begun = begin("acme", std::to_string(t));
      if (begun.ok()) ++accepted;
      else if (begun.status().code() == Code::quota) ++refused;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 3);
  EXPECT_EQ(refused, 197);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 3);
  EXPECT_EQ(runs_->usage("acme")->run_today, 3);
}

TEST_F(RunStoreTest, ParallelTriggersOfOnePipelineGiveOneRun) {
  std::atomic<int> fresh{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 50; ++t)
    threads.emplace_back([&] {
      const auto begun = begin("acme", "usage");
      if (begun.ok() && !begun->duplicate) ++fresh;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fresh, 1);
}

TEST_F(RunStoreTest, LeaseMovesTheOldestRunToRunning) {
  const auto first = begin("acme", "1");
  ASSERT_TRUE(begin("acme", "2").ok());
  clock_.advance_ms(5);
  cvg::Run run;
  const Lease lease = take(*runs_, &run);
  EXPECT_EQ(run.id, first->run_id);
  EXPECT_EQ(run.state, RunState::running);
  EXPECT_EQ(run.start_ms, clock_.now_ms());
  EXPECT_EQ(lease.expires_ms, clock_.now_ms() + 60'000);
  EXPECT_EQ((*runs_->get("acme", run.id))->state, RunState::running);
}

TEST_F(RunStoreTest, NothingWaitsNothingIsLeased) {
  const auto taken = runs_->lease(1000, "worker");
  ASSERT_TRUE(taken.ok());
  EXPECT_FALSE(taken->has_value());
}

TEST_F(RunStoreTest, EachRunIsLeasedToOneOfManyWorkers) {
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(begin("acme", std::to_string(i), big).ok());
  std::vector<std::vector<std::string>> taken(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < taken.size(); ++t)
    threads.emplace_back([&, t] {
      while (true) {
        const auto lease = runs_->lease(1000, "worker");
        if (!lease.ok() || !*lease) return;
        taken[t].push_back((*lease)->first.id);
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> ids;
  std::size_t total = 0;
  for (const auto& mine : taken) {
    ids.insert(mine.begin(), mine.end());
    total += mine.size();
  }
  EXPECT_EQ(total, 60u);
  EXPECT_EQ(ids.size(), 60u);
}

TEST_F(RunStoreTest, AFloodOfOneTenantDelaysAnothersRunByTwoDispatchesAtMost) {
  const PlanLimits plan{"FLOOD", 100'000, 100'000, 1000, 1, 1};
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(begin("flood", std::to_string(i), plan).ok());
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) take(*runs_);
    ASSERT_TRUE(begin("small", std::to_string(round), plan).ok());
    int dispatches = 0;
    for (cvg::Run run; run.tenant_id != "small"; ++dispatches) take(*runs_, &run);
    EXPECT_LE(dispatches, 3) << "its own and two others";
  }
}

TEST_F(RunStoreTest, TenantsAreServedInProportionToTheirSlots) {
  PlanLimits three = big, nine = big;
  three.concurrent = 300;
  nine.concurrent = 900;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(begin("three", std::to_string(i), three).ok());
    ASSERT_TRUE(begin("nine", std::to_string(i), nine).ok());
  }
  std::map<std::string, int> served;
  for (int i = 0; i < 80; ++i) {
    cvg::Run run;
    take(*runs_, &run);
    ++served[run.tenant_id];
  }
  EXPECT_NEAR(served["nine"], 60, 2);
}

TEST_F(RunStoreTest, ALateWorkersWritesAreRefused) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease late = take(*runs_);
  clock_.advance_ms(60'001);
  EXPECT_EQ(*runs_->reclaim_expired(false), 1);
  EXPECT_EQ(runs_->put_steps(late, {make_step(late, "a", StepState::running)}).code(), Code::conflict) << "before a successor";
  const Lease next = take(*runs_);
  EXPECT_GT(next.token, late.token);
  EXPECT_EQ(runs_->renew(late, 1000).code(), Code::conflict);
  EXPECT_EQ(runs_->put_steps(late, {make_step(late, "a", StepState::running)}).code(), Code::conflict);
  EXPECT_EQ(runs_->put_dq_results(late, "a", {}).code(), Code::conflict);
  EXPECT_EQ(runs_->finish(late, RunState::complete, "", 0, {}).code(), Code::conflict);
  EXPECT_TRUE(runs_->finish(next, RunState::complete, "", 7, {}).ok());
  EXPECT_EQ((*runs_->get("acme", next.run_id))->rows_processed, 7);
}

TEST_F(RunStoreTest, RenewedLeaseDoesNotExpireAndRecoveryTakesAllBack) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take(*runs_);
  clock_.advance_ms(50'000);
  ASSERT_TRUE(runs_->renew(lease, 60'000).ok());
  clock_.advance_ms(50'000);
  EXPECT_EQ(*runs_->reclaim_expired(false), 0);
  EXPECT_EQ(*runs_->reclaim_expired(true), 1);
  EXPECT_EQ((*runs_->get("acme", lease.run_id))->state, RunState::pending);
}

TEST_F(RunStoreTest, WorkersHearOfARunThatBegan) {
  std::atomic<int> heard{0};
  database_->on_commit([&] { ++heard; });
  ASSERT_TRUE(begin("acme", "1").ok());
  static_cast<void>(runs_->usage("acme"));
  ASSERT_TRUE(begin("acme", "1").ok());  // a duplicate: the commit before has told by now
  EXPECT_EQ(heard, 1);
  database_->on_commit({});
}

TEST_F(RunStoreTest, StepsAreReplacedUntilTheyEnd) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take(*runs_);
  StepRun a = make_step(lease, "a", StepState::running), b = make_step(lease, "b", StepState::pending);
  b.step_index = 1;
  ASSERT_TRUE(runs_->put_steps(lease, {a, b}).ok());
  a.state = StepState::complete;
  a.rows_processed = 12;
  a.metadata_json = R"({"table":"t"})";
  ASSERT_TRUE(runs_->put_steps(lease, {a}).ok());
  const auto steps = runs_->steps(lease.run_id);
  ASSERT_EQ(steps->size(), 2u);
  EXPECT_EQ((*steps)[0].state, StepState::complete);
  EXPECT_EQ((*steps)[0].metadata_json, a.metadata_json);
  EXPECT_EQ((*steps)[1].state, StepState::pending);
  const cvg::Run run = **runs_->get("acme", lease.run_id);
  EXPECT_EQ(run.steps_total, 2);
  EXPECT_EQ(run.steps_complete, 1);
  a.state = StepState::failed;
  b.state = StepState::running;
  EXPECT_EQ(runs_->put_steps(lease, {b, a}).code(), Code::state);
  EXPECT_EQ((*runs_->steps(lease.run_id))[1].state, StepState::pending) << "all or nothing";
}

TEST_F(RunStoreTest, AnEndedStepBeginsAnewWithALaterAttemptOnly) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take(*runs_);
  StepRun a = make_step(lease, "a", StepState::complete);
  a.attempt = 1;
  ASSERT_TRUE(runs_->put_steps(lease, {a}).ok());
  for (const StepState next : {StepState::running, StepState::failed, StepState::skipped}) {
    a.state = next;
    EXPECT_EQ(runs_->put_steps(lease, {a}).code(), Code::state) << to_text(next);
  }
  a.attempt = 2;
  for (const StepState next : {StepState::running, StepState::failed}) {
    a.state = next;
    ASSERT_TRUE(runs_->put_steps(lease, {a}).ok()) << to_text(next);
    EXPECT_EQ(runs_->steps(lease.run_id)->front().state, next);
  }
}

TEST_F(RunStoreTest, ResultsOfAStepReplaceThoseOfItsLastAttempt) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take(*runs_);
  DqResult one, two;
  one.tenant_id = two.tenant_id = "acme";
  one.expectation_type = "expect_column_values_to_not_be_null";
  two.result_index = 1;
  two.success = true;
  two.unexpected_percent = 12.5;
  ASSERT_TRUE(runs_->put_dq_results(lease, "check", {one, two}).ok());
  ASSERT_TRUE(runs_->put_dq_results(lease, "other", {one}).ok());
  ASSERT_TRUE(runs_->put_dq_results(lease, "check", {two}).ok());
  const auto results = runs_->dq_results(lease.run_id);
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[0].step_id, "check");
  EXPECT_TRUE((*results)[0].success);
  EXPECT_EQ((*results)[0].unexpected_percent, 12.5);
}

TEST_F(RunStoreTest, FinishCountsOnceAndWritesTheOutboxOnceByKey) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take(*runs_);
  clock_.advance_ms(day_ms);
  const OutboxEntry entry{0, "acme", "mirror", lease.run_id, "{}"};
  ASSERT_TRUE(runs_->finish(lease, RunState::complete, "", 5, {entry, entry}).ok());
  EXPECT_FALSE(runs_->finish(lease, RunState::failed, "again", 5, {entry}).ok());
  const auto usage = runs_->usage("acme");
  EXPECT_EQ(usage->succeeded_today, 1);
  EXPECT_EQ(usage->run_today, 0) << "it began yesterday";
  EXPECT_EQ(usage->run_month, 1);
  const auto waiting = runs_->outbox("mirror", "acme", 10);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(runs_->outbox("mirror", "", 10)->size(), 1u);
  EXPECT_EQ(runs_->outbox("webhook", "", 10)->size(), 0u);
  ASSERT_TRUE(runs_->outbox_done({(*waiting)[0].id}).ok());
  EXPECT_EQ(runs_->outbox("mirror", "acme", 10)->size(), 0u);
}

TEST_F(RunStoreTest, ARunEndsOnlyInATerminalState) {
  ASSERT_TRUE(begin("acme", "1").ok());
  EXPECT_EQ(runs_->finish(take(*runs_), RunState::pending, "", 0, {}).code(), Code::state);
}

}  // namespace
}  // namespace cvg
