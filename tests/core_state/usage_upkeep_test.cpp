#include "core/state/usage_upkeep.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class UsageUpkeepTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  }
  void insert(const std::string& date, int runs) {
    ASSERT_TRUE(database_->write([&](Connection& c) {
      c.prepare("INSERT INTO tenant_usage_quotas (tenant_id, usage_date, pipelines_run_today, pipelines_run_month) VALUES ('acme', ?1, ?2, ?2)")
          .bind(1, date).bind(2, runs)
          .step();
      return Status();
    }).ok());
  }
};

TEST_F(UsageUpkeepTest, TodayBecomesZeroAndTheMonthStays) {
  ASSERT_TRUE(begin("acme", "a").ok());
  ASSERT_TRUE(begin("acme", "b").ok());
  EXPECT_EQ(*reset_usage_of_today(*database_, clock_, {}), 1);
  const Usage usage = *runs_->usage("acme");
  EXPECT_EQ(usage.run_today, 0);
  EXPECT_EQ(usage.run_month, 2);
  EXPECT_EQ(usage.concurrent_running, 2);
  EXPECT_EQ(usage.max_concurrent_reached, 2);
}

TEST_F(UsageUpkeepTest, OldDaysMoveIntoTheHistoryAsTheyAre) {
  insert("2026-02-13", 4);  // 91 days before
  insert("2026-02-14", 5);  // 90
  EXPECT_EQ(*archive_usage(*database_, clock_, 90), 1);
  EXPECT_EQ(*archive_usage(*database_, clock_, 90), 0);
  EXPECT_EQ(count("SELECT pipelines_run_today FROM tenant_usage_history WHERE usage_date = '2026-02-13'"), 4);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_usage_quotas WHERE usage_date = '2026-02-14'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_usage_history"), 1);
}

}  // namespace
}  // namespace cvg
