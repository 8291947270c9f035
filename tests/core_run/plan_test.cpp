#include "core/run/plan.h"

#include <gtest/gtest.h>

#include "tests/fakes/step_kinds.h"

namespace cvg {
namespace {

StepSpec step(const std::string& id, std::vector<std::string> needs, Trigger trigger = Trigger::on_success, OnFailure on_failure = OnFailure::stop) {
  StepSpec out;
  out.id = out.name = id;
  out.type = "wait";
  out.depends_on = std::move(needs);
  out.trigger = trigger;
  out.on_failure = on_failure;
  return out;
}
Result<Plan> build(std::vector<StepSpec> steps) {
  Pipeline pipeline;
  pipeline.steps = std::move(steps);
  const FakeStepKinds kinds;
  return Plan::build(pipeline, kinds);
}
using Indexes = std::vector<std::size_t>;

TEST(Plan, IndependentStepsAreReadyTogether) {
  Plan plan = *build({step("a", {}), step("b", {}), step("c", {"a", "b"})});
  EXPECT_EQ(plan.take_ready(), (Indexes{0, 1}));
  EXPECT_TRUE(plan.take_ready().empty());
  plan.finished(0, StepState::complete);
  EXPECT_TRUE(plan.take_ready().empty());
  plan.finished(1, StepState::complete);
  EXPECT_EQ(plan.take_ready(), (Indexes{2}));
  EXPECT_FALSE(plan.main_is_over());
  plan.finished(2, StepState::complete);
  EXPECT_TRUE(plan.main_is_over());
  plan.begin_final_phase(plan.failed());
  EXPECT_TRUE(plan.done());
  EXPECT_FALSE(plan.failed());
}

TEST(Plan, FailedStepStopsWhatHasNotStarted) {
  Plan plan = *build({step("a", {}), step("b", {}), step("c", {"a"}), step("d", {})});
  plan.take_ready();
  plan.finished(0, StepState::failed);
  EXPECT_EQ(plan.take_skipped(), (Indexes{2}));
  EXPECT_FALSE(plan.main_is_over());
  plan.finished(1, StepState::complete);
  plan.finished(3, StepState::complete);
  EXPECT_TRUE(plan.main_is_over());
  EXPECT_TRUE(plan.failed());
}

TEST(Plan, ResumedRunMayTellAFailureBeforeWhatHadEnded) {
  Plan plan = *build({step("a", {}), step("b", {}), step("c", {})});
  plan.finished(0, StepState::failed);
  plan.finished(1, StepState::complete);
  EXPECT_EQ(plan.take_skipped(), (Indexes{2}));
  EXPECT_EQ(plan.state(1), StepState::complete);
}

TEST(Plan, ToleratedFailureLetsTheNextStepsStart) {
  Plan plan = *build({step("a", {}, Trigger::on_success, OnFailure::proceed), step("b", {"a"})});
  plan.take_ready();
  plan.finished(0, StepState::failed);
  EXPECT_EQ(plan.take_ready(), (Indexes{1}));
  plan.finished(1, StepState::complete);
  EXPECT_FALSE(plan.failed());
}

TEST(Plan, FinalStepsFollowTheOutcome) {
  const auto steps = {step("a", {}), step("alarm", {}, Trigger::on_failure), step("tidy", {}, Trigger::always)};
  Plan good = *build(steps);
  EXPECT_EQ(good.take_ready(), (Indexes{0}));
  good.finished(0, StepState::complete);
  good.begin_final_phase(good.failed());
  EXPECT_EQ(good.take_skipped(), (Indexes{1}));
  EXPECT_EQ(good.take_ready(), (Indexes{2}));
  good.finished(2, StepState::failed);
  EXPECT_TRUE(good.done());
  EXPECT_FALSE(good.failed());

  Plan bad = *build(steps);
  bad.take_ready();
  bad.finished(0, StepState::failed);
  bad.begin_final_phase(bad.failed());
  EXPECT_EQ(bad.take_ready(), (Indexes{1, 2}));
}

TEST(Plan, GatedRunMayFailWhenItPublishes) {
  Plan plan = *build({step("a", {}), step("alarm", {}, Trigger::on_failure)});
  plan.take_ready();
  plan.finished(0, StepState::complete);
  plan.begin_final_phase(true);
  EXPECT_TRUE(plan.failed());
  EXPECT_EQ(plan.take_ready(), (Indexes{1}));
}

TEST(Plan, DisabledStepsAreSkippedAndBlockNobody) {
  StepSpec off = step("a", {});
  off.enabled = false;
  Plan plan = *build({off, step("b", {"a"})});
  EXPECT_EQ(plan.take_skipped(), (Indexes{0}));
  EXPECT_EQ(plan.take_ready(), (Indexes{1}));
}

// Bug: what stood behind a step that is switched off started beside the steps before it, and even when they had failed.
TEST(Plan, DisabledStepsPassOnWhatTheyWaitFor) {
  StepSpec off = step("b", {"a"}), also_off = step("c", {"b"});
  off.enabled = also_off.enabled = false;
  Plan plan = *build({step("a", {}), off, also_off, step("d", {"c"})});
  EXPECT_EQ(plan.take_skipped(), (Indexes{1, 2}));
  EXPECT_EQ(plan.take_ready(), (Indexes{0}));
  EXPECT_TRUE(plan.take_ready().empty());
  plan.finished(0, StepState::complete);
  EXPECT_EQ(plan.take_ready(), (Indexes{3}));

  Plan failing = *build({step("a", {}), off, also_off, step("d", {"c"})});
  failing.take_ready();
  failing.take_skipped();
  failing.finished(0, StepState::failed);
  EXPECT_TRUE(failing.take_ready().empty());
  EXPECT_EQ(failing.take_skipped(), (Indexes{3}));
  EXPECT_TRUE(failing.failed());
}

TEST(Plan, StopEndsTheMainPhase) {
  Plan plan = *build({step("a", {}), step("b", {"a"})});
  plan.take_ready();
  plan.stop();
  EXPECT_EQ(plan.take_skipped(), (Indexes{1}));
  plan.finished(0, StepState::failed);
  EXPECT_TRUE(plan.main_is_over());
  EXPECT_TRUE(plan.failed());
}

TEST(Plan, CyclesUnknownKindsAndUnknownStepsAreRefused) {
  EXPECT_EQ(build({step("a", {"b"}), step("b", {"a"})}).status().text(), "step 'a': depends on itself through others");
  EXPECT_EQ(build({step("a", {"x"})}).status().text(), "step 'a': there is no step 'x'");
  EXPECT_EQ(build({step("a", {}), step("a", {})}).status().text(), "step 'a': the id stands there twice");
  StepSpec unknown = step("a", {});
  unknown.type = "magic";
  EXPECT_EQ(build({unknown}).status().text(), "step 'a': no loaded plugin offers the step kind 'magic'");
}

}  // namespace
}  // namespace cvg
