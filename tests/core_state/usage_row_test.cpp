#include "core/state/usage_row.h"

#include "core/base/json.h"
#include "core/base/time_text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class UsageRowTest : public StoreTest {
 protected:
  void add(const std::string& time, const UsageChange& change) {
    ASSERT_TRUE(database_->write([&](Connection& c) { add_usage(c, "acme", *parse_time(time), change); return Status(); }).ok());
  }
  Usage read(const std::string& time) {
    Usage usage;
    EXPECT_TRUE(database_->read([&](Connection& c) { usage = read_usage(c, "acme", *parse_time(time)); return Status(); }).ok());
    return usage;
  }
  static std::string refusal(const PlanLimits& plan, const Usage& usage, const std::string& time) {
    return check_quota(plan, usage, *parse_time(time)).detail_json();
  }
};

TEST_F(UsageRowTest, ADayEndsAtMidnightUtcAndAMonthWithItsLastDay) {
  add("2026-01-30T23:59:59.999Z", {.started = 2});
  add("2026-01-31T00:00:00Z", {.started = 1, .succeeded = 1});
  EXPECT_EQ(read("2026-01-30T12:00:00Z").run_today, 2);
  const Usage last = read("2026-01-31T23:59:59.999Z");
  EXPECT_EQ(last.usage_date, "2026-01-31");
  EXPECT_EQ(last.run_today, 1);
  EXPECT_EQ(last.run_month, 3);
  EXPECT_EQ(last.succeeded_today, 1);
  EXPECT_EQ(read("2026-02-01T00:00:00Z").run_month, 0);
}

TEST_F(UsageRowTest, ADayWithoutARowCarriesTheMonthAlone) {
  add("2026-01-10T10:00:00Z", {.started = 4, .failed = 1, .concurrent_reached = 3});
  const Usage later = read("2026-01-20T10:00:00Z");
  EXPECT_EQ(later.run_today, 0);
  EXPECT_EQ(later.failed_today, 0);
  EXPECT_EQ(later.max_concurrent_reached, 0);
  EXPECT_EQ(later.run_month, 4);
}

TEST_F(UsageRowTest, TheMostSlotsInUseAreKept) {
  add("2026-01-10T10:00:00Z", {.concurrent_reached = 3});
  add("2026-01-10T11:00:00Z", {.concurrent_reached = 1});
  EXPECT_EQ(read("2026-01-10T12:00:00Z").max_concurrent_reached, 3);
}

TEST_F(UsageRowTest, TheFirstLimitThatIsReachedIsNamed) {
  const PlanLimits plan = starter();
  Usage usage;
  EXPECT_TRUE(check_quota(plan, usage, 0).ok());
  usage.concurrent_running = 3;
  EXPECT_EQ(refusal(plan, usage, "2026-12-31T23:59:59.500Z"), R"({"code":"CONCURRENT_LIMIT_EXCEEDED","retry_after":30})");
  usage.run_month = 180;
  EXPECT_EQ(refusal(plan, usage, "2026-12-31T23:59:59.500Z"), R"({"code":"MONTHLY_QUOTA_EXCEEDED","retry_after":1})");
  usage.run_today = 6;
  EXPECT_EQ(refusal(plan, usage, "2026-12-31T00:00:00Z"), R"({"code":"DAILY_QUOTA_EXCEEDED","retry_after":86400})");
  EXPECT_EQ(check_quota(plan, usage, 0).retry_after_ms(), 86'400'000);
}

}  // namespace
}  // namespace cvg
