#include "core/run/run_recorder.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class RunRecorderTest : public RunFixture {};

TEST_F(RunRecorderTest, CheckResultsBecomeRows) {
  components.steps["check"] = [](cvg_call*, const Json&, Json& outputs) {
    outputs = Json::parse(R"({"table":"t","dq_results":[{"expectation_type":"e","column":"c","severity":"critical","success":false,
      "observed_value":{"a":1},"kwargs":{"column":"c"},"partial_unexpected_list":["x"],"element_count":10,"missing_count":1,
      "unexpected_count":2,"unexpected_percent":22.2,"duration_ms":3}]})");
    return Status(Code::data, "1 of 1 critical expectations failed");
  };
  put_template("check", "steps: [{step_id: a, type: check}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "check");
  EXPECT_EQ(ended.state, RunState::failed);
  const auto results = *store->dq_results(ended.id);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].expectation_type, "e");
  EXPECT_EQ(results[0].severity, "critical");
  EXPECT_EQ(results[0].observed_value_json, R"({"a":1})");
  EXPECT_EQ(results[0].sample_json, R"(["x"])");
  EXPECT_EQ(results[0].unexpected_count, 2);
  EXPECT_DOUBLE_EQ(results[0].unexpected_percent, 22.2);
  EXPECT_EQ(counters.expectations_failed.load(), 1);
}

TEST_F(RunRecorderTest, ErrorsKeepTheirPlace) {
  components.steps["place"] = [](cvg_call*, const Json&, Json&) {
    return Status(Code::data, "bad").with_detail_json(R"({"file":"x.csv","line":7})");
  };
  put_template("place", "steps: [{step_id: a, type: place}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "place");
  EXPECT_EQ(step(ended, "a").metadata_json, R"({"error":{"file":"x.csv","line":7}})");
}

TEST_F(RunRecorderTest, RunningStepIsSeenBeforeItEnds) {
  std::atomic<bool> go{false};
  components.steps["hold"] = [&](cvg_call*, const Json&, Json&) {
    for (int i = 0; i < 10000 && !go.load(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Status();
  };
  put_template("hold", "steps: [{step_id: a, type: hold}, {step_id: b, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  start_pool();
  const auto triggered = trigger(tenant, "hold");
  cvg::Run row;
  row.id = triggered->run_id;
  for (int i = 0; i < 10000 && states(row) != "a:RUNNING b:PENDING"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(states(row), "a:RUNNING b:PENDING");
  go = true;
  EXPECT_EQ(pool->wait("acme", row.id, 30000)->state, RunState::complete);
}

TEST_F(RunRecorderTest, ACompleteRunIsWhollyDoneThoughAStepWasForFailuresOnly) {
  put_template("alarm", "steps:\n  - {step_id: a, type: ok}\n  - {step_id: off, type: ok, enabled: false}\n"
                        "  - {step_id: alarm, type: ok, trigger: on_failure}\n");
  const cvg::Run ended = run(add_tenant("acme"), "alarm");
  EXPECT_EQ(states(ended), "a:COMPLETE off:SKIPPED alarm:SKIPPED");
  EXPECT_EQ(ended.progress, 1.0);
  EXPECT_EQ(ended.steps_complete, 1);
}

TEST_F(RunRecorderTest, ProgressNeverGoesBackAndIsWholeAtTheEndOnly) {
  std::vector<double> told;
  components.steps["tell"] = [&](cvg_call* call, const Json&, Json&) {
    for (const double fraction : {0.5, 0.2, -1.0, 1.0}) {
      host_table().progress(call, fraction, 0, 0, nullptr);
      told.push_back(fraction);
    }
    return Status(Code::data, "failed at the last moment");
  };
  put_template("tell", "steps: [{step_id: a, type: tell}]\n");
  EXPECT_EQ(step(run(add_tenant("acme"), "tell"), "a").progress, 0.99);
  EXPECT_EQ(told.size(), 4u);
}

}  // namespace
}  // namespace cvg
