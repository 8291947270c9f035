#include "core/warehouse/upkeep.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 86'400'000, mib = 1 << 20;

struct Counted {
  std::atomic<std::int64_t> UpkeepCounters::*counter;
  const char* name;  // in the warehouse's report
};
constexpr Counted counted[] = {{&UpkeepCounters::expired_snapshots, "expired_snapshots"}, {&UpkeepCounters::flushed_rows, "flushed_rows"},
                               {&UpkeepCounters::merged_files, "merged_files"},           {&UpkeepCounters::rewritten_files, "rewritten_files"},
                               {&UpkeepCounters::deleted_files, "deleted_files"},         {&UpkeepCounters::swept_files, "swept_files"},
                               {&UpkeepCounters::swept_folders, "swept_folders"}};

Json options_of(const UpkeepLimits& limits, bool force) {
  Json options = Json::object();
  options.set("force", force).set("snapshot_keep_ms", limits.snapshot_keep_days * day_ms);
  options.set("file_grace_ms", limits.file_grace_minutes * minute_ms).set("flush_rows_min", limits.flush_rows_min);
  options.set("merge_files_min", limits.merge_files_min).set("merge_file_bytes", limits.merge_file_mb * mib);
  return options.set("pass_bytes_max", limits.upkeep_mb_max * mib);
}

}  // namespace

void Upkeep::start() {
  if (limits_.upkeep_minutes > 0) timer_ = std::thread([this] { work(); });
}

void Upkeep::stop() {
  stopping_.store(true);
  {
    MutexLock lock(mutex_);
    ended_ = true;
    stopped_.notify_all();
  }
  if (timer_.joinable()) timer_.join();
}

void Upkeep::work() {
  while (true) {
    {
      MutexLock lock(mutex_);
      const std::int64_t next = parts_.clock.monotonic_ms() + limits_.upkeep_minutes * minute_ms;
      while (!ended_ && parts_.clock.monotonic_ms() < next) stopped_.wait_for_ms(mutex_, next - parts_.clock.monotonic_ms());
      if (ended_) return;
    }
    run_all();
  }
}

void Upkeep::run_all() {
  const Result<Json> first = pass("", false);
  if (!first.ok()) return;
  for (const Json& tenant : (*first)["datasets"].items()) {
    if (stopping_.load()) return;
    (void)pass(tenant.text(), false);  // told in the log and counted
  }
}

Result<Json> Upkeep::run_now(const std::string& tenant_id) { return pass(tenant_id, true); }

void Upkeep::count(const Json& report) {
  for (const Counted& one : counted) (counters_.*one.counter).fetch_add(report[one.name].integer());
  const std::int64_t locked = report["locked_ms_max"].integer();
  if (locked > counters_.locked_ms_max.load()) counters_.locked_ms_max.store(locked);
}

Result<Json> Upkeep::pass(const std::string& tenant_id, bool force) {
  MutexLock one(pass_mutex_);
  Json options = options_of(limits_, force), live = Json::array();
  if (!tenant_id.empty()) {
    CVG_ASSIGN(const std::vector<std::string> runs, parts_.live_runs(tenant_id));
    for (const std::string& run : runs) live.push(run);
  }
  CallInfo info;
  info.tenant_id = info.display_id = tenant_id;
  Call call(Call::Options{.info = std::move(info), .clock = &parts_.clock, .cancel = &stopping_});
  const std::int64_t begun = parts_.clock.monotonic_ms();
  Result<Json> report = parts_.warehouse.upkeep(call.raw(), options.set("live_runs", live));
  const std::int64_t ms = parts_.clock.monotonic_ms() - begun;
  counters_.passes.fetch_add(1);
  // Also of a pass that failed in its midst: readers lose nothing by looking anew.
  if (!tenant_id.empty() && parts_.changed && (!report.ok() || (*report)["changed"].boolean())) parts_.changed(tenant_id);
  if (!report.ok()) {
    if (report.status().code() != Code::cancelled) counters_.failures.fetch_add(1);
    parts_.log.warning("Upkeep failed", {{"tenant_id", tenant_id}, {"error", report.status().log_text()}});
    return report;
  }
  count(*report);
  report->set("duration_ms", ms);
  if (!(*report)["skipped"].boolean() && !tenant_id.empty())
    parts_.log.info("Upkeep done", {{"tenant_id", tenant_id}, {"report", report->dump()}});
  return report;
}

}  // namespace cvg
