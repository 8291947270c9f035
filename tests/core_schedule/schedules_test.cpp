#include "core/schedule/schedules.h"

#include "core/base/time_text.h"
#include "tests/core_schedule/schedule_fixture.h"

namespace cvg {
namespace {

using SchedulesTest = ScheduleFixture;

TEST_F(SchedulesTest, AScheduleIsTriedOnItsTemplateBeforeItIsStored) {
  EXPECT_EQ(put("unknown").status().code(), Code::not_found);
  EXPECT_EQ(put("plain", R"(, "parameters": {"labl": "x"})").status().code(), Code::invalid);
  EXPECT_TRUE(schedules->list("acme", {})->empty());
  const auto stored = put("day", R"(, "parameters": {"date": "yesterday", "label": "x"})");
  ASSERT_TRUE(stored.ok()) << stored.status().text();
  EXPECT_EQ(format_time(stored->next_run_ms), "2026-05-15T13:00:00Z");
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(schedules->remove(caller, stored->config_id).ok());
  EXPECT_EQ(schedules->remove(caller, stored->config_id).code(), Code::not_found);
}

TEST_F(SchedulesTest, ABackfillQueuesItemsAndNoRuns) {
  const auto added = add_backfill("DAY", R"({"from": "2026-01-01", "to": "2026-12-31", "label": "x"})");
  ASSERT_TRUE(added.ok()) << added.status().text();
  EXPECT_EQ(added->total, 365);
  EXPECT_EQ(added->pipeline_id, "acme-test-flow-day");
  EXPECT_TRUE(runs_of("backfill").empty());
  EXPECT_EQ(schedules->backfill("acme", added->backfill_id)->queued, 365);
  EXPECT_EQ(schedules->backfill("other", added->backfill_id).status().code(), Code::not_found);
  EXPECT_EQ(schedules->cancel_backfill(caller, added->backfill_id)->cancelled, 365);
  EXPECT_EQ(add_backfill("plain", R"({"from": "2026-01-01", "to": "2026-01-02", "labl": "x"})").status().code(), Code::invalid);
  EXPECT_EQ(add_backfill("nothing", R"({"from": "2026-01-01", "to": "2026-01-02"})").status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
