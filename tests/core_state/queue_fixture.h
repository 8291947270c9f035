// What the tests of the queue share: two tenants, and schedules whose runs are queued.
#pragma once

#include "core/state/queue_store.h"
#include "core/state/schedule_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {

class QueueTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    schedules_ = std::make_unique<ScheduleStore>(*database_, clock_);
    queue_ = std::make_unique<QueueStore>(*database_, *runs_, clock_, QueueStore::Options{3, 60'000, 1});
    for (const char* id : {"acme", "other"}) ASSERT_TRUE(tenants_->create(make_tenant(id, plan_), make_key(id, id), {}).ok());
  }
  // A schedule's run into the queue.
  void enqueue(const std::string& tenant_id, const std::string& name, std::int64_t priority = 5, int occurrences = 1) {
    Schedule s;
    s.tenant_id = tenant_id;
    s.provider = "aws";
    s.domain = "cost";
    s.template_name = name;
    s.cron = "0 * * * *";
    s.timezone = "UTC";
    s.parameters_json = "{}";
    s.priority = priority;
    s.next_run_ms = clock_.now_ms();
    const Result<Schedule> stored = schedules_->put(s, 10'000, {});
    ASSERT_TRUE(stored.ok()) << stored.status().log_text();
    DueSchedule due;
    due.config_id = stored->config_id;
    due.tenant_id = tenant_id;
    due.found_next_ms = stored->next_run_ms;
    due.next_run_ms = never_ms;
    for (int i = 0; i < occurrences; ++i) due.occurrences.push_back({clock_.now_ms() + i, "2026-05-15"});
    ASSERT_EQ(schedules_->enqueue({due}, 100, {})->queued, occurrences);
  }
  static Backfill make_backfill(const std::string& tenant_id, const std::string& name, const std::string& from, const std::string& to) {
    Backfill b;
    b.tenant_id = tenant_id;
    b.pipeline_id = tenant_id + "-aws-cost-" + name;
    b.provider = "aws";
    b.domain = "cost";
    b.template_name = name;
    b.from_date = from;
    b.to_date = to;
    b.parameters_json = "{}";
    return b;
  }
  Backfill add_backfill(const std::string& tenant_id, const std::string& name, const std::string& from, const std::string& to) {
    Result<Backfill> added = queue_->add(make_backfill(tenant_id, name, from, to), {});
    EXPECT_TRUE(added.ok()) << added.status().log_text();
    return *added;
  }
  QueueStore::Claim claim_of(const QueueItem& item) const {
    QueueStore::Claim claim;
    claim.item = item;
    claim.run = make_run(item.tenant_id, item.template_name);
    claim.run.trigger_type = item.trigger_type;
    claim.run.run_date = item.run_date;
    claim.plan = plan_;
    return claim;
  }
  // Begins what can begin; "template@run_date" of each, in order.
  std::vector<std::string> begin_all() {
    std::vector<std::string> begun;
    for (auto items = queue_->ready(1); !items->empty(); items = queue_->ready(1)) {
      const auto ids = queue_->claim({claim_of(items->front())});
      EXPECT_TRUE(ids.ok()) << ids.status().log_text();
      if (!ids->front().empty()) begun.push_back(items->front().template_name + "@" + items->front().run_date);
    }
    return begun;
  }
  void end_one(RunState state = RunState::complete, const std::string& error = "") {
    const auto leased = runs_->lease(30'000, "w");
    ASSERT_TRUE(leased.ok() && *leased);
    ASSERT_TRUE(runs_->finish((*leased)->second, state, error, 0, {}).ok());
  }
  std::int64_t history(const std::string& status) { return count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = '" + status + "'"); }
  std::int64_t queued() { return count("SELECT count(*) FROM tenant_pipeline_execution_queue"); }

  PlanLimits plan_{"TEST", 100, 1000, 3, 1, 1};
  std::unique_ptr<ScheduleStore> schedules_;
  std::unique_ptr<QueueStore> queue_;
};

}  // namespace cvg
