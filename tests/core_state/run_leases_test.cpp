#include <thread>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class RunLeasesTest : public StoreTest {
 protected:
  std::pair<cvg::Run, Lease> take() {
    auto taken = runs_->lease(60'000, "worker");
    EXPECT_TRUE(taken.ok() && *taken);
    return taken.ok() && *taken ? **taken : std::pair<cvg::Run, Lease>();
  }
  static StepRun make_step(const Lease& lease, StepState state, std::int32_t attempt = 1) {
    StepRun step;
    step.run_id = lease.run_id;
    step.tenant_id = "acme";
    step.step_id = step.step_name = "a";
    step.step_type = "query";
    step.state = state;
    step.attempt = attempt;
    return step;
  }
  Result<cvg::Run> cancel(const std::string& tenant, const std::string& id) {
    AuditEntry audit;
    audit.tenant_id = tenant;
    audit.action = "pipeline.cancel";
    return runs_->cancel(tenant, id, "Cancelled by jane", {{0, tenant, "mirror", id, "{}"}}, audit);
  }
  std::vector<RunStore::Leased> take_all() { return *runs_->lease_some(60'000, "worker", 10); }
  void die() { ASSERT_TRUE(runs_->reclaim_expired(true).ok()); }
  cvg::Run row(const std::string& id) { return **runs_->get("acme", id); }
};

TEST_F(RunLeasesTest, AttemptsCountWorkersThatFellSilentButNotThoseThatGaveTheRunBack) {
  ASSERT_TRUE(begin("acme", "1").ok());
  auto [run, lease] = take();
  EXPECT_EQ(run.attempts, 1);
  ASSERT_TRUE(runs_->release(lease).ok());
  EXPECT_EQ(row(run.id).state, RunState::pending);
  EXPECT_EQ(runs_->check(lease).code(), Code::conflict);
  EXPECT_EQ(runs_->release(lease).code(), Code::conflict);
  EXPECT_EQ(take().first.attempts, 1);
  clock_.advance_ms(60'001);
  EXPECT_EQ(*runs_->reclaim_expired(false), 1);
  EXPECT_EQ(take().first.attempts, 2);
}

TEST_F(RunLeasesTest, AServersEndWithManyRunsUnderWayChargesNone) {
  for (const char* name : {"1", "2"}) ASSERT_TRUE(begin("acme", name).ok());
  for (int i = 1; i <= 2; ++i) {
    const auto taken = take_all();
    ASSERT_EQ(taken.size(), 2u);
    die();
    for (const auto& one : taken) {
      EXPECT_EQ(row(one.first.id).deaths, i);
      EXPECT_EQ(row(one.first.id).charged, 0);
    }
  }
}

TEST_F(RunLeasesTest, ARunThatWasUnderWayInTwoEndsIsLeasedByItselfForABoundedTime) {
  ASSERT_TRUE(begin("acme", "1").ok());
  for (int i = 0; i < 2; ++i) take(), die();
  for (const char* name : {"2", "3"}) ASSERT_TRUE(begin("acme", name).ok());
  const auto alone = take_all();
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].first.template_name, "1");
  EXPECT_EQ(alone[0].first.alone_until_ms, clock_.now_ms() + 60'000);
  EXPECT_TRUE(take_all().empty());
  die();
  EXPECT_EQ(row(alone[0].first.id).charged, 1);
  EXPECT_EQ(take_all()[0].first.alone_until_ms, clock_.now_ms() + 120'000);
  clock_.advance_ms(120'000);
  EXPECT_EQ(take_all().size(), 2u) << "a long run does not keep the others waiting for ever";
  die();
  EXPECT_EQ(row(alone[0].first.id).charged, 1) << "it was not alone any more";
}

TEST_F(RunLeasesTest, AfterTheEndOfARunThatWasAloneTheOthersAreLeased) {
  ASSERT_TRUE(begin("acme", "1").ok());
  for (int i = 0; i < 2; ++i) take(), die();
  for (const char* name : {"2", "3"}) ASSERT_TRUE(begin("acme", name).ok());
  ASSERT_TRUE(runs_->finish(take().second, RunState::complete, "", 0, {}).ok());
  EXPECT_EQ(take_all().size(), 2u);
}

TEST_F(RunLeasesTest, ASuspectedRunThatFindsOthersUnderWayGoesAmongThem) {
  for (const char* name : {"1", "2"}) ASSERT_TRUE(begin("acme", name).ok());
  for (int i = 0; i < 2; ++i) take_all(), die();
  ASSERT_EQ(take_all().size(), 1u);
  clock_.advance_ms(60'000);
  const auto second = take_all();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].first.alone_until_ms, 0);
}

TEST_F(RunLeasesTest, AStepThatEndsClearsARunOfSuspicion) {
  ASSERT_TRUE(begin("acme", "1").ok());
  for (int i = 0; i < 2; ++i) take(), die();
  const Lease lease = take().second;
  ASSERT_TRUE(runs_->put_steps(lease, {make_step(lease, StepState::complete)}).ok());
  die();
  EXPECT_EQ(row(lease.run_id).deaths, 1);
  EXPECT_EQ(row(lease.run_id).charged, 0);
}

TEST_F(RunLeasesTest, WhatItsWorkerGaveUpIsChargedAndKeepsNobodyWaiting) {
  ASSERT_TRUE(begin("acme", "1").ok());
  for (int i = 0; i < 2; ++i) take(), die();
  ASSERT_TRUE(begin("acme", "2").ok());
  const Lease left = take().second;
  ASSERT_TRUE(runs_->leave(left).ok());
  EXPECT_EQ(take_all().size(), 1u);
  EXPECT_TRUE(runs_->check(left).ok()) << "its lease is left to expire";
  clock_.advance_ms(60'001);
  die();
  EXPECT_EQ(row(left.run_id).charged, 1);
  EXPECT_EQ(row(left.run_id).deaths, 2);
  EXPECT_EQ(runs_->leave(left).code(), Code::conflict);
}

TEST_F(RunLeasesTest, OneTransactionLeasesForAllIdleWorkersInTheQueuesOrder) {
  for (const char* name : {"1", "2", "3"}) ASSERT_TRUE(begin("acme", name).ok());
  const std::int64_t commits = database_->commits();
  const auto two = runs_->lease_some(60'000, "worker", 2);
  ASSERT_TRUE(two.ok()) << two.status().text();
  EXPECT_EQ(database_->commits(), commits + 1);
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ((*two)[0].first.template_name, "1");
  EXPECT_EQ((*two)[1].first.template_name, "2");
  for (const RunStore::Leased& one : *two) EXPECT_TRUE(runs_->check(one.second).ok());
  EXPECT_EQ(runs_->lease_some(60'000, "worker", 5)->size(), 1u);
  EXPECT_TRUE(runs_->lease_some(60'000, "worker", 5)->empty());
}

TEST_F(RunLeasesTest, ReturnedRunHasNoStepThatRuns) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take().second;
  ASSERT_TRUE(runs_->put_steps(lease, {make_step(lease, StepState::running)}).ok());
  ASSERT_EQ(*runs_->reclaim_expired(true), 1);
  EXPECT_EQ((*runs_->steps(lease.run_id))[0].state, StepState::pending);
  EXPECT_EQ((*runs_->steps(lease.run_id))[0].attempt, 1) << "so that its marker is asked for";
}

TEST_F(RunLeasesTest, OneTransactionRenewsAllAndTellsWhatBecameOfEach) {
  ASSERT_TRUE(begin("acme", "1").ok());
  ASSERT_TRUE(begin("acme", "2").ok());
  const Lease one = take().second, two = take().second;
  ASSERT_TRUE(cancel("acme", two.run_id).ok());
  Lease late = one;
  late.token -= 1;
  const auto renewed = runs_->renew_all({one, two, late}, 60'000);
  ASSERT_TRUE(renewed.ok());
  EXPECT_TRUE((*renewed)[0].held);
  EXPECT_TRUE((*renewed)[0].cancel_reason.empty());
  EXPECT_TRUE((*renewed)[1].held);
  EXPECT_EQ((*renewed)[1].cancel_reason, "Cancelled by jane");
  EXPECT_FALSE((*renewed)[2].held);
}

TEST_F(RunLeasesTest, RunThatNobodyTookEndsCancelledAtOnce) {
  const auto begun = begin("acme", "1");
  const auto cancelled = cancel("acme", begun->run_id);
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->state, RunState::failed);
  EXPECT_EQ(row(begun->run_id).error_message, "Cancelled by jane");
  EXPECT_EQ(row(begun->run_id).end_ms, clock_.now_ms());
  EXPECT_EQ(runs_->usage("acme")->failed_today, 1);
  EXPECT_EQ(runs_->usage("acme")->concurrent_running, 0);
  EXPECT_EQ(runs_->outbox("mirror", "acme", 10)->size(), 1u);
  EXPECT_FALSE(runs_->lease(1000, "worker")->has_value());
  EXPECT_EQ(cancel("acme", begun->run_id).status().code(), Code::conflict);
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'pipeline.cancel'"), 1);
}

TEST_F(RunLeasesTest, UnknownAndForeignRunsAreNotThere) {
  const auto begun = begin("acme", "1");
  EXPECT_EQ(cancel("acme", "nothing").status().code(), Code::not_found);
  EXPECT_EQ(cancel("other", begun->run_id).status().code(), Code::not_found);
  EXPECT_EQ(row(begun->run_id).state, RunState::pending);
}

TEST_F(RunLeasesTest, WishOutlivesTheServerAndIsGrantedByTheEnd) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take().second;
  EXPECT_EQ(cancel("acme", lease.run_id)->state, RunState::running);
  EXPECT_EQ(cancel("acme", lease.run_id)->cancel_reason, "Cancelled by jane") << "asking twice is asking once";
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'pipeline.cancel'"), 1);
  runs_.reset();
  tenants_.reset();
  open();
  ASSERT_EQ(*runs_->reclaim_expired(true), 1);
  EXPECT_EQ(cancel("acme", lease.run_id)->state, RunState::pending) << "its steps may have published: a worker must look";
  const auto [again, next] = take();
  EXPECT_EQ(again.cancel_reason, "Cancelled by jane");
  EXPECT_EQ(runs_->finish(next, RunState::complete, "", 0, {}).code(), Code::cancelled);
  EXPECT_EQ(runs_->finish(next, RunState::failed, "something else", 0, {}).text(), "Cancelled by jane");
  EXPECT_TRUE(runs_->finish(next, RunState::failed, "Cancelled by jane", 0, {}).ok());
  EXPECT_EQ(row(lease.run_id).state, RunState::failed);
}

TEST_F(RunLeasesTest, CancelAndFinishHaveExactlyOneWinner) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(begin("acme", "1", {"BIG", 1000, 1000, 3, 1, 1}).ok());
    const Lease lease = take().second;
    Status finished;
    Result<cvg::Run> cancelled = Status(Code::host, "");
    std::thread other([&] { cancelled = cancel("acme", lease.run_id); });
    finished = runs_->finish(lease, RunState::complete, "", 0, {});
    other.join();
    EXPECT_NE(finished.ok(), cancelled.ok());
    if (finished.ok()) {
      EXPECT_EQ(cancelled.status().code(), Code::conflict);
    } else {
      ASSERT_TRUE(runs_->finish(lease, RunState::failed, finished.text(), 0, {}).ok());
    }
    EXPECT_EQ(row(lease.run_id).state, finished.ok() ? RunState::complete : RunState::failed);
  }
}

TEST_F(RunLeasesTest, EndedRunHasNoStepThatHasNot) {
  ASSERT_TRUE(begin("acme", "1").ok());
  const Lease lease = take().second;
  StepRun begun = make_step(lease, StepState::running), never = make_step(lease, StepState::pending, 0);
  never.step_id = "b";
  ASSERT_TRUE(runs_->put_steps(lease, {begun, never}).ok());
  ASSERT_TRUE(runs_->finish(lease, RunState::failed, "why", 0, {}).ok());
  const auto steps = *runs_->steps(lease.run_id);
  EXPECT_EQ(steps[0].state, StepState::failed);
  EXPECT_EQ(steps[0].error_message, "why");
  EXPECT_EQ(steps[1].state, StepState::skipped);
}

TEST_F(RunLeasesTest, StepsMakeLegalMovesAlone) {
  using enum StepState;
  const auto all = {pending, running, complete, failed, skipped};
  for (const StepState from : all) {
    for (const StepState to : all) {
      ASSERT_TRUE(begin("acme", "1", {"BIG", 1000, 1000, 3, 1, 1}).ok());
      const Lease lease = take().second;
      const StepState before = from == pending || from == skipped ? pending : running;
      ASSERT_TRUE(runs_->put_steps(lease, {make_step(lease, before)}).ok());
      ASSERT_TRUE(runs_->put_steps(lease, {make_step(lease, from)}).ok());
      const bool seen_late = from == pending && (to == complete || to == failed);
      const bool legal = from == to || may_move(from, to) || seen_late;
      EXPECT_EQ(runs_->put_steps(lease, {make_step(lease, to)}).ok(), legal) << to_text(from) << " to " << to_text(to);
      EXPECT_EQ(runs_->put_steps(lease, {make_step(lease, to)}).ok(), legal);
      EXPECT_EQ((*runs_->steps(lease.run_id))[0].state, legal ? to : from);
      ASSERT_TRUE(runs_->finish(lease, RunState::failed, "", 0, {}).ok());
    }
  }
  ASSERT_TRUE(begin("acme", "1", {"BIG", 1000, 1000, 3, 1, 1}).ok());
  const Lease lease = take().second;
  EXPECT_EQ(runs_->put_steps(lease, {make_step(lease, complete, 0)}).code(), Code::state) << "it was never begun";
}

}  // namespace
}  // namespace cvg
