#include "core/state/usage_upkeep.h"

#include "core/base/time_text.h"
#include "core/state/audit_log.h"

namespace cvg {
namespace {

constexpr std::int64_t rows_max = 5000;  // moved in one transaction: others write, too

Result<std::int64_t> archive_some(Database& database, const std::string& before, std::int64_t now_ms) {
  std::int64_t moved = 0;
  CVG_RETURN_IF_ERROR(database.write([&](Connection& c) {
    c.prepare("INSERT INTO tenant_usage_history (tenant_id, usage_date, pipelines_run_today, pipelines_run_month, pipelines_succeeded_today, "
              "pipelines_failed_today, max_concurrent_reached, archived_ms) SELECT tenant_id, usage_date, pipelines_run_today, "
              "pipelines_run_month, pipelines_succeeded_today, pipelines_failed_today, max_concurrent_reached, ?2 FROM tenant_usage_quotas "
              "WHERE usage_date < ?1 ORDER BY usage_date, tenant_id LIMIT ?3 ON CONFLICT (tenant_id, usage_date) DO NOTHING")
        .bind(1, before).bind(2, now_ms).bind(3, rows_max)
        .step();
    c.prepare("DELETE FROM tenant_usage_quotas WHERE usage_date < ?1 AND EXISTS (SELECT 1 FROM tenant_usage_history h WHERE "
              "h.tenant_id = tenant_usage_quotas.tenant_id AND h.usage_date = tenant_usage_quotas.usage_date)")
        .bind(1, before)
        .step();
    moved = c.changes();
    return Status();
  }));
  return moved;
}

}  // namespace

// What was refused for the old quota says nothing about the new one: the doubling pauses of its attempts begin anew.
void look_at_quota_waits_again(Connection& connection, const std::string& tenant_id, std::int64_t now_ms) {
  connection
      .prepare("UPDATE tenant_pipeline_execution_queue SET not_before_ms = ?2, attempt = 0, waits_for = '' WHERE status = 'QUEUED' AND hold = '' "
               "AND not_before_ms > ?2 AND waits_for = 'quota' AND (?1 = '' OR tenant_id = ?1)")
      .bind(1, tenant_id).bind(2, now_ms)
      .step();
  connection.notify_after_commit();
}

Result<std::int64_t> reset_usage_of_today(Database& database, const Clock& clock, const AuditEntry& audit) {
  std::int64_t updated = 0;
  CVG_RETURN_IF_ERROR(database.write([&](Connection& c) {
    c.prepare("UPDATE tenant_usage_quotas SET pipelines_run_today = 0, pipelines_succeeded_today = 0, pipelines_failed_today = 0, "
              "max_concurrent_reached = (SELECT count(*) FROM tenant_pipeline_runs r WHERE r.tenant_id = tenant_usage_quotas.tenant_id AND "
              "r.status IN ('PENDING', 'RUNNING') AND r.counts_quota = 1) WHERE usage_date = ?1")
        .bind(1, format_date_of(clock.now_ms()))
        .step();
    updated = c.changes();
    look_at_quota_waits_again(c, "", clock.now_ms());
    insert_audit(c, audit, clock);
    return Status();
  }));
  return updated;
}

Result<std::int64_t> archive_usage(Database& database, const Clock& clock, std::int64_t keep_days) {
  const std::string before = format_date(date_of(clock.now_ms()) - keep_days);
  std::int64_t all = 0;
  while (true) {
    CVG_ASSIGN(const std::int64_t moved, archive_some(database, before, clock.now_ms()));
    all += moved;
    if (moved == 0) return all;
  }
}

}  // namespace cvg
