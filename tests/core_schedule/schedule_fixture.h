// A run engine on an in-memory store with the scheduler above it, and a clock to turn.
#pragma once

#include "core/schedule/schedules.h"
#include "core/schedule/scheduler.h"
#include "tests/core_run/run_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace cvg {

class ScheduleFixture : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    schedule_store.emplace(*database, turned);
    turned_runs.emplace(*database, turned);
    queue_store.emplace(*database, *turned_runs, turned, QueueStore::Options{});
    turned_environment.emplace(RunEnvironment{*turned_runs, *tenants, warehouse, *templates, components, sources, *watch, turned, log, counters,
                                              root + "/stage", {}, {}, {}});
    schedules.emplace(Schedules::Parts{*turned_environment, *schedule_store, *queue_store, 1000, 3660, [this] { ++changes; }});
    scheduler.emplace(Scheduler::Parts{*database, *turned_environment, *schedule_store, *queue_store, 3'600'000, 10, 90, [this] { ++wakes; }});
    put_template("day", "variables:\n  date: {type: date, default: yesterday}\n  label: {type: string, default: none}\nsteps:\n  - {step_id: a, type: ok}\n");
    put_template("plain", "variables:\n  date: {type: string, default: all}\n  label: {type: string, default: none}\nsteps:\n  - {step_id: a, type: ok}\n");
    caller.tenant = add_tenant("acme");
    caller.actor = "key:1";
  }
  Result<Schedule> put(const std::string& name, const std::string& more = "") {
    return schedules->put(caller, Json::parse(R"({"provider": "test", "domain": "flow", "pipeline_template": ")" + name +
                                              R"(", "schedule_cron": "0 * * * *", "timezone": "Asia/Tokyo")" + more + "}"));
  }
  Result<Backfill> add_backfill(const std::string& name, const std::string& body) {
    return schedules->add_backfill(caller, {"TEST", "Flow", name, Json::parse(body)});
  }
  // Ends whatever runs, as a worker would.
  void end_all() {
    while (true) {
      const auto leased = turned_runs->lease(30'000, "w");
      ASSERT_TRUE(leased.ok());
      if (!*leased) return;
      ASSERT_TRUE(turned_runs->finish((*leased)->second, RunState::complete, "", 0, {}).ok());
    }
  }
  std::vector<cvg::Run> runs_of(const std::string& type) {
    std::vector<cvg::Run> found;
    RunFilter filter;
    filter.tenant_id = "acme";
    filter.limit = 1000;
    const Result<RunPage> page = turned_runs->list(filter);
    for (const cvg::Run& run : page->runs)
      if (run.trigger_type == type) found.insert(found.begin(), run);
    return found;
  }

  FakeClock turned;  // 2026-05-15, noon
  int changes = 0, wakes = 0;
  ScheduleCaller caller;
  std::optional<RunStore> turned_runs;
  std::optional<RunEnvironment> turned_environment;
  std::optional<ScheduleStore> schedule_store;
  std::optional<QueueStore> queue_store;
  std::optional<Schedules> schedules;
  std::optional<Scheduler> scheduler;
};

}  // namespace cvg
