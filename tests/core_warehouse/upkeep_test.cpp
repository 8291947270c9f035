#include "core/warehouse/upkeep.h"

#include <gtest/gtest.h>

#include "core/plugin/call.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/memory_warehouse.h"

namespace cvg {
namespace {

class UpkeepTest : public testing::Test {
 protected:
  UpkeepTest() {
    for (const char* tenant : {"acme", "beta"}) {
      CallInfo info;
      info.tenant_id = tenant;
      Call call(Call::Options{.info = std::move(info), .clock = &clock_});
      EXPECT_TRUE(warehouse_.create_dataset(call.raw(), false).ok());
    }
  }
  Upkeep::Parts parts() {
    return {warehouse_, clock_, log_,
            [this](const std::string& tenant) -> Result<std::vector<std::string>> {
              if (tenant == broken_) return Status(Code::unavailable, "the store does not answer");
              return std::vector<std::string>{"run-of-" + tenant};
            },
            [this](const std::string& tenant) { changed_ += tenant + ";"; }};
  }
  FakeClock clock_;
  Log log_{Severity::error, 2};
  MemoryWarehouse warehouse_;
  std::string changed_, broken_;
};

TEST_F(UpkeepTest, APassTellsWhatItDidAndHasReadersLookAnew) {
  Upkeep upkeep(parts(), {});
  const Result<Json> report = upkeep.run_now("acme");
  ASSERT_TRUE(report.ok()) << report.status().text();
  EXPECT_EQ((*report)["merged_files"].integer(), 3);
  EXPECT_EQ(changed_, "acme;");
  EXPECT_EQ(upkeep.counters().merged_files.load(), 3);
  EXPECT_EQ(upkeep.counters().locked_ms_max.load(), 7);
  EXPECT_EQ(upkeep.run_now("nobody").status().code(), Code::not_found);
  EXPECT_EQ(upkeep.counters().failures.load(), 1);
}

TEST_F(UpkeepTest, ARoundGoesOverEveryDatasetWhateverBecomesOfOne) {
  Upkeep upkeep(parts(), {});
  broken_ = "acme";
  upkeep.run_all();
  EXPECT_EQ(changed_, "beta;");
  broken_.clear();
  upkeep.run_all();
  EXPECT_EQ(changed_, "beta;acme;beta;");
}

TEST_F(UpkeepTest, OptionsCarryTheLimitsAndTheLiveRuns) {
  UpkeepLimits limits;
  limits.snapshot_keep_days = 2;
  limits.file_grace_minutes = 3;
  limits.merge_file_mb = 4;
  Upkeep upkeep(parts(), limits);
  ASSERT_TRUE(upkeep.run_now("acme").ok());
  const Json asked = warehouse_.upkeep_options();
  EXPECT_TRUE(asked["force"].boolean());
  EXPECT_EQ(asked["snapshot_keep_ms"].integer(), 2 * 86'400'000);
  EXPECT_EQ(asked["file_grace_ms"].integer(), 180'000);
  EXPECT_EQ(asked["merge_file_bytes"].integer(), 4 << 20);
  EXPECT_EQ(asked["live_runs"].dump(), R"(["run-of-acme"])");
}

TEST_F(UpkeepTest, TheTimerEndsAtOnceWhenItIsStopped) {
  UpkeepLimits limits;
  limits.upkeep_minutes = 100000;
  Upkeep upkeep(parts(), limits);
  upkeep.start();
  upkeep.stop();
  upkeep.stop();
  EXPECT_EQ(upkeep.counters().passes.load(), 0);
}

}  // namespace
}  // namespace cvg
