#include "core/run/row_flusher.h"

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

class RowFlusherTest : public RunFixture {};

TEST_F(RowFlusherTest, ChangedRowsAreWrittenWhileTheRunGoesOn) {
  put_template("one", "steps: [{step_id: a, type: ok}]\n");
  const Tenant tenant = add_tenant("acme");
  ASSERT_TRUE(trigger(tenant, "one").ok());
  const auto leased = *store->lease(60000, "test");
  RunContext context(*environment, leased->first, tenant, leased->second);
  StepSpec only;
  only.id = only.name = "a";
  only.type = "ok";
  context.pipeline.steps = {only};
  RunRecorder recorder(context);
  RowFlusher flusher(1);
  {
    const RowFlusher::Guard guard(flusher, recorder);
    recorder.run_started();
    recorder.step_started(only, 1);
    for (int i = 0; i < 10000 && states(leased->first) != "a:RUNNING"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(states(leased->first), "a:RUNNING");
}

}  // namespace
}  // namespace cvg
