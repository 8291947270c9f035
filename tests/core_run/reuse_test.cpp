#include "core/run/reuse.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class ReuseTest : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    components.steps["flaky"] = [this](cvg_call* call, const Json& spec, Json& outputs) {
      ++calls;
      if (!mended) return Status(Code::data, "not yet");
      return write_rows(call, spec, outputs);
    };
  }
  cvg::Run retry(const Tenant& tenant, const std::string& id) {
    if (!pool) start_pool();
    const auto again = acceptor->retry({tenant, id, "jane", "", "", ""});
    EXPECT_TRUE(again.ok()) << again.status().text();
    if (!again.ok()) return {};
    EXPECT_FALSE(again->duplicate);
    const auto ended = pool->wait(tenant.id, again->run_id, 30000);
    EXPECT_TRUE(ended.ok()) << ended.status().text();
    return ended.ok() ? *ended : cvg::Run();
  }
  std::string reused(const cvg::Run& of) {
    std::string out;
    const auto rows = store->steps(of.id);
    for (const StepRun& row : *rows) {
      if (row.metadata_json.find("reused_from") != std::string::npos) out += row.step_id + " ";
    }
    return out;
  }
  std::atomic<bool> mended{false};
  std::atomic<int> calls{0};
};

TEST_F(ReuseTest, RetryBeginsAtTheFailedStepsWithTheOutputsOfTheFinishedOnes) {
  std::string seen;
  components.steps["see"] = [&](cvg_call*, const Json& spec, Json&) {
    seen = spec["text"].text();
    return Status();
  };
  put_template("two", "steps:\n  - {step_id: a, type: write, table: t, rows: 7}\n  - {step_id: b, type: flaky, table: u}\n"
                      "  - {step_id: c, type: see, text: '{steps.a.rows}'}\n  - {step_id: tidy, type: ok, trigger: always}\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "two");
  ASSERT_EQ(failed.state, RunState::failed);
  mended = true;
  const cvg::Run ended = retry(tenant, failed.id);
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(ended.trigger_type, "retry");
  EXPECT_EQ(ended.retry_of, failed.id);
  EXPECT_EQ(states(ended), "a:COMPLETE b:COMPLETE c:COMPLETE tidy:COMPLETE");
  EXPECT_EQ(reused(ended), "a ");
  EXPECT_EQ(seen, "7");
  EXPECT_EQ(warehouse.publications(), 2) << "a once, b once";
  EXPECT_EQ(store->usage("acme")->run_today, 2);
  EXPECT_EQ(acceptor->retry({tenant, ended.id, "", "", "", ""}).status().code(), Code::conflict);
}

TEST_F(ReuseTest, WhatDependsOnAStepThatRunsAgainRunsAgain) {
  put_template("soft", "steps:\n  - {step_id: a, type: flaky, table: t, on_failure: continue, depends_on: []}\n"
                       "  - {step_id: b, type: ok, depends_on: [a]}\n  - {step_id: c, type: ok, depends_on: []}\n"
                       "  - {step_id: d, type: flaky, table: u, depends_on: [b, c]}\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "soft");
  EXPECT_EQ(states(failed), "a:FAILED b:COMPLETE c:COMPLETE d:FAILED");
  mended = true;
  const cvg::Run ended = retry(tenant, failed.id);
  EXPECT_EQ(states(ended), "a:COMPLETE b:COMPLETE c:COMPLETE d:COMPLETE");
  EXPECT_EQ(reused(ended), "c ");
}

TEST_F(ReuseTest, FailedStepThatHadPublishedIsComplete) {
  put_template("one", "steps: [{step_id: a, type: write, table: t, rows: 3}, {step_id: b, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  auto leased = **store->lease(60000, "test");
  RunContext first(*environment, leased.first, tenant, leased.second);
  first.pipeline = *pipeline_of(*environment, leased.first, tenant);
  ASSERT_TRUE(run_step_attempt(first, first.pipeline.steps[0], 1).status.ok());
  StepRun row;
  row.run_id = leased.first.id;
  row.tenant_id = "acme";
  row.step_id = row.step_name = "a";
  row.step_type = "write";
  row.attempt = 1;
  row.state = StepState::running;
  ASSERT_TRUE(store->put_steps(leased.second, {row}).ok());
  ASSERT_TRUE(store->finish(leased.second, RunState::failed, "told to", 0, {}).ok());
  const cvg::Run ended = retry(tenant, leased.first.id);
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(warehouse.publications(), 1);
  EXPECT_EQ(step(ended, "a").metadata_json.find("responsible_for") == std::string::npos, false);
  EXPECT_EQ(step(ended, "a").rows_processed, 3);
}

TEST_F(ReuseTest, GatedRunIsEverythingOrNothing) {
  put_template("gated", "gate: true\nsteps:\n  - {step_id: a, type: write, table: t}\n  - {step_id: b, type: flaky, table: u}\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "gated");
  mended = true;
  const cvg::Run ended = retry(tenant, failed.id);
  EXPECT_EQ(ended.state, RunState::complete) << ended.error_message;
  EXPECT_EQ(reused(ended), "");
  EXPECT_EQ(warehouse.rows("acme", "t"), 1);
}

TEST_F(ReuseTest, RetryOfARetryThatNeverBeganLooksBehindIt) {
  put_template("two", "steps: [{step_id: a, type: ok}, {step_id: b, type: flaky, table: t}]\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "two");
  pool.reset();
  const auto waiting = acceptor->retry({tenant, failed.id, "", "", "", "key:k"});
  ASSERT_TRUE(acceptor->cancel({tenant, waiting->run_id, "", "", "", "key:k"}).ok());
  mended = true;
  const cvg::Run ended = retry(tenant, waiting->run_id);
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(reused(ended), "a ");
}

TEST_F(ReuseTest, OnlyTheNewestAttemptIsTriedAgain) {
  put_template("adds", "steps: [{step_id: a, type: flaky, table: t}]\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run first = run(tenant, "adds");
  const cvg::Run second = retry(tenant, first.id);
  ASSERT_EQ(second.state, RunState::failed);
  const Status refused = acceptor->retry({tenant, first.id, "", "", "", ""}).status();
  EXPECT_EQ(refused.code(), Code::conflict);
  EXPECT_EQ(refused.text(), "The run " + first.id + " was tried again already: its newest attempt " + second.id + " is FAILED; try that one again");
  mended = true;
  const cvg::Run third = retry(tenant, second.id);
  ASSERT_EQ(third.state, RunState::complete) << third.error_message;
  for (const cvg::Run* earlier : {&first, &second})
    EXPECT_EQ(acceptor->retry({tenant, earlier->id, "", "", "", ""}).status().code(), Code::conflict) << "its rows would stand there twice";
  EXPECT_EQ(warehouse.publications(), 1);
}

TEST_F(ReuseTest, WhileTheRetryLivesItIsTheAnswer) {
  put_template("two", "steps: [{step_id: a, type: flaky, table: t}]\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "two");
  pool.reset();
  const auto waiting = acceptor->retry({tenant, failed.id, "", "", "", ""});
  const auto again = acceptor->retry({tenant, failed.id, "", "", "", ""});
  ASSERT_TRUE(again.ok()) << again.status().text();
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->run_id, waiting->run_id);
}

TEST_F(ReuseTest, RetryMeansTheSameDay) {
  put_template("day", "variables: {date: {type: date, default: yesterday}}\nsteps: [{step_id: a, type: flaky, table: 't_{date}'}]\n");
  const Tenant tenant = add_tenant("acme");
  const cvg::Run failed = run(tenant, "day");
  mended = true;
  const cvg::Run ended = retry(tenant, failed.id);
  EXPECT_EQ(ended.as_of_ms, failed.created_ms);
  EXPECT_EQ(ended.run_date, failed.run_date);
}

}  // namespace
}  // namespace cvg
