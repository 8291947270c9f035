#include "core/state/queue_store.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/state/audit_log.h"

namespace cvg {
namespace {

constexpr std::int64_t doublings_max = 20;

// Held until the triggers of the store, or mend(), let it go.
void hold(Connection& c, const QueueItem& item, std::string_view why) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = ?2 WHERE queue_id = ?1").bind(1, item.queue_id).bind(2, why).step();
}

// The slot that an item did not use may do for another one of the tenant.
void offer_slot(Connection& c, const QueueItem& item) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE queue_id = (SELECT queue_id FROM tenant_pipeline_execution_queue "
            "WHERE tenant_id = ?1 AND hold = 'slot' ORDER BY priority DESC, queue_id LIMIT 1)")
      .bind(1, item.tenant_id)
      .step();
}

void tell_why(Connection& c, const QueueItem& item, const Status& why) {
  c.prepare("UPDATE tenant_scheduled_pipeline_runs SET error_message = ?2 WHERE scheduled_run_id = ?1 AND status = 'PENDING'")
      .bind(1, item.scheduled_run_id).bind(2, why.text())
      .step();
}

// Whatever failed before has passed, since only the quota is missing: its attempts begin anew.
void wait_for_quota(Connection& c, const QueueItem& item, const Status& why, std::int64_t at_ms) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET not_before_ms = ?2, attempt = 0, waits_for = 'quota' WHERE queue_id = ?1")
      .bind(1, item.queue_id).bind(2, at_ms)
      .step();
  tell_why(c, item, why);
}

bool is_waiting(Connection& c, QueueItem& item) {
  Statement& row = c.prepare("SELECT attempt FROM tenant_pipeline_execution_queue WHERE queue_id = ?1 AND status = 'QUEUED' AND hold = ''");
  if (!row.bind(1, item.queue_id).step()) return false;
  item.attempt = row.integer(0);
  return true;
}

// Whether a day of a backfill must let others go first.
std::string_view backfill_waits_for(Connection& c, const QueueItem& item, std::int64_t parallel_max) {
  Statement& first = c.prepare("SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1 AND pipeline_id = ?2 AND "
                               "status = 'QUEUED' ORDER BY trigger_type DESC, queue_id LIMIT 1");
  if (first.bind(1, item.tenant_id).bind(2, item.pipeline_id).step() && first.integer(0) != item.queue_id) return "pipeline";
  Statement& running = c.prepare("SELECT count(*) FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1 AND status = 'PROCESSING' "
                                 "AND trigger_type = 'backfill'");
  return running.bind(1, item.tenant_id).step() && running.integer(0) >= parallel_max ? "backfill" : "";
}

// Those who have something that may begin now; who was served longest ago, or never, is first.
std::vector<std::string> tenants_in_turn(Connection& c, std::int64_t now, std::int64_t limit) {
  std::vector<std::string> tenants;
  Statement& row = c.prepare(
      "WITH RECURSIVE waiting (tenant_id) AS (SELECT min(tenant_id) FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED' AND hold = '' "
      "UNION ALL SELECT (SELECT min(q.tenant_id) FROM tenant_pipeline_execution_queue q WHERE q.status = 'QUEUED' AND q.hold = '' AND "
      "q.tenant_id > w.tenant_id) FROM waiting w WHERE w.tenant_id IS NOT NULL) "
      "SELECT w.tenant_id FROM waiting w LEFT JOIN tenant_profiles t ON t.tenant_id = w.tenant_id WHERE w.tenant_id IS NOT NULL AND EXISTS "
      "(SELECT 1 FROM tenant_pipeline_execution_queue q WHERE q.tenant_id = w.tenant_id AND q.status = 'QUEUED' AND q.hold = '' AND "
      "q.not_before_ms <= ?1) ORDER BY coalesce(t.queue_turn, 0), w.tenant_id LIMIT ?2");
  row.bind(1, now).bind(2, limit);
  while (row.step()) tenants.push_back(row.text(0));
  return tenants;
}

std::vector<QueueItem> first_items(Connection& c, const std::string& tenant_id, std::int64_t now, std::int64_t limit) {
  std::vector<QueueItem> items;
  Statement& row = c.prepare(
      "SELECT queue_id, tenant_id, pipeline_id, scheduled_run_id, provider, domain, pipeline_template, run_date, parameters_json, "
      "trigger_type, user_id, actor, priority, attempt FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1 AND "
      "status = 'QUEUED' AND hold = '' AND not_before_ms <= ?2 ORDER BY priority DESC, not_before_ms, queue_id LIMIT ?3");
  row.bind(1, tenant_id).bind(2, now).bind(3, limit);
  while (row.step())
    items.push_back({row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7), row.text(8),
                     row.text(9), row.text(10), row.text(11), row.integer(12), row.integer(13)});
  return items;
}

void begun(Connection& c, const QueueItem& item, const std::string& run_id, std::int64_t now) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET status = 'PROCESSING', pipeline_logging_id = ?2 WHERE queue_id = ?1")
      .bind(1, item.queue_id).bind(2, run_id)
      .step();
  c.prepare("UPDATE tenant_scheduled_pipeline_runs SET status = 'RUNNING', pipeline_logging_id = ?2, start_ms = ?3, error_message = '' "
            "WHERE scheduled_run_id = ?1 AND status = 'PENDING'")
      .bind(1, item.scheduled_run_id).bind(2, run_id).bind(3, now)
      .step();
  c.prepare("UPDATE tenant_profiles SET queue_turn = (SELECT max(queue_turn) + 1 FROM tenant_profiles) WHERE tenant_id = ?1")
      .bind(1, item.tenant_id)
      .step();
}

void give_up(Connection& c, const QueueItem& item, const std::string& reason, std::int64_t now) {
  c.prepare("UPDATE tenant_scheduled_pipeline_runs SET status = 'FAILED', end_ms = ?2, error_message = ?3 WHERE scheduled_run_id = ?1 "
            "AND status IN ('PENDING', 'RUNNING')")
      .bind(1, item.scheduled_run_id).bind(2, now).bind(3, reason)
      .step();
  c.prepare("UPDATE tenant_pipeline_configs SET last_run_status = 'FAILED' WHERE config_id = (SELECT config_id FROM "
            "tenant_scheduled_pipeline_runs WHERE scheduled_run_id = ?1)")
      .bind(1, item.scheduled_run_id)
      .step();
  c.prepare("DELETE FROM tenant_pipeline_execution_queue WHERE queue_id = ?1").bind(1, item.queue_id).step();
}

void retry(Connection& c, const QueueItem& item, const Status& why, const QueueStore::Options& options, std::int64_t now) {
  const std::int64_t attempt = item.attempt + 1;
  if (attempt >= options.attempts_max) return give_up(c, item, fmt::format("{} (after {} attempts)", why.text(), attempt), now);
  const std::int64_t pause_ms = options.retry_ms << std::min(attempt - 1, doublings_max);
  c.prepare("UPDATE tenant_pipeline_execution_queue SET attempt = ?2, priority = max(1, priority - 1), not_before_ms = ?3, waits_for = '' "
            "WHERE queue_id = ?1")
      .bind(1, item.queue_id).bind(2, attempt).bind(3, now + pause_ms)
      .step();
  tell_why(c, item, why);
}

// A run could not begin: whether that is a matter of another run, of the plan, or an error.
void refused(Connection& c, const QueueItem& item, const Status& why, const QueueStore::Options& options, std::int64_t now) {
  if (why.code() == Code::quota && why.detail_json().find("CONCURRENT_LIMIT_EXCEEDED") != std::string::npos) return hold(c, item, "slot");
  offer_slot(c, item);
  if (why.code() == Code::denied) return hold(c, item, "tenant");
  if (why.code() == Code::quota) return wait_for_quota(c, item, why, now + why.retry_after_ms().value_or(options.retry_ms));
  retry(c, item, why, options, now);
}

}  // namespace

// Tenants take turns, whatever their items' priorities and numbers; priority orders what is one tenant's.
Result<std::vector<QueueItem>> QueueStore::ready(std::int64_t limit) {
  std::vector<QueueItem> items;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    std::vector<std::vector<QueueItem>> lanes;
    for (const std::string& tenant_id : tenants_in_turn(c, now, limit)) lanes.push_back(first_items(c, tenant_id, now, limit));
    for (std::size_t place = 0; std::any_of(lanes.begin(), lanes.end(), [&](const auto& lane) { return place < lane.size(); }); ++place)
      for (std::vector<QueueItem>& lane : lanes)
        if (place < lane.size() && std::ssize(items) < limit) items.push_back(std::move(lane[place]));
    return Status();
  }));
  return items;
}

Result<std::optional<std::int64_t>> QueueStore::next_ready_ms() {
  std::optional<std::int64_t> next;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT min(not_before_ms) FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED' AND hold = ''");
    if (row.step() && !row.is_null(0)) next = row.integer(0);
    return row.status();
  }));
  return next;
}

Result<std::vector<std::string>> QueueStore::claim(const std::vector<Claim>& claims) {
  std::vector<std::string> run_ids(claims.size());
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    for (std::size_t i = 0; i < claims.size(); ++i) {
      QueueItem item = claims[i].item;
      run_ids[i].clear();
      if (!is_waiting(c, item)) continue;
      if (!claims[i].prepared.ok()) {
        refused(c, item, claims[i].prepared, options_, now);
        continue;
      }
      if (const std::string_view why = item.is_backfill() ? backfill_waits_for(c, item, options_.backfills_parallel_max) : ""; !why.empty()) {
        hold(c, item, why);
        offer_slot(c, item);
        continue;
      }
      Result<RunStore::Begun> run = runs_.begin_in(c, claims[i].run, claims[i].plan, true, claims[i].audit);
      if (!run.ok()) {
        refused(c, item, run.status(), options_, now);
      } else if (run->duplicate) {
        hold(c, item, "pipeline");
        offer_slot(c, item);
      } else {
        begun(c, item, run->run_id, now);
        offer_slot(c, item);
        run_ids[i] = run->run_id;
      }
    }
    return Status();
  }));
  return run_ids;
}

// Each statement mends what its sentence says.
Result<std::vector<Mended>> QueueStore::mend(const AuditEntry& audit) {
  struct Repair {
    std::string_view action, sql;
  };
  constexpr Repair repairs[] = {
      {"history brought in line with its run",
       "UPDATE tenant_scheduled_pipeline_runs AS h SET status = CASE r.status WHEN 'COMPLETE' THEN 'COMPLETED' ELSE 'FAILED' END, "
       "end_ms = r.end_ms, error_message = r.error_message FROM tenant_pipeline_runs r WHERE h.status IN ('PENDING', 'RUNNING') AND "
       "h.pipeline_logging_id = r.pipeline_logging_id AND r.status IN ('COMPLETE', 'FAILED') "
       "RETURNING tenant_id, '', pipeline_logging_id"},
      {"queue item removed: its run has ended",
       "DELETE FROM tenant_pipeline_execution_queue AS q WHERE status = 'PROCESSING' AND EXISTS (SELECT 1 FROM tenant_pipeline_runs r "
       "WHERE r.pipeline_logging_id = q.pipeline_logging_id AND r.status IN ('COMPLETE', 'FAILED')) "
       "RETURNING tenant_id, pipeline_id, pipeline_logging_id"},
      {"queue item queued again: it had no run",
       "UPDATE tenant_pipeline_execution_queue SET status = 'QUEUED', hold = '', pipeline_logging_id = '' WHERE status = 'PROCESSING' AND "
       "NOT EXISTS (SELECT 1 FROM tenant_pipeline_runs r WHERE r.pipeline_logging_id = "
       "tenant_pipeline_execution_queue.pipeline_logging_id) RETURNING tenant_id, pipeline_id, ''"},
      {"history made to wait again: it had no run",
       "UPDATE tenant_scheduled_pipeline_runs SET status = 'PENDING', pipeline_logging_id = '', start_ms = 0 WHERE status = 'RUNNING' AND "
       "scheduled_run_id IN (SELECT scheduled_run_id FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED') "
       "RETURNING tenant_id, '', ''"},
      {"history ended: nothing is left that would run it",
       "UPDATE tenant_scheduled_pipeline_runs SET status = 'FAILED', end_ms = ?1, error_message = 'Its place in the queue was lost' "
       "WHERE status IN ('PENDING', 'RUNNING') AND NOT EXISTS (SELECT 1 FROM tenant_pipeline_execution_queue q WHERE q.scheduled_run_id = "
       "tenant_scheduled_pipeline_runs.scheduled_run_id) RETURNING tenant_id, '', pipeline_logging_id"},
  };
  std::vector<Mended> mended;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    mended.clear();
    for (const Repair& repair : repairs) {
      Statement& row = c.prepare(repair.sql);
      if (repair.sql.find("?1") != std::string_view::npos) row.bind(1, clock_.now_ms());
      while (row.step()) mended.push_back({row.text(0), row.text(1), row.text(2), std::string(repair.action)});
    }
    // What waits for a slot or a turn asks again; so does the first of a pipeline that nothing runs.
    c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE hold IN ('slot', 'backfill')").step();
    c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE hold = 'tenant' AND tenant_id IN "
              "(SELECT tenant_id FROM tenant_profiles WHERE status = 'ACTIVE')").step();
    c.prepare("UPDATE tenant_pipeline_execution_queue AS q SET hold = '' WHERE hold = 'pipeline' AND NOT EXISTS (SELECT 1 FROM "
              "tenant_pipeline_runs r WHERE r.tenant_id = q.tenant_id AND r.pipeline_id = q.pipeline_id AND r.status IN ('PENDING', 'RUNNING')) "
              "AND queue_id = (SELECT queue_id FROM tenant_pipeline_execution_queue f WHERE f.tenant_id = q.tenant_id AND f.pipeline_id = "
              "q.pipeline_id AND f.status = 'QUEUED' ORDER BY f.trigger_type DESC, f.queue_id LIMIT 1)").step();
    if (!mended.empty()) insert_audit(c, audit, clock_);
    return Status();
  }));
  return mended;
}

Result<std::vector<Mended>> QueueStore::expired_runs() {
  std::vector<Mended> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT tenant_id, pipeline_id, pipeline_logging_id FROM tenant_pipeline_runs WHERE status = 'RUNNING' AND "
                               "lease_expires_ms <= ?1 ORDER BY lease_expires_ms");
    row.bind(1, clock_.now_ms());
    while (row.step()) found.push_back({row.text(0), row.text(1), row.text(2), "run taken back from a worker that fell silent"});
    return row.status();
  }));
  return found;
}

Result<SchedulerNumbers> QueueStore::numbers() {
  SchedulerNumbers n;
  const std::int64_t now = clock_.now_ms(), midnight = now - now % 86'400'000;
  const auto count = [](Connection& c, std::string_view sql, std::int64_t at) {
    Statement& row = c.prepare(sql);
    if (sql.find("?1") != std::string_view::npos) row.bind(1, at);
    return row.step() ? row.integer(0) : 0;
  };
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    n.active = count(c, "SELECT count(*) FROM tenant_pipeline_configs WHERE is_active = 1 AND is_deleted = 0", now);
    n.due = count(c, "SELECT count(*) FROM tenant_pipeline_configs WHERE is_active = 1 AND is_deleted = 0 AND next_run_ms <= ?1", now);
    n.queued = count(c, "SELECT count(*) FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED'", now);
    n.queue_length = count(c, "SELECT count(*) FROM tenant_pipeline_execution_queue", now);
    n.running = n.queue_length - n.queued;
    Statement& row = c.prepare("SELECT coalesce(sum(status = 'COMPLETED'), 0), coalesce(sum(status = 'FAILED'), 0), "
                               "coalesce(avg(CASE WHEN start_ms > 0 THEN (end_ms - start_ms) / 1000.0 END), 0.0) "
                               "FROM tenant_scheduled_pipeline_runs WHERE end_ms > 0 AND end_ms >= ?1");
    if (row.bind(1, midnight).step()) {
      n.completed_today = row.integer(0);
      n.failed_today = row.integer(1);
      n.average_seconds = row.real(2);
    }
    return row.status();
  }));
  return n;
}

}  // namespace cvg
