#include "core/run/worker_pool.h"

#include <thread>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class WorkerPoolTest : public RunFixture {
 protected:
  // Servers end with nothing else under way, until so many attempts are charged to the run.
  void lose(const std::string& run_id, std::int64_t charged) {
    for (int i = 0; i < 100 && (*store->get("acme", run_id))->charged < charged; ++i) {
      ASSERT_TRUE(store->lease(60000, "dies")->has_value());
      ASSERT_EQ(*store->reclaim_expired(true), 1);
    }
  }
};

TEST_F(WorkerPoolTest, RunsOfManyTenantsAllEnd) {
  put_template("one", "steps: [{step_id: a, type: ok}, {step_id: b, type: write, table: t}]\n");
  std::vector<Tenant> all;
  for (int i = 0; i < 8; ++i) all.push_back(add_tenant("tenant_" + std::to_string(i)));
  start_pool();
  std::vector<std::pair<std::string, std::string>> ids;
  for (const Tenant& tenant : all) ids.emplace_back(tenant.id, trigger(tenant, "one")->run_id);
  for (const auto& [tenant, id] : ids) {
    const auto ended = pool->wait(tenant, id, 30000);
    ASSERT_TRUE(ended.ok()) << ended.status().text();
    EXPECT_EQ(ended->state, RunState::complete) << ended->error_message;
  }
  pool->stop(30000);  // a run's end is counted after it is stored
  EXPECT_EQ(counters.runs_complete.load(), 8);
}

TEST_F(WorkerPoolTest, RunsThatWaitSinceBeforeTheStartAreTaken) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "one");
  ASSERT_TRUE(store->lease(60000, "dead server")->has_value());
  start_pool();
  EXPECT_EQ(pool->wait("acme", triggered->run_id, 30000)->state, RunState::complete);
}

TEST_F(WorkerPoolTest, TemplateThatBecameInvalidFailsTheRun) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "one");
  put_template("one", "steps: [{step_id: a, type: nothing_of_this_kind}]\n");
  start_pool();
  const auto ended = pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended->state, RunState::failed);
  EXPECT_NE(ended->error_message.find("nothing_of_this_kind"), std::string::npos) << ended->error_message;
}

TEST_F(WorkerPoolTest, StopLeavesALongRunForTheNextServer) {
  std::atomic<bool> inside{false};
  components.steps["sleep"] = [&](cvg_call* call, const Json&, Json&) {
    inside = true;
    return Status(code_from_abi(host_table().sleep(call, 60000)), "woken");
  };
  put_template("sleep", "steps: [{step_id: a, type: sleep}]\n");
  const Tenant tenant = add_tenant("acme");
  start_pool();
  const auto triggered = trigger(tenant, "sleep");
  while (!inside.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(pool->running(), 1);
  pool->stop(0);
  EXPECT_EQ((*store->get("acme", triggered->run_id))->state, RunState::pending);
  EXPECT_EQ((*store->get("acme", triggered->run_id))->attempts, 0) << "a stop in order is no attempt";
  components.steps["sleep"] = [](cvg_call*, const Json&, Json&) { return Status(); };
  start_pool();
  EXPECT_EQ(pool->wait("acme", triggered->run_id, 30000)->state, RunState::complete);
}

TEST_F(WorkerPoolTest, CancelEndsARunThatSleepsAndTellsWhoAsked) {
  std::atomic<bool> inside{false};
  components.steps["sleep"] = [&](cvg_call* call, const Json&, Json&) {
    inside = true;
    return Status(code_from_abi(host_table().sleep(call, 60000)), "woken");
  };
  put_template("sleep", "steps: [{step_id: a, type: sleep}, {step_id: b, type: ok}, {step_id: alarm, type: ok, trigger: on_failure}]\n");
  const Tenant tenant = add_tenant("acme");
  environment->stop_run = [&](const std::string& id, const std::string& reason) { static_cast<void>(pool->cancel(id, reason)); };
  start_pool();
  const auto triggered = trigger(tenant, "sleep");
  while (!inside.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(acceptor->cancel({tenant, triggered->run_id, "jane", "", "", ""})->state, RunState::running);
  EXPECT_TRUE(acceptor->cancel({tenant, triggered->run_id, "joe", "", "", ""}).ok());
  const auto ended = pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended->state, RunState::failed);
  EXPECT_EQ(ended->error_message, "Cancelled by jane");
  EXPECT_EQ(states(*ended), "a:FAILED b:SKIPPED alarm:COMPLETE");
  EXPECT_EQ(acceptor->cancel({tenant, triggered->run_id, "jane", "", "", ""}).status().code(), Code::conflict);
}

TEST_F(WorkerPoolTest, RunThatKilledItsWorkersIsGivenUpWithASentence) {
  std::atomic<int> calls{0};
  components.steps["poison"] = [&](cvg_call*, const Json&, Json&) {
    ++calls;
    return Status();
  };
  put_template("poison", "steps: [{step_id: a, type: poison}, {step_id: alarm, type: ok, trigger: on_failure}]\n");
  const Tenant tenant = add_tenant("acme");
  for (const int extra : {0, 5, 10}) {
    const auto triggered = trigger(tenant, "poison");
    lose(triggered->run_id, environment->limits.attempts_max + extra);
    start_pool();
    const auto ended = pool->wait("acme", triggered->run_id, 30000);
    EXPECT_EQ(ended->state, RunState::failed);
    EXPECT_TRUE(ended->error_message.starts_with("Given up after 5 attempts")) << ended->error_message;
    EXPECT_EQ(states(*ended), extra == 0 ? "a:SKIPPED alarm:COMPLETE" : "") << "its final phase may be what ends the server";
    pool.reset();
  }
  EXPECT_EQ(calls.load(), 0);
}

// Bug: the end of a run that nothing else could end asked no marker, so that steps which had published were told as failed.
TEST_F(WorkerPoolTest, HopelessEndTellsWhatHadBeenPublished) {
  put_template("hopeless", "steps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: b, type: write, table: u}\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "hopeless");
  {
    auto first = context(lease(), tenant);
    RunRecorder recorder(*first);
    recorder.run_started();
    recorder.step_started(first->pipeline.steps[0], 1);
    ASSERT_TRUE(recorder.flush().ok());
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
  }
  ASSERT_EQ(*store->reclaim_expired(true), 1);
  lose(triggered->run_id, environment->limits.attempts_max + 5);
  start_pool();
  const auto ended = pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended->state, RunState::failed);
  EXPECT_EQ(states(*ended), "a:COMPLETE b:SKIPPED");
}

// Bug: each attempt that a killed server cost a run was charged to it.
TEST_F(WorkerPoolTest, ServersThatEndWithManyRunsUnderWayFailNone) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  put_template("two", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  std::vector<std::string> ids;
  for (const char* name : {"one", "two"}) ids.push_back(trigger(tenant, name)->run_id);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(store->lease_some(60000, "dies", 2)->size(), 2u);
    ASSERT_EQ(*store->reclaim_expired(true), 2);
  }
  start_pool();
  for (const std::string& id : ids) EXPECT_EQ(pool->wait("acme", id, 30000)->state, RunState::complete) << "the second is leased when the first has ended";
}

// The time for which a suspected run may keep the others waiting is a bound: nobody waits for it when that run has ended.
TEST_F(WorkerPoolTest, WhatWaitsForARunThatIsAloneGoesOnWhenThatRunHasEnded) {
  environment->limits.lease_ms = 3'600'000;
  std::atomic<bool> inside{false}, may_end{false};
  components.steps["hold"] = [&](cvg_call*, const Json&, Json&) {
    inside = true;
    while (!may_end.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Status();
  };
  put_template("suspected", "steps: [{step_id: a, type: hold}]\n");
  const Tenant tenant = add_tenant("acme");
  const std::string suspected = trigger(tenant, "suspected")->run_id;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store->lease(60000, "dies")->has_value());
    ASSERT_EQ(*store->reclaim_expired(true), 1);
  }
  start_pool();
  while (!inside.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::vector<std::string> others;
  for (const char* name : {"one", "two", "three"}) {
    put_template(name, "steps: [{step_id: a, type: ok}]\n");
    others.push_back(trigger(tenant, name)->run_id);
  }
  EXPECT_TRUE(store->lease_some(60000, "test", 3)->empty()) << "it is alone";
  may_end = true;
  EXPECT_EQ(pool->wait("acme", suspected, 30000)->state, RunState::complete);
  for (const std::string& id : others) EXPECT_EQ(pool->wait("acme", id, 30000)->state, RunState::complete);
}

TEST_F(WorkerPoolTest, RunWhoseTemplateIsGoneTellsWhatItHadPublished) {
  put_template("gone", "steps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: b, type: write, table: u}\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "gone");
  ASSERT_TRUE(triggered.ok());
  {
    auto first = context(lease(), tenant);
    RunRecorder recorder(*first);
    recorder.run_started();
    ASSERT_TRUE(recorder.flush().ok());
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  std::filesystem::remove(root + "/test/flow/gone.yml");
  templates.emplace(std::vector<std::string>{root}, components);
  start_pool();
  const auto ended = pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended->state, RunState::failed);
  ASSERT_TRUE(ended.ok()) << ended.status().text();
  EXPECT_NE(ended->error_message.find("gone"), std::string::npos) << ended->error_message;
  EXPECT_EQ(states(*ended).substr(0, 12), "a:COMPLETE b");
}

TEST_F(WorkerPoolTest, WaitEndsWithItsTime) {
  add_tenant("acme");
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  pool.emplace(*database, *environment);  // not started: nobody takes the run
  const auto triggered = trigger(*tenants->get("acme").value(), "one");
  EXPECT_EQ(pool->wait("acme", triggered->run_id, 5).status().code(), Code::deadline);
  EXPECT_EQ(pool->wait("acme", "no-such-run", 5).status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
