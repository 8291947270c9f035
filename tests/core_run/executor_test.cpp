#include "core/run/executor.h"

#include <atomic>
#include <optional>
#include <thread>

#include "core/run/run_request.h"
#include "core/run/step_services.h"
#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class ExecutorTest : public RunFixture {};

// A state store whose writes of check results are refused some times, as when its queue is full.
class RefusingDatabase : public Database {
 public:
  explicit RefusingDatabase(Database& inner) : inner_(inner) {}
  Status write(const std::function<Status(Connection&)>& f) override {
    return inner_.write([&](Connection& c) {
      CVG_RETURN_IF_ERROR(f(c));
      const bool holds_results = c.prepare("SELECT 1 FROM tenant_dq_results").step();
      return holds_results && refused < refusals ? (++refused, refusal) : Status();
    });
  }
  Status read(const std::function<Status(Connection&)>& f) override { return inner_.read(f); }
  std::int64_t commits() const override { return inner_.commits(); }
  void on_commit(std::function<void()> f) override { inner_.on_commit(std::move(f)); }

  int refusals = 0;
  std::atomic<int> refused{0};
  Status refusal{Code::unavailable, "the queue is full"};

 private:
  Database& inner_;
};

class CheckResultsTest : public ExecutorTest {
 protected:
  void SetUp() override {
    ExecutorTest::SetUp();
    refusing.emplace(*database);
    store.emplace(*refusing, clock);
    components.steps["check"] = [](cvg_call*, const Json&, Json& outputs) {
      outputs.set("dq_results", Json::array().push(Json::object().set("expectation_type", "e").set("success", true)));
      return Status();
    };
    put_template("checked", "steps: [{step_id: a, type: check}]\n");
  }
  std::size_t stored_results(const cvg::Run& ended) { return store->dq_results(ended.id).value().size(); }
  std::optional<RefusingDatabase> refusing;
};

TEST_F(CheckResultsTest, TheStoreIsAskedUntilItTakesThem) {
  refusing->refusals = 3;
  const cvg::Run ended = run(add_tenant("acme"), "checked");
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(refusing->refused.load(), 3);
  EXPECT_EQ(stored_results(ended), 1u);
}

TEST_F(CheckResultsTest, AStepWithoutThemFails) {
  refusing->refusals = 1;
  refusing->refusal = Status(Code::data, "the file is broken");
  const cvg::Run ended = run(add_tenant("acme"), "checked");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_NE(ended.error_message.find("results of the check could not be stored"), std::string::npos) << ended.error_message;
  EXPECT_EQ(stored_results(ended), 0u);
}

TEST_F(ExecutorTest, StepsRunInTheirOrderAndTheRunIsComplete) {
  put_template("two", "steps:\n  - {step_id: a, type: ok}\n  - {step_id: b, type: write, table: t, rows: 5}\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run ended = run(tenant, "two");
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(ended.steps_total, 2);
  EXPECT_EQ(ended.steps_complete, 2);
  EXPECT_EQ(ended.rows_processed, 6);
  EXPECT_EQ(states(ended), "a:COMPLETE b:COMPLETE");
  EXPECT_EQ(warehouse.rows("acme", "t"), 5);
  const std::string constants = warehouse.constants("acme", "t");
  for (const char* part : {"\"x_tenant_id\"", "\"x_pipeline_id\"", "\"x_run_id\"", "\"DATE\"", "\"TIMESTAMP\"", "acme-test-flow-two"}) {
    EXPECT_NE(constants.find(part), std::string::npos) << constants;
  }
}

TEST_F(ExecutorTest, FailureStopsTheRunAndPublishesNothingOfItsStep) {
  put_template("bad", "steps:\n  - {step_id: a, type: write, table: t, then_fail: true}\n  - {step_id: b, type: ok}\n"
                      "  - {step_id: alarm, type: ok, trigger: on_failure}\n  - {step_id: tidy, type: fail, trigger: always}\n");
  const cvg::Run ended = run(add_tenant("acme"), "bad");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(ended.error_message, "step 'a': after writing");
  EXPECT_EQ(states(ended), "a:FAILED b:SKIPPED alarm:COMPLETE tidy:FAILED");
  EXPECT_EQ(warehouse.rows("acme", "t"), -1);
}

TEST_F(ExecutorTest, ToleratedFailureLeavesTheRunComplete) {
  put_template("soft", "steps:\n  - {step_id: a, type: fail, on_failure: continue}\n  - {step_id: b, type: ok}\n");
  const cvg::Run ended = run(add_tenant("acme"), "soft");
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(states(ended), "a:FAILED b:COMPLETE");
}

TEST_F(ExecutorTest, IndependentStepsRunBesideEachOther) {
  std::atomic<int> inside{0}, most{0};
  components.steps["meet"] = [&](cvg_call*, const Json&, Json&) {
    most = std::max(most.load(), ++inside);
    for (int i = 0; i < 2000 && most.load() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --inside;
    return Status();
  };
  put_template("wide", "steps:\n  - {step_id: a, type: meet, depends_on: []}\n  - {step_id: b, type: meet, depends_on: []}\n"
                       "  - {step_id: c, type: meet, depends_on: []}\n  - {step_id: d, type: ok, depends_on: [a, b, c]}\n");
  EXPECT_EQ(run(add_tenant("acme"), "wide").state, RunState::complete);
  EXPECT_EQ(most.load(), 3);
}

TEST_F(ExecutorTest, GatedRunPublishesEverythingAtOnceOrNothing) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t, rows: 2}\n  - {step_id: b, type: write, table: u, rows: 3}\n");
  put_template("gated_bad", "gate: true\nsteps:\n  - {step_id: a, type: write, table: v, rows: 2}\n  - {step_id: b, type: fail}\n");
  const Tenant tenant = add_tenant("acme");
  EXPECT_EQ(run(tenant, "gated").state, RunState::complete);
  EXPECT_EQ(warehouse.rows("acme", "t"), 2);
  EXPECT_EQ(warehouse.rows("acme", "u"), 3);
  EXPECT_EQ(warehouse.publications(), 1);
  EXPECT_EQ(run(tenant, "gated_bad").state, RunState::failed);
  EXPECT_EQ(warehouse.rows("acme", "v"), -1);
}

TEST_F(ExecutorTest, AFailedStepOfAGatedRunPublishesNothing) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t, rows: 2}\n"
                        "  - {step_id: b, type: write, table: u, rows: 3, then_fail: true, on_failure: continue}\n");
  const Tenant tenant = add_tenant("acme");
  EXPECT_EQ(run(tenant, "gated").state, RunState::complete);
  EXPECT_EQ(warehouse.rows("acme", "t"), 2);
  EXPECT_EQ(warehouse.rows("acme", "u"), -1);
}

TEST_F(ExecutorTest, StepsAfterTheGatePublishByThemselves) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t, rows: 2}\n  - {step_id: b, type: fail}\n"
                        "  - {step_id: note, type: write, table: notes, rows: 1, trigger: on_failure}\n");
  EXPECT_EQ(run(add_tenant("acme"), "gated").state, RunState::failed);
  EXPECT_EQ(warehouse.rows("acme", "t"), -1);
  EXPECT_EQ(warehouse.rows("acme", "notes"), 1);
}

TEST_F(ExecutorTest, GatedRunFailsWhenItCannotPublish) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  warehouse.fail_commits(1, Status(Code::unavailable, "the disk is full"), false);
  const cvg::Run ended = run(add_tenant("acme"), "gated");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(ended.error_message, "publication: the disk is full");
  EXPECT_EQ(states(ended), "a:COMPLETE alarm:COMPLETE");
}

TEST_F(ExecutorTest, OutputsReachLaterStepsAndFinalOnesDoWithout) {
  std::string seen;
  components.steps["see"] = [&](cvg_call*, const Json& spec, Json&) {
    seen += spec["text"].text() + ";";
    return Status();
  };
  put_template("out", "steps:\n  - {step_id: a, type: write, table: t, rows: 7}\n  - {step_id: b, type: see, text: 'rows {steps.a.rows}'}\n");
  put_template("alarm", "steps:\n  - {step_id: a, type: fail}\n  - {step_id: b, type: see, trigger: on_failure, text: 'rows {steps.a.rows}.'}\n");
  const Tenant tenant = add_tenant("acme");
  EXPECT_EQ(run(tenant, "out").state, RunState::complete);
  run(tenant, "alarm");
  EXPECT_EQ(seen, "rows 7;rows .;");
}

TEST_F(ExecutorTest, ResumedRunDoesNotRepeatWhatIsDone) {
  std::atomic<int> calls{0};
  components.steps["count"] = [&](cvg_call*, const Json&, Json& outputs) {
    ++calls;
    outputs.set("rows", 4);
    return Status();
  };
  put_template("long", "steps:\n  - {step_id: a, type: count}\n  - {step_id: b, type: write, table: t, rows: '3'}\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "long").ok());
  auto first = lease();
  StepRun done;
  done.run_id = first.first.id;
  done.tenant_id = "acme";
  done.step_id = done.step_name = "a";
  done.step_type = "count";
  done.state = StepState::running;
  ASSERT_TRUE(store->put_steps(first.second, {done}).ok());
  done.state = StepState::complete;
  done.rows_processed = 4;
  done.metadata_json = R"({"rows":4,"responsible_for":{"x":[{"source":"s","unit":"u"}]}})";
  ASSERT_TRUE(store->put_steps(first.second, {done}).ok());
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  auto second = context(lease(), tenant);
  RunRecorder recorder(*second);
  ASSERT_TRUE(execute_run(*second, recorder).ok());
  EXPECT_EQ(calls.load(), 0);
  EXPECT_EQ(second->units.of("X").size(), 1u);
  const auto ended = store->get("acme", first.first.id);
  EXPECT_EQ((*ended)->state, RunState::complete);
  EXPECT_EQ((*ended)->rows_processed, 7);
}

TEST_F(ExecutorTest, PublishedStepIsNotPublishedAgain) {
  put_template("one", "steps: [{step_id: a, type: write, table: t, rows: 3}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  {
    // The first worker publishes and dies before it can say so.
    auto first = context(lease(), tenant);
    const StepResult result = run_step_attempt(*first, first->pipeline.steps[0], 1);
    ASSERT_TRUE(result.status.ok()) << result.status.text();
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  auto second = context(lease(), tenant);
  RunRecorder recorder(*second);
  ASSERT_TRUE(execute_run(*second, recorder).ok());
  EXPECT_EQ(warehouse.publications(), 1);
  EXPECT_EQ(second->units.of("t").size(), 1u);
  EXPECT_EQ(states(second->run), "a:COMPLETE");
}

// A worker publishes step a, begins step b and dies; somebody cancels the run before the next one takes it.
TEST_F(ExecutorTest, CancelledRunAsksTheMarkersOfItsEarlierLife) {
  put_template("two", "steps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: b, type: write, table: u}\n"
                      "  - {step_id: c, type: ok}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "two");
  ASSERT_TRUE(triggered.ok());
  {
    auto first = context(lease(), tenant);
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
    std::vector<StepRun> rows(2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].run_id = first->run.id;
      rows[i].tenant_id = "acme";
      rows[i].step_id = rows[i].step_name = first->pipeline.steps[i].id;
      rows[i].step_type = "write";
      rows[i].step_index = static_cast<std::int32_t>(i);
      rows[i].attempt = 1;
      rows[i].state = StepState::running;
    }
    ASSERT_TRUE(store->put_steps(first->lease, rows).ok());
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  ASSERT_TRUE(acceptor->cancel({tenant, triggered->run_id, "jane", "", "", ""}).ok());
  start_pool();
  const cvg::Run ended = *pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(ended.error_message, "Cancelled by jane");
  EXPECT_EQ(states(ended), "a:COMPLETE b:FAILED c:SKIPPED alarm:COMPLETE");
  EXPECT_EQ(warehouse.publications(), 1);
}

// Bug: of a cancelled run only those steps were asked for whose rows had been written; rows come a moment after what they tell.
TEST_F(ExecutorTest, CancelledRunAsksTheMarkerOfAStepWhoseRowWasNeverWritten) {
  put_template("two", "steps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: b, type: ok}\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "two");
  ASSERT_TRUE(triggered.ok());
  {
    auto first = context(lease(), tenant);
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  ASSERT_TRUE(acceptor->cancel({tenant, triggered->run_id, "jane", "", "", ""}).ok());
  start_pool();
  const cvg::Run ended = *pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended.error_message, "Cancelled by jane");
  EXPECT_EQ(states(ended), "a:COMPLETE b:SKIPPED");
}

// Bug: a step that fails in the second life skipped one that the first had published.
TEST_F(ExecutorTest, AFailureAfterTheCrashDoesNotSkipWhatWasPublishedBefore) {
  put_template("two", "steps:\n  - {step_id: a, type: fail}\n  - {step_id: b, type: write, table: t, rows: 3, depends_on: [a]}\n");
  const Tenant tenant = add_tenant("acme");
  const auto triggered = trigger(tenant, "two");
  ASSERT_TRUE(triggered.ok());
  {
    auto first = context(lease(), tenant);
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[1], 1).status.ok());
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  start_pool();
  const cvg::Run ended = *pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(states(ended), "a:FAILED b:COMPLETE");
  EXPECT_EQ(warehouse.publications(), 1);
}

// Bug: each heartbeat of a cancelled run told of the cancel anew, and so its alarms were cancelled too.
TEST_F(ExecutorTest, ACancelThatIsToldAgainLeavesTheFinalPhaseAlone) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  auto running = context(lease(), tenant);
  running->ask_to_stop(StopKind::cancelled, "Cancelled by jane");
  EXPECT_TRUE(running->cancel.load());
  running->cancel.store(false);  // the final phase begins
  running->ask_to_stop(StopKind::cancelled, "Cancelled by jane");
  EXPECT_FALSE(running->cancel.load());
  running->ask_to_stop(StopKind::shutdown, "The server is stopping");
  EXPECT_TRUE(running->cancel.load());
}

TEST_F(ExecutorTest, LateWorkerDoesNotPublish) {
  put_template("one", "steps: [{step_id: a, type: write, table: t}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  auto first = context(lease(), tenant);
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  EXPECT_EQ(run_step_attempt(*first, first->pipeline.steps[0], 1).status.code(), Code::conflict);
  EXPECT_EQ(warehouse.publications(), 0);
}

TEST_F(ExecutorTest, CommitWhoseAnswerWasLostIsAPublication) {
  put_template("one", "steps: [{step_id: a, type: write, table: t, rows: 2}]\n");
  put_template("gated", "gate: true\nsteps: [{step_id: a, type: write, table: g, rows: 2}]\n");
  const Tenant tenant = add_tenant("acme");
  for (const char* name : {"one", "gated"}) {
    warehouse.fail_commits(1, Status(Code::deadline, "no answer"), true);
    const cvg::Run ended = run(tenant, name);
    EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  }
  EXPECT_EQ(warehouse.publications(), 2);
}

TEST_F(ExecutorTest, GatedRunThatPublishedBeforeItsWorkerDiedEndsWithItsFinalSteps) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t}\n  - {step_id: tidy, type: ok, trigger: always}\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "gated").ok());
  {
    auto first = context(lease(), tenant);
    first->gate = std::make_unique<Publication>(warehouse, first->run.id);
    ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[0], 1).status.ok());
    Call call(Call::Options{.info = call_info_of(*first, first->pipeline.steps[0], 1), .clock = &clock});
    ASSERT_TRUE(publish(*first, *first->gate, call.raw()).ok());
  }
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  auto second = context(lease(), tenant);
  RunRecorder recorder(*second);
  ASSERT_TRUE(execute_run(*second, recorder).ok());
  EXPECT_EQ((*store->get("acme", second->run.id))->state, RunState::complete);
  EXPECT_EQ(states(second->run), "a:COMPLETE tidy:COMPLETE");
  EXPECT_EQ(warehouse.publications(), 1);
}

// The worker dies between the commit and the write of the step's row; another one takes the run.
TEST_F(ExecutorTest, StepThatPublishedBeforeItsWorkerDiedKeepsItsOutputs) {
  std::string seen;
  components.steps["see"] = [&](cvg_call*, const Json& spec, Json&) {
    seen = spec["text"].text();
    return Status();
  };
  const std::string steps = "steps:\n  - {step_id: one, type: write, table: t, rows: 7}\n  - {step_id: two, type: ok}\n";
  const std::string see = ", type: see, text: '{steps.one.rows} of {steps.one.table}'";
  put_template("plain", steps + "  - {step_id: see" + see + "}\n");
  put_template("gated", "gate: true\n" + steps + "  - {step_id: see" + see + ", trigger: always}\n");
  const Tenant tenant = add_tenant("acme");
  for (const char* name : {"plain", "gated"}) {
    seen.clear();
    ASSERT_TRUE(trigger(tenant, name).ok());
    {
      auto first = context(lease(), tenant);
      const bool gated = first->pipeline.gate;
      if (gated) first->gate = std::make_unique<Publication>(warehouse, first->run.id);
      for (std::size_t i = 0; i < (gated ? 2u : 1u); ++i) ASSERT_TRUE(run_step_attempt(*first, first->pipeline.steps[i], 1).status.ok());
      Call call(Call::Options{.info = call_info_of(*first, first->pipeline.steps[0], 1), .clock = &clock});
      ASSERT_TRUE(!gated || publish(*first, *first->gate, call.raw()).ok());
    }
    ASSERT_TRUE(store->reclaim_expired(true).ok());
    auto second = context(lease(), tenant);
    RunRecorder recorder(*second);
    ASSERT_TRUE(execute_run(*second, recorder).ok());
    EXPECT_EQ((*store->get("acme", second->run.id))->state, RunState::complete) << name;
    EXPECT_EQ(states(second->run), "one:COMPLETE two:COMPLETE see:COMPLETE") << name;
    EXPECT_EQ(seen, "7 of t") << name;
    EXPECT_EQ(step(second->run, "one").rows_processed, 7) << name;
    EXPECT_EQ(step(second->run, "two").rows_processed, 1) << name;
    EXPECT_NE(step(second->run, "one").metadata_json.find(R"("resumed":true)"), std::string::npos) << name;
  }
  EXPECT_EQ(warehouse.publications(), 2);
}

TEST_F(ExecutorTest, LostLeaseWritesNothingMore) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  auto first = context(lease(), tenant);
  ASSERT_TRUE(store->reclaim_expired(true).ok());
  RunRecorder recorder(*first);
  EXPECT_EQ(execute_run(*first, recorder).code(), Code::conflict);
  const auto row = store->get("acme", first->run.id);
  EXPECT_EQ((*row)->state, RunState::pending);
}

}  // namespace
}  // namespace cvg
