#include "core/run/step_runner.h"

#include <thread>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class StepRunnerTest : public RunFixture {};

TEST_F(StepRunnerTest, OnlyRetryableErrorsAreTriedAgain) {
  std::atomic<int> busy{0}, bad{0};
  components.steps["busy"] = [&](cvg_call*, const Json&, Json&) { return ++busy < 3 ? Status(Code::unavailable, "busy") : Status(); };
  components.steps["bad"] = [&](cvg_call*, const Json&, Json&) { ++bad; return Status(Code::data, "bad"); };
  put_template("busy", "steps: [{step_id: a, type: busy, retry: {max_attempts: 3, backoff_seconds: 0}}]\n");
  put_template("bad", "steps: [{step_id: a, type: bad, retry: {max_attempts: 3, backoff_seconds: 0}}]\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run good = run(tenant, "busy");
  EXPECT_EQ(good.state, RunState::complete);
  EXPECT_EQ(step(good, "a").attempt, 3);
  EXPECT_EQ(run(tenant, "bad").state, RunState::failed);
  EXPECT_EQ(bad.load(), 1);
  EXPECT_EQ(counters.steps_retried.load(), 2);
}

TEST_F(StepRunnerTest, TimeLimitFailsTheStepAndInterruptsIt) {
  components.steps["deaf"] = [&](cvg_call*, const Json&, Json&) {
    for (int i = 0; i < 5000 && components.interrupts.load() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Status();  // too late, although it says that all is well
  };
  put_template("deaf", "steps: [{step_id: a, type: deaf, timeout_seconds: 0.05}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "deaf");
  EXPECT_EQ(ended.state, RunState::failed);
  EXPECT_EQ(step(ended, "a").error_message, "TIMEOUT: the step took longer than 0.05 seconds");
  EXPECT_GT(components.interrupts.load(), 0);
}

TEST_F(StepRunnerTest, RowsThatCameTooLateAreNotPublished) {
  components.steps["late"] = [&](cvg_call* call, const Json& spec, Json& outputs) {
    const Status written = write_rows(call, spec, outputs);
    std::this_thread::sleep_for(std::chrono::milliseconds(80));
    return written;
  };
  put_template("late", "steps: [{step_id: a, type: late, table: t, timeout_seconds: 0.05}]\n");
  EXPECT_EQ(run(add_tenant("acme"), "late").state, RunState::failed);
  EXPECT_EQ(warehouse.rows("acme", "t"), -1);
}

TEST_F(StepRunnerTest, LostAnswerOfACommitIsFoundByItsMarker) {
  std::atomic<int> calls{0};
  components.steps["once"] = [&](cvg_call* call, const Json& spec, Json& outputs) { ++calls; return write_rows(call, spec, outputs); };
  warehouse.fail_commits(1, Status(Code::unavailable, "connection lost"), true);
  put_template("once", "steps: [{step_id: a, type: once, table: t, rows: 2, retry: {max_attempts: 2, backoff_seconds: 0}}]\n");
  EXPECT_EQ(run(add_tenant("acme"), "once").state, RunState::complete);
  EXPECT_EQ(calls.load(), 1);
  EXPECT_EQ(warehouse.rows("acme", "t"), 2);
  EXPECT_EQ(warehouse.publications(), 1);
}

TEST_F(StepRunnerTest, CancelEndsAStepThatWaits) {
  std::atomic<bool> inside{false};
  components.steps["sleep"] = [&](cvg_call* call, const Json&, Json&) {
    inside = true;
    return Status(code_from_abi(host_table().sleep(call, 60000)), "woken");
  };
  put_template("sleep", "steps: [{step_id: a, type: sleep, retry: {max_attempts: 5}}, {step_id: tidy, type: ok, trigger: always}]\n");
  const Tenant tenant = add_tenant("acme");
  start_pool();
  const auto triggered = trigger(tenant, "sleep");
  while (!inside.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(pool->cancel(triggered->run_id, "Cancelled by tester"));
  const auto ended = pool->wait("acme", triggered->run_id, 30000);
  EXPECT_EQ(ended->state, RunState::failed);
  EXPECT_EQ(ended->error_message, "Cancelled by tester");
  EXPECT_EQ(states(*ended), "a:FAILED tidy:COMPLETE");
  EXPECT_FALSE(pool->cancel(triggered->run_id, "again"));
}

TEST(RetryWait, DoublesUpToItsLimitAndHonoursRetryAfter) {
  const RetryPolicy policy{5, 1000, 5000};
  EXPECT_EQ(retry_wait_ms(policy, 1, {}, 1.0), 1000);
  EXPECT_EQ(retry_wait_ms(policy, 1, {}, 0.0), 500);
  EXPECT_EQ(retry_wait_ms(policy, 3, {}, 1.0), 4000);
  EXPECT_EQ(retry_wait_ms(policy, 9, {}, 1.0), 5000);
  EXPECT_EQ(retry_wait_ms(policy, 1, 7000, 0.0), 7000);
  EXPECT_EQ(retry_wait_ms(policy, 1, std::int64_t{1} << 60, 0.0), 3600000);
}

}  // namespace
}  // namespace cvg
