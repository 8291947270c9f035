#include "core/schedule/queued_run.h"

#include "tests/core_schedule/schedule_fixture.h"

namespace cvg {
namespace {

class QueuedRunTest : public ScheduleFixture {
 protected:
  Result<PreparedRun> prepare(const std::string& name, const std::string& type, const std::string& parameters = "{}") {
    QueueItem item;
    item.provider = "test";
    item.domain = "flow";
    item.template_name = name;
    item.trigger_type = type;
    item.run_date = "2026-03-01";
    item.parameters_json = parameters;
    return prepare_queued_run(*turned_environment, caller.tenant, item);
  }
};

TEST_F(QueuedRunTest, YesterdayIsCountedFromTheScheduledDay) {
  const auto run = prepare("day", "scheduler");
  ASSERT_TRUE(run.ok()) << run.status().text();
  EXPECT_EQ(run->run.run_date, "2026-02-28");
  EXPECT_EQ(run->run.trigger_type, "scheduler");
  EXPECT_EQ(run->run.trigger_by, "scheduler");
  EXPECT_EQ(prepare("plain", "scheduler")->run.run_date, "2026-03-01");
  EXPECT_EQ(prepare("day", "scheduler", R"({"date": "today"})")->run.run_date, "2026-03-01");
  EXPECT_EQ(prepare("day", "scheduler", R"({"date": "someday"})").status().code(), Code::invalid);
  EXPECT_EQ(prepare("day", "scheduler", R"({"date": "2020-01-01", "trigger_by": "jane"})")->run.trigger_by, "jane");
}

TEST_F(QueuedRunTest, ABackfillGivesItsDayWhereTheTemplateTakesOne) {
  EXPECT_EQ(prepare("day", "backfill")->run.run_date, "2026-03-01");
  EXPECT_EQ(prepare("day", "backfill")->parameters["date"].text(), "2026-03-01");
  EXPECT_EQ(prepare("plain", "backfill")->run.run_date, "2026-03-01");
}

TEST_F(QueuedRunTest, ErrorsAreThoseOfARequest) {
  EXPECT_EQ(prepare("unknown", "scheduler").status().code(), Code::not_found);
  EXPECT_EQ(prepare("plain", "scheduler", R"({"labl": "x"})").status().code(), Code::invalid);
}

}  // namespace
}  // namespace cvg
