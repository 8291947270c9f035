// Runs that come back after their worker died: how much time they have left, and what is theirs when it is over.
#include "core/run/executor.h"
#include "tests/core_run/run_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

class RecoveryTest : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    turned_store.emplace(*database, turned);
    turned_watch.emplace(turned, 20);
    turned_environment.emplace(RunEnvironment{*turned_store, *tenants, warehouse, *templates, components, sources, *turned_watch, turned, log,
                                              counters, root + "/stage", {}, {}, {}});
  }
  // Another worker takes the run that waits.
  std::unique_ptr<RunContext> take(const Tenant& tenant) {
    auto leased = **turned_store->lease(60'000, "test");
    auto made = std::make_unique<RunContext>(*turned_environment, leased.first, tenant, leased.second);
    made->pipeline = *pipeline_of(*turned_environment, leased.first, tenant);
    return made;
  }
  // So much later the run is taken again and executed to its end.
  cvg::Run come_back(const Tenant& tenant, std::int64_t away_ms) {
    turned.advance_ms(away_ms);
    EXPECT_TRUE(turned_store->reclaim_expired(true).ok());
    auto second = take(tenant);
    RunRecorder recorder(*second);
    EXPECT_TRUE(execute_run(*second, recorder).ok());
    return **store->get(tenant.id, second->run.id);
  }

  FakeClock turned;
  std::optional<RunStore> turned_store;
  std::optional<StepWatch> turned_watch;
  std::optional<RunEnvironment> turned_environment;
};

// A worker publishes step a and dies before it can say so.
TEST_F(RecoveryTest, TheTimeLimitCountsFromTheFirstStartAlsoAfterACrash) {
  put_template("slow", "timeout_minutes: 1\nsteps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: b, type: ok}\n"
                       "  - {step_id: told, type: ok, trigger: on_failure}\n");
  const Tenant tenant = add_tenant("acme");
  for (const std::int64_t away_ms : {59'000, 60'000}) {
    ASSERT_TRUE(trigger(tenant, "slow").ok());
    {
      auto first = take(tenant);
      RunRecorder recorder(*first);
      recorder.run_started();
      recorder.step_started(first->pipeline.steps[0], 1);
      ASSERT_TRUE(recorder.flush().ok());
      ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
    }
    const cvg::Run ended = come_back(tenant, away_ms);
    if (away_ms < 60'000) {
      EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
      continue;
    }
    EXPECT_EQ(ended.state, RunState::failed);
    EXPECT_EQ(ended.error_message, "TIMEOUT: the run took longer than 60 seconds");
    EXPECT_EQ(states(ended), "a:COMPLETE b:SKIPPED told:COMPLETE");
  }
}

// Bug: the attempts of a step were counted anew after each end of a server, and its waits began at the shortest again.
TEST_F(RecoveryTest, AttemptsThatFailedBeforeACrashCountAndThoseThatTheCrashCostDoNot) {
  int calls = 0;
  components.steps["busy"] = [&](cvg_call*, const Json&, Json&) { return ++calls, Status(Code::unavailable, "busy"); };
  put_template("busy", "steps: [{step_id: a, type: busy, retry: {max_attempts: 3, backoff_seconds: 0}}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "busy").ok());
  for (std::int32_t attempt = 1; attempt <= 2; ++attempt) {
    auto life = take(tenant);
    RunRecorder recorder(*life);
    recorder.restore(*store->steps(life->run.id));
    recorder.run_started();
    recorder.step_started(life->pipeline.steps[0], attempt);
    if (attempt == 2) recorder.step_retried(life->pipeline.steps[0], attempt, Status(Code::unavailable, "busy"), 1);
    ASSERT_TRUE(recorder.flush().ok());
    if (attempt == 2) break;
    ASSERT_TRUE(turned_store->reclaim_expired(true).ok());
  }
  const cvg::Run ended = come_back(tenant, 1000);
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(calls, 2) << "one of three had failed";
  EXPECT_EQ(step(ended, "a").attempt, 4);
}

TEST_F(RecoveryTest, ARunThatWasDoneWhenItsTimeWasOverIsComplete) {
  put_template("done", "timeout_minutes: 1\nsteps: [{step_id: a, type: ok}, {step_id: tidy, type: ok, trigger: always}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "done").ok());
  {
    auto first = take(tenant);
    RunRecorder recorder(*first);
    recorder.run_started();
    recorder.step_started(first->pipeline.steps[0], 1);
    recorder.step_finished(first->pipeline.steps[0], StepResult{});
    ASSERT_TRUE(recorder.flush().ok());
  }
  const cvg::Run ended = come_back(tenant, 3'600'000);
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(states(ended), "a:COMPLETE tidy:COMPLETE");
}

// Bug: a worker that died within the final phase of a run that was to end took the alarm with it.
TEST_F(RecoveryTest, AFinalStepThatDiedWithItsWorkerRunsAlsoWhenTheRunWasToEnd) {
  int notices = 0, alarms = 0;
  components.steps["notice"] = [&](cvg_call*, const Json&, Json&) { return ++notices, Status(); };
  components.steps["alarm"] = [&](cvg_call*, const Json&, Json&) { return ++alarms, Status(); };
  const std::string steps = "steps:\n  - {step_id: a, type: ok}\n  - {step_id: notice, type: notice, trigger: always}\n"
                            "  - {step_id: ledger, type: write, table: t, trigger: always}\n  - {step_id: alarm, type: alarm, trigger: on_failure}\n";
  put_template("plain", steps);
  put_template("gated", "gate: true\n" + steps);
  const Tenant tenant = add_tenant("acme");
  int runs = 0;
  for (const std::string name : {"plain", "gated"}) {
    for (const StopKind kind : {StopKind::cancelled, StopKind::given_up}) {
      const auto triggered = trigger(tenant, name);
      {
        auto first = take(tenant);
        const auto& all = first->pipeline.steps;
        RunRecorder recorder(*first);
        recorder.run_started();
        ASSERT_TRUE(kind == StopKind::given_up || acceptor->cancel({tenant, triggered->run_id, "jane", "", "", ""}).ok());
        recorder.step_skipped(all[0]);
        recorder.step_started(all[1], 1);
        recorder.step_finished(all[1], StepResult{});
        recorder.step_started(all[2], 1);
        ASSERT_TRUE(run_step_attempt(*first, all[2], 1).status.ok());
        recorder.step_started(all[3], 1);
        ASSERT_TRUE(recorder.flush().ok());
      }
      ASSERT_TRUE(turned_store->reclaim_expired(true).ok());
      auto second = take(tenant);
      second->ask_to_stop(kind, kind == StopKind::cancelled ? "Cancelled by jane" : "Given up");
      RunRecorder recorder(*second);
      ASSERT_TRUE(execute_run(*second, recorder).ok());
      const cvg::Run ended = **store->get("acme", triggered->run_id);
      EXPECT_EQ(ended.error_message, kind == StopKind::cancelled ? "Cancelled by jane" : "Given up");
      EXPECT_EQ(states(ended), "a:SKIPPED notice:COMPLETE ledger:COMPLETE alarm:COMPLETE") << name;
      EXPECT_EQ(alarms, ++runs) << name;
      EXPECT_EQ(warehouse.publications(), runs) << name;
    }
  }
  EXPECT_EQ(notices, 0) << "it had ended";
}

// Bug: steps of a gated run that had ended before the crash were told as skipped or begun anew, no row could be written, and the
// run came back lease by lease.
TEST_F(RecoveryTest, AGatedRunWithEndedStepsEndsHoweverItGoesOn) {
  bool b_fails = false;
  components.steps["b"] = [&](cvg_call*, const Json&, Json&) { return b_fails ? Status(Code::data, "bad data") : Status(); };
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t}\n  - {step_id: b, type: b, depends_on: [a]}\n"
                        "  - {step_id: c, type: ok, depends_on: [b]}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  const Tenant tenant = add_tenant("acme");
  struct Case {
    StopKind asked;
    bool fails, fails_again;
    std::string error, states;
  };
  const std::string kept = "a:COMPLETE b:FAILED c:SKIPPED alarm:COMPLETE";
  for (const Case& one : {Case{StopKind::given_up, true, true, "Given up", kept},
                          Case{StopKind::none, true, true, "step 'b': bad data", kept},
                          Case{StopKind::none, true, false, "", "a:COMPLETE b:COMPLETE c:COMPLETE alarm:SKIPPED"},
                          Case{StopKind::given_up, false, false, "Given up", "a:COMPLETE b:COMPLETE c:SKIPPED alarm:COMPLETE"},
                          Case{StopKind::none, false, true, "step 'b': bad data", kept}}) {
    ASSERT_TRUE(trigger(tenant, "gated").ok());
    {
      auto first = take(tenant);
      const auto& all = first->pipeline.steps;
      RunRecorder recorder(*first);
      recorder.run_started();
      for (std::size_t i = 0; i < 2; ++i) {
        StepResult result;
        if (i == 1 && one.fails) result.status = Status(Code::data, "bad data");
        recorder.step_started(all[i], 1);
        recorder.step_finished(all[i], result);
      }
      if (one.fails) recorder.step_skipped(all[2]);
      ASSERT_TRUE(recorder.flush().ok());
    }
    ASSERT_TRUE(turned_store->reclaim_expired(true).ok());
    b_fails = one.fails_again;
    auto second = take(tenant);
    if (one.asked != StopKind::none) second->ask_to_stop(one.asked, "Given up");
    RunRecorder recorder(*second);
    const Status done = execute_run(*second, recorder);
    ASSERT_TRUE(done.ok()) << done.log_text();
    const cvg::Run ended = **store->get("acme", second->run.id);
    EXPECT_EQ(ended.error_message, one.error);
    EXPECT_EQ(states(ended), one.states);
    const bool is_refused = step(ended, "a").metadata_json.find("gate_refused") != std::string::npos;
    EXPECT_EQ(is_refused, ended.state == RunState::failed);
  }
  EXPECT_EQ(warehouse.publications(), 1);
}

// Bug: a row that told how a step of a gated run had ended before the life that published kept the run from ending.
TEST_F(RecoveryTest, AGatedRunThatPublishedEndsWhateverItsRowsTellOfEarlierLives) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t, rows: 3}\n"
                        "  - {step_id: b, type: fail, on_failure: continue}\n  - {step_id: tidy, type: ok, trigger: always}\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "gated").ok());
  {
    auto first = take(tenant);
    const auto& all = first->pipeline.steps;
    RunRecorder recorder(*first);
    recorder.run_started();
    for (std::size_t i = 0; i < 2; ++i) {
      StepResult result;
      result.status = Status(Code::data, "bad data");
      recorder.step_started(all[i], 1);
      recorder.step_finished(all[i], result);
    }
    ASSERT_TRUE(recorder.flush().ok());
    first->gate = std::make_unique<Publication>(warehouse, first->run.id);
    ASSERT_TRUE(run_step_attempt(*first, all[0], 2).status.ok());
    Call call = host_call(*first);
    ASSERT_TRUE(publish(*first, *first->gate, call.raw()).ok());
  }
  const cvg::Run ended = come_back(tenant, 0);
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(states(ended), "a:COMPLETE b:FAILED tidy:COMPLETE");
  EXPECT_EQ(step(ended, "a").error_message, "");
  EXPECT_EQ(warehouse.publications(), 1);
}

}  // namespace
}  // namespace cvg
