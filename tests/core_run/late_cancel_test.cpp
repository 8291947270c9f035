#include <gtest/gtest.h>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

// Cancels that come when a run has nearly ended: they are granted, so the run fails and its alarms go out.
class LateCancelTest : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    environment->stop_run = [&](const std::string& id, const std::string& reason) { static_cast<void>(pool->cancel(id, reason)); };
    components.steps["regret"] = [&](cvg_call*, const Json&, Json&) {
      cancel();
      return Status();
    };
    tenant = add_tenant("acme");
  }
  void cancel() {
    RunFilter filter;
    filter.tenant_id = "acme";
    const auto page = store->list(filter);
    ASSERT_TRUE(page.ok() && page->runs.size() == 1);
    EXPECT_TRUE(acceptor->cancel({tenant, page->runs.front().id, "jane", "", "", ""}).ok());
  }
  void expect_cancelled(const std::string& name, const std::string& steps) {
    const cvg::Run ended = run(tenant, name);
    EXPECT_EQ(ended.state, RunState::failed);
    EXPECT_EQ(ended.error_message, "Cancelled by jane");
    EXPECT_EQ(states(ended), steps);
  }
  Tenant tenant;
};

// Bug: the data was published, the run ended FAILED, and its alarm was skipped.
TEST_F(LateCancelTest, WhileTheGatePublishesTheAlarmGoesOut) {
  environment->published = [&](const std::string&) { cancel(); };
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t, rows: 3}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n"
                        "  - {step_id: tidy, type: ok, trigger: always}\n");
  expect_cancelled("gated", "a:COMPLETE alarm:COMPLETE tidy:COMPLETE");
  EXPECT_EQ(warehouse.rows("acme", "t"), 3);
  EXPECT_EQ(warehouse.publications(), 1);
  EXPECT_EQ(step(store->list({.tenant_id = "acme"})->runs.front(), "a").metadata_json.find("gate_refused"), std::string::npos);
}

TEST_F(LateCancelTest, WithinAnAlwaysStepThatStepEndsWellAndTheAlarmGoesOut) {
  put_template("late", "steps:\n  - {step_id: a, type: ok}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n"
                       "  - {step_id: off, type: ok, trigger: on_failure, enabled: false}\n  - {step_id: tidy, type: regret, trigger: always}\n");
  expect_cancelled("late", "a:COMPLETE alarm:COMPLETE off:SKIPPED tidy:COMPLETE");
}

// The wish stands in the store and nobody has told the worker: the end is refused, and then the alarm goes out.
TEST_F(LateCancelTest, ThatOnlyTheStoreKnowsOfLetsTheAlarmGoOut) {
  environment->stop_run = {};
  put_template("late", "steps:\n  - {step_id: a, type: regret}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  expect_cancelled("late", "a:COMPLETE alarm:COMPLETE");
}

TEST_F(LateCancelTest, WithoutOneTheAlarmIsSkippedAndTold) {
  put_template("good", "steps:\n  - {step_id: a, type: ok}\n  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  const cvg::Run ended = run(tenant, "good");
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(states(ended), "a:COMPLETE alarm:SKIPPED");
  EXPECT_EQ(counters.steps_skipped.load(), 1);
  EXPECT_EQ(*store->last_log_line(ended.id), 5);  // run started, step started, complete, skipped, run complete
}

// Bug: a cancel between the look at it and the end of the main phase was forgotten, and a later one was ignored.
TEST_F(LateCancelTest, IsRememberedInTheFinalPhaseAndAShutdownStillInterrupts) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  auto running = context(lease(), tenant);
  EXPECT_EQ(running->enter_final_phase(), StopKind::none);
  running->ask_to_stop(StopKind::cancelled, "Cancelled by jane");
  EXPECT_FALSE(running->cancel.load());
  EXPECT_EQ(running->stop_kind(), StopKind::cancelled);
  running->ask_to_stop(StopKind::shutdown, "The server is stopping");
  EXPECT_TRUE(running->cancel.load());
  EXPECT_EQ(running->enter_final_phase(), StopKind::shutdown);
  EXPECT_TRUE(running->cancel.load());
}

}  // namespace
}  // namespace cvg
