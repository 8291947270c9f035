// The PENDING rows are the queue.  Their order is start-time fair queueing: a run that begins gets the tag
// max(the smallest waiting tag, the tenant's last live tag) + 1/weight, the weight being the plan's slots, and the smallest
// tag is leased first.  A tenant that begins thousands of runs moves its own tags far ahead; another tenant's first run comes
// right after what waits at the front.  Both begin and lease are look-ups in an index.
#include "core/state/run_store.h"

#include <algorithm>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/state/run_row.h"
#include "core/state/usage_row.h"

namespace cvg {
namespace {

constexpr std::int64_t tag_unit = 1'000'000;

struct Slots {
  std::int64_t live = 0, last_tag = 0, first_waiting_tag = 0;
};

Slots read_slots(Connection& c, const std::string& tenant_id) {
  Slots slots;
  Statement& row = c.prepare(
      "SELECT count(*), coalesce(max(queue_tag), 0), "
      "coalesce((SELECT min(queue_tag) FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0), 0) FROM tenant_pipeline_runs "
      "WHERE tenant_id = ?1 AND status IN ('PENDING', 'RUNNING') AND counts_quota = 1");
  row.bind(1, tenant_id);
  if (row.step()) slots = {row.integer(0), row.integer(1), row.integer(2)};
  return slots;
}

bool find_live(Connection& c, const Run& run, RunStore::Begun& begun) {
  Statement& row = c.prepare(
      "SELECT pipeline_logging_id, status FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND pipeline_id = ?2 AND status IN "
      "('PENDING', 'RUNNING')");
  row.bind(1, run.tenant_id).bind(2, run.pipeline_id);
  if (!row.step()) return false;
  begun.run_id = row.text(0);
  begun.duplicate = true;
  run_state_from_text(row.text(1), begun.state);
  return true;
}

// Whoever asks for a run - a key, a schedule, a backfill - asks here; only an onboarding's own run is let through.
Status check_not_suspended(Connection& c, const std::string& tenant_id) {
  Statement& row = c.prepare("SELECT display_id FROM tenant_profiles WHERE tenant_id = ?1 AND status = 'SUSPENDED'");
  if (!row.bind(1, tenant_id).step()) return row.status();
  return suspended_status(row.text(0));
}

Status lost(const Lease& lease) {
  return Status(Code::conflict, "The run is no longer held by this worker.",
                fmt::format("Run {}: the lease with token {} is over.", lease.run_id, lease.token))
      .with_retryable(false);
}

// The tenant of the run, when the lease still holds it.
bool holds(Connection& c, const Lease& lease) {
  Statement& row = c.prepare(
      "SELECT 1 FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1 AND lease_token = ?2 AND status = 'RUNNING'");
  return row.bind(1, lease.run_id).bind(2, lease.token).step();
}

void count_steps(Connection& c, const std::string& run_id) {
  c.prepare("UPDATE tenant_pipeline_runs SET (steps_total, steps_complete) = (SELECT max(steps_total, count(*)), "
            "count(*) FILTER (WHERE l.status = 'COMPLETE') FROM tenant_step_logs l WHERE l.pipeline_logging_id = ?1) "
            "WHERE pipeline_logging_id = ?1")
      .bind(1, run_id)
      .step();
}

Status write_steps(Connection& c, const Lease& lease, const std::vector<StepRun>& steps) {
  if (!holds(c, lease)) return lost(lease);
  for (const StepRun& step : steps) {
    if (step.run_id != lease.run_id) return Status(Code::state, "A step of another run.", step.step_id);
    put_step(c, step);
    if (c.changes() != 1)
      return Status(Code::state, "A step that has ended does not change.",
                    fmt::format("Run {}: step {} cannot become {}.", step.run_id, step.step_id, to_text(step.state)));
  }
  count_steps(c, lease.run_id);
  return Status();
}

void insert_outbox(Connection& c, const OutboxEntry& entry, std::int64_t now_ms) {
  c.prepare("INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING")
      .bind(1, entry.tenant_id).bind(2, entry.kind).bind(3, entry.key).bind(4, entry.body_json).bind(5, now_ms)
      .step();
}

}  // namespace

Result<RunStore::Begun> RunStore::begin(const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit) {
  Begun begun;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    CVG_ASSIGN(begun, begin_in(c, run, plan, counts_quota, audit));
    return Status();
  }));
  return begun;
}

Result<RunStore::Begun> RunStore::begin_in(Connection& c, const Run& asked, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit) {
  Run run = asked;
  if (run.id.empty()) run.id = random_uuid();
  const std::int64_t now = clock_.now_ms();
  if (run.created_ms == 0) run.created_ms = now;
  Begun begun;
  if (find_live(c, run, begun)) return begun;
  const Slots slots = read_slots(c, run.tenant_id);
  if (counts_quota) {
    CVG_RETURN_IF_ERROR(check_not_suspended(c, run.tenant_id));
    Usage usage = read_usage(c, run.tenant_id, now);
    usage.concurrent_running = slots.live;
    CVG_RETURN_IF_ERROR(check_quota(plan, usage, now));
    add_usage(c, run.tenant_id, now, {.started = 1, .concurrent_reached = slots.live + 1});
  }
  const std::int64_t weight = std::max<std::int64_t>(plan.concurrent, 1);
  insert_run(c, run, counts_quota, std::max(slots.first_waiting_tag, slots.last_tag) + tag_unit / std::min(weight, tag_unit));
  insert_audit(c, audit, clock_);
  c.notify_after_commit();
  return Begun{run.id, RunState::pending, false};
}

Result<std::optional<std::pair<Run, Lease>>> RunStore::lease(std::int64_t lease_ms, const std::string& worker) {
  static const std::string first_sql = fmt::format(
      "SELECT {} FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0 ORDER BY queue_tag, run_number LIMIT 1", run_columns);
  std::optional<std::pair<Run, Lease>> taken;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    taken.reset();
    Statement& row = c.prepare(first_sql);
    if (!row.step()) return row.status();
    const std::int64_t now = clock_.now_ms();
    taken.emplace(read_run(row), Lease{row.text(0), row.integer(lease_token_column) + 1, now + lease_ms});
    Run& run = taken->first;
    run.state = RunState::running;
    if (run.start_ms == 0) run.start_ms = now;
    c.prepare("UPDATE tenant_pipeline_runs SET status = 'RUNNING', start_ms = ?2, lease_token = ?3, lease_expires_ms = ?4, "
              "lease_worker = ?5 WHERE run_number = ?1")
        .bind(1, row.integer(run_number_column)).bind(2, run.start_ms).bind(3, taken->second.token)
        .bind(4, taken->second.expires_ms).bind(5, worker)
        .step();
    return Status();
  }));
  return taken;
}

Status RunStore::renew(const Lease& lease, std::int64_t lease_ms) {
  return database_.write([&](Connection& c) {
    c.prepare("UPDATE tenant_pipeline_runs SET lease_expires_ms = ?3 WHERE pipeline_logging_id = ?1 AND lease_token = ?2 "
              "AND status = 'RUNNING'")
        .bind(1, lease.run_id).bind(2, lease.token).bind(3, clock_.now_ms() + lease_ms)
        .step();
    return c.changes() == 1 ? Status() : lost(lease);
  });
}

// The token goes up, so that a worker which only seemed to be gone can write nothing any more.
Result<std::int64_t> RunStore::reclaim_expired(bool all) {
  std::int64_t moved = 0;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    c.prepare("UPDATE tenant_pipeline_runs SET status = 'PENDING', lease_token = lease_token + 1, lease_worker = '', "
              "is_held = (SELECT count(*) FROM tenant_profiles p WHERE p.tenant_id = tenant_pipeline_runs.tenant_id AND p.status = 'SUSPENDED') "
              "WHERE status = 'RUNNING' AND (?1 OR lease_expires_ms <= ?2)")
        .bind(1, all ? 1 : 0).bind(2, clock_.now_ms())
        .step();
    moved = c.changes();
    if (moved > 0) c.notify_after_commit();
    return Status();
  }));
  return moved;
}

Status RunStore::put_steps(const Lease& lease, const std::vector<StepRun>& steps) {
  return database_.write([&](Connection& c) { return write_steps(c, lease, steps); });
}

Status RunStore::put_dq_results(const Lease& lease, const std::string& step_id, const std::vector<DqResult>& results) {
  return database_.write([&](Connection& c) {
    if (!holds(c, lease)) return lost(lease);
    c.prepare("DELETE FROM tenant_dq_results WHERE pipeline_logging_id = ?1 AND step_id = ?2")
        .bind(1, lease.run_id).bind(2, step_id)
        .step();
    for (DqResult result : results) {
      result.run_id = lease.run_id;
      result.step_id = step_id;
      if (result.created_ms == 0) result.created_ms = clock_.now_ms();
      insert_dq_result(c, result);
    }
    return Status();
  });
}

Status RunStore::finish(const Lease& lease, RunState state, const std::string& error_message, std::int64_t rows_processed,
                        const std::vector<OutboxEntry>& outbox, const std::vector<StepRun>& steps) {
  if (!may_move(RunState::running, state) || !is_terminal(state))
    return Status(Code::state, "A run ends COMPLETE or FAILED.", std::string(to_text(state)));
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    if (!steps.empty()) CVG_RETURN_IF_ERROR(write_steps(c, lease, steps));
    Statement& run = c.prepare(
        "UPDATE tenant_pipeline_runs SET status = ?3, end_ms = max(?4, start_ms), error_message = ?5, rows_processed = ?6 "
        "WHERE pipeline_logging_id = ?1 AND lease_token = ?2 AND status = 'RUNNING' RETURNING tenant_id, counts_quota");
    run.bind(1, lease.run_id).bind(2, lease.token).bind(3, to_text(state)).bind(4, now).bind(5, error_message).bind(6, rows_processed);
    if (!run.step()) return run.status().ok() ? lost(lease) : run.status();
    const std::string tenant_id = run.text(0);
    const bool counts_quota = run.integer(1) != 0;
    while (run.step()) continue;
    const bool complete = state == RunState::complete;
    if (counts_quota) add_usage(c, tenant_id, now, {.succeeded = complete ? 1 : 0, .failed = complete ? 0 : 1});
    for (const OutboxEntry& entry : outbox) insert_outbox(c, entry, now);
    return Status();
  });
}

Status RunStore::outbox_done(const std::vector<std::int64_t>& ids) {
  return database_.write([&](Connection& c) {
    for (const std::int64_t id : ids) c.prepare("DELETE FROM outbox WHERE outbox_id = ?1").bind(1, id).step();
    return Status();
  });
}

}  // namespace cvg
