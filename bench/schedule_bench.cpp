// Schedules: one trigger over 100,000 schedules of which 100 are due, and the queueing of ten backfills of 365 days, on a
// store on disk. Each figure is a line `name value unit goal<=x ok|short`, the median of 5.
#include <cstdio>
#include <filesystem>

#include "core/base/text.h"
#include "core/schedule/due_schedule.h"
#include "core/state/queue_store.h"
#include "core/state/schedule_store.h"
#include "core/state/tenant_store.h"

namespace cvg {
namespace {

constexpr int rounds = 5, schedules_all = 100'000, schedules_due = 100, backfills = 10;
constexpr double tick_goal_ms = 10, backfill_goal_ms = 1000;
constexpr std::int64_t hour_ms = 3'600'000;

void need(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "schedule_bench: %s\n", status.log_text().c_str());
  std::exit(1);
}

double ms_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

void report(const char* name, std::vector<double> values, double goal) {
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  std::printf("%s %.2f ms goal<=%.0f %s\n", name, median, goal, median <= goal ? "ok" : "short");
}

void make_tenant(TenantStore& tenants) {
  Tenant tenant;
  tenant.id = tenant.display_id = "bench";
  tenant.plan = {"SCALE", 100, 3000, 10, 1, 1};
  ApiKey key;
  key.id = key.hash = "k";
  key.tenant_id = "bench";
  need(tenants.create(tenant, key, {}));
}

// In one statement: a row per schedule, the last of them due.
void make_schedules(Database& database, std::int64_t now) {
  need(database.write([&](Connection& c) {
    for (int i = 0; i < schedules_all; ++i)
      c.prepare("INSERT INTO tenant_pipeline_configs (config_id, tenant_id, provider, domain, pipeline_template, schedule_cron, timezone, "
                "is_active, parameters_json, priority, misfire, max_catchup, next_run_ms, created_ms, updated_ms) VALUES (?1, 'bench', 'aws', "
                "'cost', ?1, '0 * * * *', 'America/New_York', 1, '{}', 5, 'last', 10, ?2, 0, 0)")
          .bind(1, "t" + std::to_string(i)).bind(2, now + hour_ms)
          .step();
    return Status();
  }));
}

double one_tick(Database& database, ScheduleStore& schedules, const Clock& clock) {
  need(database.write([&](Connection& c) {
    c.prepare("UPDATE tenant_pipeline_configs SET next_run_ms = ?1 WHERE rowid IN (SELECT rowid FROM tenant_pipeline_configs ORDER BY random() LIMIT ?2)")
        .bind(1, clock.now_ms() / hour_ms * hour_ms).bind(2, schedules_due)
        .step();
    return Status();
  }));
  const auto begun = std::chrono::steady_clock::now();
  const auto found = schedules.due("", 1000);
  need(found.status());
  std::vector<DueSchedule> due;
  for (const auto& [schedule, suspended] : *found) due.push_back(*plan_due(schedule, suspended, clock.now_ms(), hour_ms));
  const auto done = schedules.enqueue(due, 10, {});
  need(done.status());
  const double took = ms_since(begun);
  if (done->triggered != schedules_due) need(Status(Code::host, "", "other schedules than the due ones were found"));
  return took;
}

double queue_backfills(QueueStore& queue, int round) {
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < backfills; ++i) {
    Backfill b;
    b.tenant_id = "bench";
    b.pipeline_id = fmt::format("bench-aws-cost-b{}-{}", round, i);
    b.provider = "aws";
    b.domain = "cost";
    b.template_name = "b";
    b.from_date = "2025-01-01";
    b.to_date = "2025-12-31";
    b.parameters_json = "{}";
    need(queue.add(b, {}).status());
  }
  return ms_since(begun);
}

void bench(const std::string& folder) {
  Result<std::unique_ptr<Database>> database = open_database({.path = folder + "/state.db"});
  need(database.status());
  SystemClock clock;
  TenantStore tenants(**database, clock);
  RunStore runs(**database, clock);
  ScheduleStore schedules(**database, clock);
  QueueStore queue(**database, runs, clock, {});
  make_tenant(tenants);
  make_schedules(**database, clock.now_ms());
  std::vector<double> ticks, queued;
  for (int round = 0; round < rounds; ++round) ticks.push_back(one_tick(**database, schedules, clock));
  for (int round = 0; round < rounds; ++round) queued.push_back(queue_backfills(queue, round));
  report("schedule_tick_100_of_100000", ticks, tick_goal_ms);
  report("backfill_enqueue_365x10", queued, backfill_goal_ms);
}

}  // namespace
}  // namespace cvg

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "schedule_bench_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  cvg::bench(folder);
  std::filesystem::remove_all(folder);
  return 0;
}
