// The PENDING rows are the queue.  Their order is start-time fair queueing: a run that begins gets the tag
// max(the queue's time, the tenant's last live tag) + 1/weight, the weight being the plan's slots, and the smallest tag is
// leased first.  The queue's time is the largest tag in service, or the smallest that waits when nothing is.  A tenant that
// begins thousands of runs moves its own tags far ahead; another tenant's first run comes right after what waits at the
// front.  Both begin and lease are look-ups in an index.
#include "core/state/run_store.h"

#include <algorithm>
#include <map>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/state/notice_row.h"
#include "core/state/run_log.h"
#include "core/state/run_row.h"
#include "core/state/usage_row.h"

namespace cvg {
namespace {

constexpr std::int64_t tag_unit = 1'000'000;

struct Slots {
  std::int64_t live = 0, last_tag = 0, queue_time = 0;
};

Slots read_slots(Connection& c, const std::string& tenant_id) {
  Slots slots;
  Statement& row = c.prepare(
      "SELECT count(*), coalesce(max(queue_tag), 0), "
      "coalesce((SELECT max(queue_tag) FROM tenant_pipeline_runs WHERE status = 'RUNNING'), "
      "(SELECT min(queue_tag) FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0), 0) FROM tenant_pipeline_runs "
      "WHERE tenant_id = ?1 AND status IN ('PENDING', 'RUNNING') AND counts_quota = 1");
  row.bind(1, tenant_id);
  if (row.step()) slots = {row.integer(0), row.integer(1), row.integer(2)};
  return slots;
}

bool find_live(Connection& c, const Run& run, RunStore::Begun& begun) {
  Statement& row = c.prepare(
      "SELECT pipeline_logging_id, status, parameters_json FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND pipeline_id = ?2 AND status IN "
      "('PENDING', 'RUNNING')");
  row.bind(1, run.tenant_id).bind(2, run.pipeline_id);
  if (!row.step()) return false;
  begun.run_id = row.text(0);
  begun.duplicate = true;
  run_state_from_text(row.text(1), begun.state);
  begun.parameters_json = row.text(2);
  return true;
}

// Whoever asks for a run - a key, a schedule, a backfill - asks here; only an onboarding's own run is let through.
Status check_not_suspended(Connection& c, const std::string& tenant_id) {
  Statement& row = c.prepare("SELECT display_id FROM tenant_profiles WHERE tenant_id = ?1 AND status = 'SUSPENDED'");
  if (row.bind(1, tenant_id).step()) return suspended_status(row.text(0));
  // A request that was let in before an erasure must not leave a row behind it.
  Statement& erased = c.prepare("SELECT 1 FROM erasure_certificates WHERE erased_tenant = ?1 AND NOT EXISTS "
                                "(SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1)");
  if (erased.bind(1, tenant_id).step()) return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
  return erased.status();
}

// Steps that add rows must not do so once for each retry of one failed run: only its newest attempt can be tried again.
Status check_not_retried(Connection& c, const Run& run) {
  if (run.retry_of.empty()) return Status();
  Statement& row = c.prepare("SELECT pipeline_logging_id, status FROM tenant_pipeline_runs WHERE retry_of = ?1 AND retry_of <> '' AND tenant_id = ?2 "
                             "ORDER BY run_number DESC LIMIT 1");
  if (!row.bind(1, run.retry_of).bind(2, run.tenant_id).step()) return row.status();
  const bool failed = row.text(1) == to_text(RunState::failed);
  return Status(Code::conflict, fmt::format("The run {} was tried again already: its newest attempt {} is {}{}", run.retry_of, row.text(0), row.text(1),
                                            failed ? "; try that one again" : ""))
      .with_retryable(false);
}

void count_steps(Connection& c, const std::string& run_id) {
  c.prepare("UPDATE tenant_pipeline_runs SET (steps_total, steps_complete, progress) = (SELECT max(steps_total, count(*)), "
            "count(*) FILTER (WHERE l.status = 'COMPLETE'), total(l.progress) / max(steps_total, count(*), 1) FROM tenant_step_logs l "
            "WHERE l.pipeline_logging_id = ?1) WHERE pipeline_logging_id = ?1")
      .bind(1, run_id)
      .step();
}

struct Seen {
  StepState state = StepState::pending;
  std::int32_t attempt = 0;
};
std::map<std::string, Seen> read_seen(Connection& c, const std::string& run_id) {
  std::map<std::string, Seen> seen;
  Statement& row = c.prepare("SELECT step_id, status, attempt FROM tenant_step_logs WHERE pipeline_logging_id = ?1");
  row.bind(1, run_id);
  while (row.step()) {
    Seen& one = seen[row.text(0)];
    step_state_from_text(row.text(1), one.state);
    one.attempt = static_cast<std::int32_t>(row.integer(2));
  }
  return seen;
}

// Rows are written a moment after they changed: a short step is seen when it has ended already.  A step of a gated run whose
// worker died is done anew, with its next attempt: what it had staged is gone.
bool may_be_seen_next(const Seen& seen, const StepRun& step) {
  const bool is_anew = is_terminal(seen.state) && step.attempt > seen.attempt;
  const StepState from = is_anew ? StepState::pending : seen.state;
  if (from == step.state || may_move(from, step.state)) return true;
  return from == StepState::pending && step.attempt > 0 && may_move(StepState::running, step.state);
}

Status write_steps(Connection& c, const Lease& lease, const std::vector<StepRun>& steps) {
  CVG_RETURN_IF_ERROR(check_lease(c, lease));
  const std::map<std::string, Seen> stored = read_seen(c, lease.run_id);
  for (const StepRun& step : steps) {
    if (step.run_id != lease.run_id) return Status(Code::state, "A step of another run.", step.step_id);
    const auto found = stored.find(step.step_id);
    const Seen seen = found == stored.end() ? Seen() : found->second;
    if (!may_be_seen_next(seen, step))
      return Status(Code::state, "A step cannot make this move.",
                    fmt::format("Run {}: step {} cannot become {} after {}.", step.run_id, step.step_id, to_text(step.state), to_text(seen.state)));
    put_step(c, step);
  }
  count_steps(c, lease.run_id);
  return Status();
}

// A run that has ended has no step that has not: what was begun failed with it, what never began is skipped.
void end_steps(Connection& c, const std::string& run_id, const std::string& error_message, std::int64_t now_ms) {
  c.prepare("UPDATE tenant_step_logs SET status = CASE WHEN status = 'RUNNING' OR attempt > 0 THEN 'FAILED' ELSE 'SKIPPED' END, "
            "error_message = ?2, end_ms = CASE WHEN attempt > 0 THEN ?3 ELSE 0 END "
            "WHERE pipeline_logging_id = ?1 AND status IN ('PENDING', 'RUNNING')")
      .bind(1, run_id).bind(2, error_message).bind(3, now_ms)
      .step();
}

// Cancel and finish are transactions of one writer: whichever comes first wins, and the other is told.
Status check_wish(Connection& c, const std::string& run_id, RunState state, const std::string& error_message) {
  Statement& row = c.prepare("SELECT cancel_reason FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1");
  row.bind(1, run_id);
  const std::string reason = row.step() ? row.text(0) : std::string();
  if (reason.empty() || (state == RunState::failed && error_message == reason)) return Status();
  return Status(Code::cancelled, reason);
}

}  // namespace

Result<RunStore::Begun> RunStore::begin(const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit,
                                         const Beside& beside) {
  Begun begun;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    CVG_ASSIGN(begun, begin_in(c, run, plan, counts_quota, audit));
    return beside ? beside(c, begun) : Status();
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
  CVG_RETURN_IF_ERROR(check_not_retried(c, run));
  const Slots slots = read_slots(c, run.tenant_id);
  if (counts_quota) {
    CVG_RETURN_IF_ERROR(check_not_suspended(c, run.tenant_id));
    Usage usage = read_usage(c, run.tenant_id, now);
    usage.concurrent_running = slots.live;
    CVG_RETURN_IF_ERROR(check_quota(plan, usage, now));
    add_usage(c, run.tenant_id, now, {.started = 1, .concurrent_reached = slots.live + 1});
    note_quota(c, run.tenant_id, plan, usage.run_today + 1, quota_warning_percent_, now);
  }
  const std::int64_t weight = std::max<std::int64_t>(plan.concurrent, 1);
  insert_run(c, run, counts_quota, std::max(slots.queue_time, slots.last_tag) + tag_unit / std::min(weight, tag_unit));
  insert_audit(c, audit, clock_);
  c.notify_after_commit();
  return Begun{run.id, RunState::pending, false, {}};
}

Status RunStore::put_steps(const Lease& lease, const std::vector<StepRun>& steps, const std::vector<RunLogLine>& lines) {
  return database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(write_steps(c, lease, steps));
    return write_log_lines(c, lease.run_id, lines);
  });
}

Status RunStore::put_dq_results(const Lease& lease, const std::string& step_id, const std::vector<DqResult>& results) {
  return database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(check_lease(c, lease));
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
                        const std::vector<OutboxEntry>& outbox, const std::vector<StepRun>& steps,
                        const std::vector<RunLogLine>& lines) {
  if (!may_move(RunState::running, state) || !is_terminal(state))
    return Status(Code::state, "A run ends COMPLETE or FAILED.", std::string(to_text(state)));
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    CVG_RETURN_IF_ERROR(check_lease(c, lease));
    CVG_RETURN_IF_ERROR(check_wish(c, lease.run_id, state, error_message));
    if (!steps.empty()) CVG_RETURN_IF_ERROR(write_steps(c, lease, steps));
    CVG_RETURN_IF_ERROR(write_log_lines(c, lease.run_id, lines));
    Statement& run = c.prepare(
        "UPDATE tenant_pipeline_runs SET status = ?3, end_ms = max(?4, start_ms), error_message = ?5, rows_processed = ?6, "
        "progress = CASE ?3 WHEN 'COMPLETE' THEN 1.0 ELSE progress END "
        "WHERE pipeline_logging_id = ?1 AND lease_token = ?2 AND status = 'RUNNING' RETURNING tenant_id, counts_quota");
    run.bind(1, lease.run_id).bind(2, lease.token).bind(3, to_text(state)).bind(4, now).bind(5, error_message).bind(6, rows_processed);
    if (!run.step()) return run.status();
    const std::string tenant_id = run.text(0);
    const bool counts_quota = run.integer(1) != 0;
    while (run.step()) continue;
    end_steps(c, lease.run_id, error_message, now);
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
