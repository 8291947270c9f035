#include "core/run/step_slots.h"

#include <thread>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

TEST(StepSlotsGuard, ReturnsWhatItHeldAndWaitsNoLongerThanItsRun) {
  StepSlots slots(1);
  std::atomic<bool> cancel{false};
  {
    const StepSlots::Guard one(&slots, cancel);
    EXPECT_EQ(slots.free(), 0);
    cancel = true;
    const StepSlots::Guard two(&slots, cancel);
    EXPECT_EQ(slots.free(), 0) << "it holds none and returns none";
  }
  EXPECT_EQ(slots.free(), 1);
  const StepSlots::Guard none(nullptr, cancel);
}

class StepSlotsTest : public RunFixture {};

TEST_F(StepSlotsTest, StepsOfAllRunsTogetherStayBelowTheServersLimit) {
  StepSlots slots(2);
  environment->slots = &slots;
  std::atomic<int> inside{0}, most{0};
  components.steps["busy"] = [&](cvg_call*, const Json&, Json&) {
    const int now = ++inside;
    for (int seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --inside;
    return Status();
  };
  std::string steps;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) steps += std::string("  - {step_id: ") + id + ", type: busy, depends_on: []}\n";
  put_template("wide", "steps:\n" + steps);
  start_pool();
  std::vector<std::pair<std::string, std::string>> ids;
  for (const char* name : {"acme", "other"}) ids.emplace_back(name, trigger(add_tenant(name), "wide")->run_id);
  for (const auto& [tenant, id] : ids) EXPECT_EQ(pool->wait(tenant, id, 30000)->state, RunState::complete);
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(slots.free(), 2);
}

}  // namespace
}  // namespace cvg
