#include "core/schedule/scheduler.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/schedule/due_schedule.h"
#include "core/schedule/queued_run.h"
#include "core/schedule/schedules.h"
#include "core/state/usage_upkeep.h"

namespace cvg {
namespace {

constexpr std::int64_t claims_at_once_max = 64;

}  // namespace

Result<TriggerCounts> Scheduler::trigger(const std::string& tenant_id, std::int64_t limit, const ScheduleCaller& caller) {
  CVG_ASSIGN(const auto found, parts_.schedules.due(tenant_id, limit));
  const std::int64_t now = parts_.environment.clock.now_ms();
  std::vector<DueSchedule> due;
  for (const auto& [schedule, suspended] : found) {
    Result<DueSchedule> planned = plan_due(schedule, suspended, now, parts_.misfire_grace_ms);
    if (planned.ok()) {
      due.push_back(std::move(*planned));
      continue;
    }
    // Its zone has gone from the system since it was stored: it must not be found due again and again.
    parts_.environment.log.error("A schedule cannot be read any more and is not run", {{"tenant_id", schedule.tenant_id}, {"config_id", schedule.config_id}, {"error", planned.status().log_text()}});
    DueSchedule never;
    never.config_id = schedule.config_id;
    never.tenant_id = schedule.tenant_id;
    never.found_next_ms = schedule.next_run_ms;
    never.next_run_ms = never_ms;
    due.push_back(never);
  }
  AuditEntry audit = audit_of(caller, "scheduler.trigger", tenant_id.empty() ? "all tenants" : tenant_id);
  audit.detail_json = Json::object().set("schedules", static_cast<std::int64_t>(due.size())).dump();
  CVG_ASSIGN(const ScheduleStore::Enqueued done, parts_.schedules.enqueue(due, parts_.waiting_max, audit));
  TriggerCounts counts{done.triggered, done.queued, done.skipped, {}};
  CVG_ASSIGN(counts.next_ms, parts_.schedules.next_due_ms(tenant_id));
  if (done.queued > 0 && parts_.queued) parts_.queued();
  return counts;
}

QueueStore::Claim Scheduler::prepare(QueueItem item) {
  RunEnvironment& environment = parts_.environment;
  QueueStore::Claim claim;
  claim.item = std::move(item);
  const Result<std::optional<Tenant>> tenant = environment.tenants.get(claim.item.tenant_id);
  if (!tenant.ok() || !*tenant) {
    claim.prepared = tenant.ok() ? Status(Code::not_found, fmt::format("the tenant {} does not exist", claim.item.tenant_id)) : tenant.status();
    return claim;
  }
  Result<PreparedRun> run = prepare_queued_run(environment, **tenant, claim.item);
  if (!run.ok()) {
    claim.prepared = run.status();
    environment.log.warning("A queued run cannot begin", {{"tenant_id", claim.item.tenant_id}, {"pipeline_id", claim.item.pipeline_id}, {"error", run.status().log_text()}});
    return claim;
  }
  claim.run = std::move(run->run);
  claim.audit = std::move(run->audit);
  claim.plan = (*tenant)->plan;
  return claim;
}

Result<QueueProgress> Scheduler::process_queue(std::int64_t most) {
  QueueProgress progress;
  while (progress.processed < most) {
    CVG_ASSIGN(std::vector<QueueItem> items, parts_.queue.ready(std::min(claims_at_once_max, most - progress.processed)));
    if (items.empty()) break;
    std::vector<QueueStore::Claim> claims;
    for (QueueItem& item : items) claims.push_back(prepare(std::move(item)));
    CVG_ASSIGN(const std::vector<std::string> run_ids, parts_.queue.claim(claims));
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (run_ids[i].empty()) continue;
      ++progress.processed;
      progress.run_id = run_ids[i];
      progress.tenant_id = claims[i].run.tenant_id;
      progress.pipeline_id = claims[i].run.pipeline_id;
      parts_.environment.counters.runs_accepted.fetch_add(1);
    }
  }
  return progress;
}

Result<QuotaReset> Scheduler::reset_quotas(const ScheduleCaller& caller) {
  const AuditEntry audit = audit_of(caller, "scheduler.reset_daily_quotas", "all tenants");
  CVG_ASSIGN(const std::int64_t updated, reset_usage_of_today(parts_.database, parts_.environment.clock, audit));
  CVG_ASSIGN(const std::int64_t archived, archive_usage(parts_.database, parts_.environment.clock, parts_.usage_keep_days));
  return QuotaReset{updated, archived};
}

// Runs first: what they free is handed on by what follows.
Result<std::vector<Mended>> Scheduler::clean_up(const ScheduleCaller& caller) {
  CVG_ASSIGN(std::vector<Mended> all, parts_.queue.expired_runs());
  if (!all.empty()) {
    CVG_ASSIGN([[maybe_unused]] const std::int64_t returned, parts_.environment.store.reclaim_expired(false));
  }
  CVG_ASSIGN(const std::vector<Mended> mended, parts_.queue.mend(audit_of(caller, "scheduler.cleanup", "all tenants")));
  all.insert(all.end(), mended.begin(), mended.end());
  CVG_ASSIGN([[maybe_unused]] const std::int64_t archived, archive_usage(parts_.database, parts_.environment.clock, parts_.usage_keep_days));
  if (parts_.queued) parts_.queued();
  return all;
}

}  // namespace cvg
