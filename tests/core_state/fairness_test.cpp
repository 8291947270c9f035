// Property: whatever the plans and whoever floods, a tenant's first run waits for no more dispatches than the others' weights
// allow beside its own; and nobody is admitted beyond his slots.
#include <map>
#include <random>

#include "core/base/text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class FairnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    database_ = std::move(*open_database({.path = ":memory:"}));
    runs_ = std::make_unique<RunStore>(*database_, clock_);
  }
  static PlanLimits plan(std::int64_t concurrent) { return {"P", 1'000'000, 1'000'000, concurrent, 1, 1}; }
  bool begin(const std::string& tenant, int number, std::int64_t concurrent) {
    return runs_->begin(make_run(tenant, std::to_string(number)), plan(concurrent), true, {}).ok();
  }
  // The tenant that was served; empty: nothing waited.
  std::string dispatch() {
    auto taken = runs_->lease(60'000, "worker");
    EXPECT_TRUE(taken.ok());
    if (!*taken) return {};
    under_way_.push_back((*taken)->second);
    return (*taken)->first.tenant_id;
  }
  void end_some(std::size_t keep) {
    for (; under_way_.size() > keep; under_way_.erase(under_way_.begin()))
      ASSERT_TRUE(runs_->finish(under_way_.front(), RunState::complete, "", 0, {}).ok());
  }
  FakeClock clock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<RunStore> runs_;
  std::vector<Lease> under_way_;
};

TEST_F(FairnessTest, FloodOfTenThousandRunsDelaysAnothersFirstRunByTwoDispatches) {
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(begin("flood", i, 10'000));
  for (int i = 0; i < 50; ++i) dispatch();
  ASSERT_TRUE(begin("small", 0, 10'000));
  int dispatches = 1;
  while (dispatch() != "small") ++dispatches;
  EXPECT_LE(dispatches, 3) << "its own, and two of the flood";
}

TEST_F(FairnessTest, FirstRunWaitsForAsManyAsTheWeightsAllowWhateverThePlans) {
  std::mt19937 random(20260515);
  for (int round = 0; round < 60; ++round) {
    SetUp();
    under_way_.clear();
    std::map<std::string, std::int64_t> weights;
    const int flooders = 1 + static_cast<int>(random() % 4);
    for (int f = 0; f < flooders; ++f) {
      const std::string tenant = fmt::format("flood_{}", f);
      weights[tenant] = 20 + static_cast<std::int64_t>(random() % 180);
      for (int i = 0; i < weights[tenant]; ++i) ASSERT_TRUE(begin(tenant, i, weights[tenant]));
      EXPECT_FALSE(begin(tenant, 100'000, weights[tenant])) << "admission comes before selection";
    }
    for (int i = static_cast<int>(random() % 15); i > 0; --i) dispatch();
    end_some(random() % 4);
    const std::int64_t mine = 1 + static_cast<std::int64_t>(random() % 200);
    ASSERT_TRUE(begin("small", 0, mine));
    std::int64_t allowed = 1;
    for (const auto& [tenant, weight] : weights) allowed += weight / mine + 2;
    std::int64_t dispatches = 1;
    while (dispatch() != "small") ++dispatches;
    EXPECT_LE(dispatches, allowed) << "round " << round;
  }
}

// A tenant that had many runs, and now has one, is not made to wait for everybody who comes later.
TEST_F(FairnessTest, StreamOfSmallRunsDoesNotStarveWhoHadMany) {
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(begin("busy", i, 1000));
  for (int i = 0; i < 200; ++i) dispatch();
  end_some(1);
  ASSERT_TRUE(begin("busy", 1000, 1000));
  int dispatches = 0;
  for (std::string served; served != "busy" && dispatches < 100; ++dispatches) {
    ASSERT_TRUE(begin("stream", dispatches, 1000));
    served = dispatch();
  }
  EXPECT_LE(dispatches, 3);
}

TEST_F(FairnessTest, EverythingThatWaitsIsServedOnce) {
  std::mt19937 random(7);
  std::map<std::string, int> begun, served;
  int number = 0;
  for (int step = 0; step < 3000; ++step) {
    const std::string tenant = fmt::format("t{}", random() % 7);
    if (random() % 3 != 0 && begin(tenant, ++number, 50)) ++begun[tenant];
    else if (const std::string one = dispatch(); !one.empty()) ++served[one];
    if (random() % 4 == 0) end_some(random() % 20);
  }
  for (std::string one = dispatch(); !one.empty(); one = dispatch()) ++served[one];
  EXPECT_EQ(begun, served);
}

}  // namespace
}  // namespace cvg
