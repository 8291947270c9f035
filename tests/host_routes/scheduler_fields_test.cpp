#include "host/routes/scheduler_fields.h"

#include <gtest/gtest.h>

#include "host/routes/schemas.h"

namespace cvg {
namespace {

TEST(SchedulerFields, ReplyOfEveryKindFitsItsSchema) {
  Schedule schedule;
  schedule.config_id = "11111111-2222-4333-8444-666666666666";
  schedule.parameters_json = R"({"a":1})";
  schedule.next_run_ms = never_ms;
  schedule.created_ms = schedule.updated_ms = 1000;
  EXPECT_EQ(misfit("Schedule", schedule_json(schedule, "Acme")), "");
  EXPECT_TRUE(schedule_json(schedule, "Acme")["next_run_time"].is_null());
  schedule.next_run_ms = 1'778'846'400'000;
  EXPECT_EQ(schedule_json(schedule, "Acme")["next_run_time"].text(), "2026-05-15T12:00:00Z");
  schedule.is_active = false;
  EXPECT_TRUE(schedule_json(schedule, "Acme")["next_run_time"].is_null());
  EXPECT_EQ(misfit("TriggerCounts", trigger_json({1, 2, 3, {}})), "");
  EXPECT_EQ(misfit("QueueProgress", queue_progress_json({})), "");
  EXPECT_EQ(misfit("SchedulerStatus", scheduler_numbers_json({})), "");
  EXPECT_EQ(misfit("QuotaReset", quota_reset_json({1, 2}, 1000)), "");
  EXPECT_EQ(misfit("Cleanup", cleanup_json({{"acme", "", "", "x"}}, 1000)), "");
}

TEST(SchedulerFields, ABackfillsStatusFollowsItsDays) {
  Backfill b;
  b.backfill_id = "11111111-2222-4333-8444-777777777777";
  b.from_date = b.to_date = "2026-01-01";
  b.created_ms = 1000;
  const auto status = [&] { return backfill_json(b, "Acme")["status"].text(); };
  b.total = b.queued = 3;
  EXPECT_EQ(status(), "QUEUED");
  b.queued = 2;
  b.running = 1;
  EXPECT_EQ(status(), "RUNNING");
  b.queued = b.running = 0;
  b.complete = 3;
  EXPECT_EQ(status(), "COMPLETE");
  b.failed = 1;
  EXPECT_EQ(status(), "FAILED");
  b.cancelled_ms = 1;
  EXPECT_EQ(status(), "CANCELLED");
  EXPECT_EQ(misfit("Backfill", backfill_json(b, "Acme")), "");
}

}  // namespace
}  // namespace cvg
