// The backfills of QueueStore: days that are queued together, counted together and cancelled together.
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/state/audit_log.h"
#include "core/state/queue_store.h"

namespace cvg {
namespace {

void insert_backfill(Connection& c, const Backfill& b) {
  c.prepare("INSERT INTO tenant_backfills (backfill_id, tenant_id, pipeline_id, provider, domain, pipeline_template, from_date, to_date, "
            "parameters_json, priority, user_id, actor, days_total, created_ms) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
      .bind(1, b.backfill_id).bind(2, b.tenant_id).bind(3, b.pipeline_id).bind(4, b.provider).bind(5, b.domain)
      .bind(6, b.template_name).bind(7, b.from_date).bind(8, b.to_date).bind(9, b.parameters_json).bind(10, b.priority)
      .bind(11, b.user_id).bind(12, b.actor).bind(13, b.total).bind(14, b.created_ms)
      .step();
}

// The same days of the same pipeline with the same variables, not all of them ended: queued again they would only run twice.
Status check_not_open(Connection& c, const Backfill& b) {
  Statement& row = c.prepare(
      "SELECT backfill_id FROM tenant_backfills b WHERE tenant_id = ?1 AND pipeline_id = ?2 AND from_date = ?3 AND to_date = ?4 AND parameters_json = ?5 "
      "AND cancelled_ms = 0 AND EXISTS (SELECT 1 FROM tenant_scheduled_pipeline_runs WHERE config_id = b.backfill_id AND status IN ('PENDING', 'RUNNING'))");
  if (!row.bind(1, b.tenant_id).bind(2, b.pipeline_id).bind(3, b.from_date).bind(4, b.to_date).bind(5, b.parameters_json).step()) return row.status();
  return Status(Code::conflict, fmt::format("The backfill {} of these days is under way already", row.text(0))).with_retryable(false);
}

// The first day may begin; every other one waits for the one before it.
void insert_day(Connection& c, const Backfill& b, std::int64_t day, bool first) {
  const std::string id = random_uuid();
  c.prepare("INSERT INTO tenant_scheduled_pipeline_runs (scheduled_run_id, config_id, tenant_id, scheduled_ms, status, created_ms) "
            "VALUES (?1, ?2, ?3, ?4, 'PENDING', ?5)")
      .bind(1, id).bind(2, b.backfill_id).bind(3, b.tenant_id).bind(4, midnight_ms(day)).bind(5, b.created_ms)
      .step();
  c.prepare("INSERT INTO tenant_pipeline_execution_queue (tenant_id, pipeline_id, scheduled_run_id, provider, domain, pipeline_template, "
            "run_date, parameters_json, trigger_type, priority, status, not_before_ms, created_ms, hold, user_id, actor) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'backfill', ?9, 'QUEUED', ?10, ?10, ?11, ?12, ?13)")
      .bind(1, b.tenant_id).bind(2, b.pipeline_id).bind(3, id).bind(4, b.provider).bind(5, b.domain).bind(6, b.template_name)
      .bind(7, format_date(day)).bind(8, b.parameters_json).bind(9, b.priority).bind(10, b.created_ms)
      .bind(11, first ? "" : "pipeline").bind(12, b.user_id).bind(13, b.actor)
      .step();
}

// What was held behind the days that are gone: the next of their pipeline, and whatever waits for a slot or a turn that one of
// them may have been offered.  One that still cannot begin is held again.
void ask_again(Connection& c, const Backfill& gone) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE tenant_id = ?1 AND (hold IN ('slot', 'backfill') OR (hold = 'pipeline' "
            "AND queue_id = (SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1 AND pipeline_id = ?2 "
            "AND status = 'QUEUED' ORDER BY trigger_type DESC, queue_id LIMIT 1)))")
      .bind(1, gone.tenant_id).bind(2, gone.pipeline_id)
      .step();
  c.notify_after_commit();
}

Result<std::optional<Backfill>> find(Connection& c, const std::string& tenant_id, const std::string& backfill_id) {
  Statement& row = c.prepare(
      "SELECT pipeline_id, provider, domain, pipeline_template, from_date, to_date, parameters_json, priority, user_id, actor, days_total, "
      "days_cancelled, created_ms, cancelled_ms FROM tenant_backfills WHERE backfill_id = ?1 AND tenant_id = ?2");
  if (!row.bind(1, backfill_id).bind(2, tenant_id).step()) {
    if (!row.status().ok()) return row.status();
    return std::optional<Backfill>();
  }
  Backfill b{backfill_id,  tenant_id,    row.text(0), row.text(1), row.text(2),     row.text(3),     row.text(4),
             row.text(5),  row.text(6),  row.integer(7), row.text(8), row.text(9),  row.integer(12), row.integer(13)};
  b.total = row.integer(10);
  b.cancelled = row.integer(11);
  Statement& days = c.prepare("SELECT coalesce(sum(status = 'PENDING'), 0), coalesce(sum(status = 'RUNNING'), 0), "
                              "coalesce(sum(status = 'COMPLETED'), 0), coalesce(sum(status = 'FAILED'), 0) "
                              "FROM tenant_scheduled_pipeline_runs WHERE config_id = ?1");
  if (!days.bind(1, backfill_id).step()) return days.status();
  b.queued = days.integer(0);
  b.running = days.integer(1);
  b.complete = days.integer(2);
  b.failed = days.integer(3) - b.cancelled;
  return std::optional<Backfill>(std::move(b));
}

}  // namespace

Result<Backfill> QueueStore::add(const Backfill& asked, const AuditEntry& audit) {
  Backfill backfill = asked;
  backfill.backfill_id = random_uuid();
  const std::int64_t first = parse_date(asked.from_date).value_or(0), last = parse_date(asked.to_date).value_or(-1);
  backfill.total = backfill.queued = last - first + 1;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(check_not_open(c, backfill));
    backfill.created_ms = clock_.now_ms();
    insert_backfill(c, backfill);
    for (std::int64_t day = first; day <= last; ++day) insert_day(c, backfill, day, day == first);
    AuditEntry entry = audit;
    entry.target = backfill.backfill_id;
    insert_audit(c, entry, clock_);
    return Status();
  }));
  return backfill;
}

Result<std::optional<Backfill>> QueueStore::backfill(const std::string& tenant_id, const std::string& backfill_id) {
  std::optional<Backfill> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    CVG_ASSIGN(found, find(c, tenant_id, backfill_id));
    return Status();
  }));
  return found;
}

Result<Backfill> QueueStore::cancel(const std::string& tenant_id, const std::string& backfill_id, const AuditEntry& audit) {
  std::optional<Backfill> found;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    CVG_ASSIGN(found, find(c, tenant_id, backfill_id));
    if (!found) return Status(Code::not_found, fmt::format("There is no backfill {}", backfill_id));
    if (found->cancelled_ms != 0 || found->queued == 0) return Status();
    const std::int64_t now = clock_.now_ms();
    c.prepare("UPDATE tenant_scheduled_pipeline_runs SET status = 'FAILED', end_ms = ?2, error_message = 'The backfill was cancelled' "
              "WHERE config_id = ?1 AND status = 'PENDING'")
        .bind(1, backfill_id).bind(2, now)
        .step();
    const std::int64_t days = c.changes();
    c.prepare("DELETE FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED' AND scheduled_run_id IN "
              "(SELECT scheduled_run_id FROM tenant_scheduled_pipeline_runs WHERE config_id = ?1)")
        .bind(1, backfill_id)
        .step();
    ask_again(c, *found);
    c.prepare("UPDATE tenant_backfills SET cancelled_ms = ?2, days_cancelled = ?3 WHERE backfill_id = ?1")
        .bind(1, backfill_id).bind(2, now).bind(3, days)
        .step();
    insert_audit(c, audit, clock_);
    CVG_ASSIGN(found, find(c, tenant_id, backfill_id));
    return Status();
  }));
  return *found;
}

}  // namespace cvg
