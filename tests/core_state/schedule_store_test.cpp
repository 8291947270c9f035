#include "core/state/schedule_store.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

class ScheduleStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    schedules_ = std::make_unique<ScheduleStore>(*database_, clock_);
    for (const char* id : {"acme", "other"}) ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
  }
  Schedule make(const std::string& tenant_id, const std::string& name, std::int64_t next_ms) {
    Schedule s;
    s.tenant_id = tenant_id;
    s.provider = "aws";
    s.domain = "cost";
    s.template_name = name;
    s.cron = "0 * * * *";
    s.timezone = "UTC";
    s.parameters_json = "{}";
    s.next_run_ms = next_ms;
    return s;
  }
  Schedule put(const Schedule& schedule) {
    Result<Schedule> stored = schedules_->put(schedule, 100, {});
    EXPECT_TRUE(stored.ok()) << stored.status().log_text();
    return stored.ok() ? *stored : Schedule();
  }
  static DueSchedule due_of(const Schedule& s, std::vector<std::int64_t> at, std::int64_t next_ms) {
    DueSchedule due;
    due.config_id = s.config_id;
    due.tenant_id = s.tenant_id;
    due.found_next_ms = s.next_run_ms;
    due.next_run_ms = next_ms;
    for (const std::int64_t ms : at) due.occurrences.push_back({ms, "2026-05-15"});
    return due;
  }
  ScheduleStore::Enqueued enqueue(const DueSchedule& due, std::int64_t waiting_max = 10) {
    const auto done = schedules_->enqueue({due}, waiting_max, {});
    EXPECT_TRUE(done.ok()) << done.status().log_text();
    return *done;
  }
  std::unique_ptr<ScheduleStore> schedules_;
};

TEST_F(ScheduleStoreTest, TheSamePipelineIsOneSchedule) {
  const Schedule first = put(make("acme", "cur", 5000));
  Schedule changed = make("acme", "cur", 9000);
  changed.cron = "30 2 * * *";
  changed.priority = 9;
  const Schedule second = put(changed);
  EXPECT_EQ(second.config_id, first.config_id);
  EXPECT_EQ(second.priority, 9);
  EXPECT_EQ(second.next_run_ms, 9000);
  EXPECT_NE(put(make("other", "cur", 1)).config_id, first.config_id);
  EXPECT_EQ(schedules_->list("acme", {})->size(), 1u);
  EXPECT_EQ(count("SELECT count(*) FROM audit_log"), 5);
}

TEST_F(ScheduleStoreTest, TheSameTimesAgainLoseNoRunThatIsDue) {
  put(make("acme", "cur", 5000));
  EXPECT_EQ(put(make("acme", "cur", 9000)).next_run_ms, 5000);
}

TEST_F(ScheduleStoreTest, ATenantMayHaveSoManyAndNoMore) {
  EXPECT_TRUE(schedules_->put(make("acme", "a", 1), 1, {}).ok());
  EXPECT_EQ(schedules_->put(make("acme", "b", 1), 1, {}).status().code(), Code::limit);
  EXPECT_TRUE(schedules_->put(make("acme", "a", 2), 1, {}).ok());
  EXPECT_TRUE(schedules_->put(make("other", "b", 1), 1, {}).ok());
}

TEST_F(ScheduleStoreTest, ADeletedScheduleIsUnknownAndWhatWaitsForItGoes) {
  const Schedule s = put(make("acme", "cur", clock_.now_ms()));
  EXPECT_EQ(enqueue(due_of(s, {s.next_run_ms}, never_ms)).queued, 1);
  EXPECT_EQ(schedules_->remove("other", s.config_id, {}).code(), Code::not_found);
  EXPECT_TRUE(schedules_->remove("acme", s.config_id, {}).ok());
  EXPECT_EQ(schedules_->remove("acme", s.config_id, {}).code(), Code::not_found);
  EXPECT_TRUE(schedules_->list("acme", {})->empty());
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_execution_queue"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = 'FAILED'"), 1);
  EXPECT_EQ(put(make("acme", "cur", 7)).next_run_ms, 7);
  EXPECT_EQ(schedules_->list("acme", true)->size(), 1u);
}

TEST_F(ScheduleStoreTest, DueAreTheActiveOnesWhoseTimeHasCome) {
  put(make("acme", "late", clock_.now_ms() - hour_ms));
  put(make("other", "now", clock_.now_ms()));
  put(make("acme", "soon", clock_.now_ms() + 1));
  Schedule inactive = make("acme", "inactive", 1);
  inactive.is_active = false;
  put(inactive);
  const auto all = schedules_->due("", 10);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->front().first.template_name, "late");
  EXPECT_FALSE(all->front().second);
  EXPECT_EQ(schedules_->due("", 1)->size(), 1u);
  EXPECT_EQ(schedules_->due("other", 10)->front().first.template_name, "now");
  EXPECT_EQ(*schedules_->next_due_ms(""), std::optional<std::int64_t>(clock_.now_ms() - hour_ms));
  EXPECT_EQ(*schedules_->next_due_ms("other"), std::optional<std::int64_t>(clock_.now_ms()));
}

TEST_F(ScheduleStoreTest, TwoTriggersQueueAnOccurrenceOnce) {
  const Schedule s = put(make("acme", "cur", clock_.now_ms()));
  const DueSchedule due = due_of(s, {s.next_run_ms, s.next_run_ms + 1}, s.next_run_ms + hour_ms);
  const ScheduleStore::Enqueued first = enqueue(due), second = enqueue(due);
  EXPECT_EQ(first.triggered, 1);
  EXPECT_EQ(first.queued, 2);
  EXPECT_EQ(second.triggered, 0);
  EXPECT_EQ(second.queued, 0);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_execution_queue"), 2);
  // Even when somebody moved the schedule back.
  const Schedule back = schedules_->list("acme", {})->front();
  EXPECT_EQ(enqueue(due_of(back, {s.next_run_ms}, never_ms)).queued, 0);
}

TEST_F(ScheduleStoreTest, SoManyOfOneScheduleWaitAndNoMore) {
  const Schedule s = put(make("acme", "cur", 1000));
  const ScheduleStore::Enqueued done = enqueue(due_of(s, {1000, 2000, 3000}, 4000), 2);
  EXPECT_EQ(done.queued, 2);
  EXPECT_EQ(done.skipped, 1);
}

TEST_F(ScheduleStoreTest, TheDueLookUpUsesItsIndex) {
  std::string plan;
  ASSERT_TRUE(database_->read([&](Connection& c) {
    Statement& row = c.prepare("EXPLAIN QUERY PLAN SELECT * FROM tenant_pipeline_configs s JOIN tenant_profiles p USING (tenant_id) WHERE "
                               "s.is_active = 1 AND s.is_deleted = 0 AND s.next_run_ms <= ?1 ORDER BY s.next_run_ms LIMIT ?2");
    while (row.step()) plan += row.text(3) + "\n";
    return row.status();
  }).ok());
  EXPECT_NE(plan.find("pipeline_configs_due"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

}  // namespace
}  // namespace cvg
