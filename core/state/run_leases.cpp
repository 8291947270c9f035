// How workers hold runs, and how runs come back from workers that fell silent.
//
// Whose doing was it that a server ended?  A run that was under way in two such ends in a row, without a step of it ending in
// between, is suspected.  A suspected run is leased while nothing else is under way, those with the most ends first, and
// nothing else is leased beside it for the time of a lease, twice as long after each further end.  Only what is lost by a
// suspected run that was under way by itself is charged to it, and what its worker gave up.  So one run that kills its
// server is found in a few starts however many ran beside it, a killed server costs no run its attempts, and a long run
// keeps the others waiting for a bounded time.
#include <algorithm>
#include <string>

#include "core/base/text.h"
#include "core/state/audit_log.h"
#include "core/state/run_row.h"
#include "core/state/run_store.h"
#include "core/state/usage_row.h"

namespace cvg {
namespace {

constexpr int counts_quota_column = run_column_count;  // behind run_columns

// A suspended tenant's runs wait until it is active again.
const std::string held_sql =
    "is_held = (SELECT count(*) FROM tenant_profiles p WHERE p.tenant_id = tenant_pipeline_runs.tenant_id AND p.status = 'SUSPENDED')";

constexpr std::int64_t suspect_deaths = 2;  // the index runs_suspected says so, too
constexpr std::int64_t doublings_max = 16;

struct Service {
  std::int64_t runs = 0;  // under way
  std::int64_t alone_until_ms = 0;
};
Service read_service(Connection& c) {
  Statement& row = c.prepare("SELECT count(*) FILTER (WHERE lease_left = 0), coalesce(max(alone_until_ms), 0) FROM tenant_pipeline_runs WHERE status = 'RUNNING'");
  return row.step() ? Service{row.integer(0), row.integer(1)} : Service();
}

const std::string suspected_sql = fmt::format(
    "SELECT {} FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0 AND deaths >= 2 ORDER BY deaths DESC, queue_tag LIMIT 1", run_columns);
const std::string first_sql = fmt::format(
    "SELECT {} FROM tenant_pipeline_runs WHERE status = 'PENDING' AND is_held = 0 ORDER BY queue_tag, run_number LIMIT 1", run_columns);

std::optional<RunStore::Leased> lease_next(Connection& c, const std::string& sql, std::int64_t now, std::int64_t lease_ms, const std::string& worker) {
  const bool alone = &sql == &suspected_sql;
  Statement& row = c.prepare(sql);
  if (!row.step()) return {};
  RunStore::Leased taken{read_run(row), Lease{row.text(0), row.integer(lease_token_column) + 1, now + lease_ms}};
  Run& run = taken.first;
  run.state = RunState::running;
  if (run.start_ms == 0) run.start_ms = now;
  if (alone) run.alone_until_ms = now + (lease_ms << std::min<std::int64_t>(run.deaths - suspect_deaths, doublings_max));
  c.prepare("UPDATE tenant_pipeline_runs SET status = 'RUNNING', start_ms = ?2, lease_token = ?3, lease_expires_ms = ?4, "
            "lease_worker = ?5, attempts = ?6, alone_until_ms = ?7, lease_left = 0, lease_steps = steps_complete WHERE run_number = ?1")
      .bind(1, row.integer(run_number_column)).bind(2, run.start_ms).bind(3, taken.second.token)
      .bind(4, taken.second.expires_ms).bind(5, worker).bind(6, ++run.attempts).bind(7, run.alone_until_ms)
      .step();
  return taken;
}

// Their worker was lost: they are tried again.
void return_steps(Connection& c, const std::string& run_id) {
  c.prepare("UPDATE tenant_step_logs SET status = 'PENDING' WHERE pipeline_logging_id = ?1 AND status = 'RUNNING'")
      .bind(1, run_id)
      .step();
}

void end_untouched(Run& run, Connection& c, std::int64_t now_ms, bool counts_quota, const std::vector<OutboxEntry>& outbox) {
  run.state = RunState::failed;
  run.end_ms = now_ms;
  run.error_message = run.cancel_reason;
  if (counts_quota) add_usage(c, run.tenant_id, now_ms, {.failed = 1});
  for (const OutboxEntry& entry : outbox) insert_outbox(c, entry, now_ms);
}

}  // namespace

Result<std::optional<RunStore::Leased>> RunStore::lease(std::int64_t lease_ms, const std::string& worker) {
  CVG_ASSIGN(std::vector<Leased> taken, lease_some(lease_ms, worker, 1));
  return taken.empty() ? std::optional<Leased>() : std::move(taken.front());
}

Result<std::vector<RunStore::Leased>> RunStore::lease_some(std::int64_t lease_ms, const std::string& worker, std::int64_t most) {
  std::vector<Leased> taken;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    taken.clear();
    const std::int64_t now = clock_.now_ms();
    const Service service = read_service(c);
    if (service.alone_until_ms > now) return Status();
    std::optional<Leased> next;
    if (service.runs == 0) next = lease_next(c, suspected_sql, now, lease_ms, worker);
    const std::int64_t wanted = next ? 1 : most;
    if (!next) next = lease_next(c, first_sql, now, lease_ms, worker);
    while (next) {
      taken.push_back(std::move(*next));
      if (static_cast<std::int64_t>(taken.size()) >= wanted) break;
      next = lease_next(c, first_sql, now, lease_ms, worker);
    }
    return Status();
  }));
  return taken;
}

Status RunStore::renew(const Lease& lease, std::int64_t lease_ms) {
  CVG_ASSIGN(const std::vector<Renewal> renewed, renew_all({lease}, lease_ms));
  return renewed.front().held ? Status() : check(lease);
}

Result<std::vector<RunStore::Renewal>> RunStore::renew_all(const std::vector<Lease>& leases, std::int64_t lease_ms) {
  std::vector<Renewal> out;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    out.clear();
    for (const Lease& lease : leases) {
      Statement& row = c.prepare(
          "UPDATE tenant_pipeline_runs SET lease_expires_ms = ?3 WHERE pipeline_logging_id = ?1 AND lease_token = ?2 "
          "AND status = 'RUNNING' RETURNING cancel_reason");
      row.bind(1, lease.run_id).bind(2, lease.token).bind(3, clock_.now_ms() + lease_ms);
      Renewal renewal;
      for (; row.step(); renewal.held = true) renewal.cancel_reason = row.text(0);
      CVG_RETURN_IF_ERROR(row.status());
      out.push_back(std::move(renewal));
    }
    return Status();
  }));
  return out;
}

Status RunStore::check(const Lease& lease) {
  return database_.read([&](Connection& c) { return check_lease(c, lease); });
}

Status RunStore::release(const Lease& lease) {
  return database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(check_lease(c, lease));
    c.prepare("UPDATE tenant_pipeline_runs SET status = 'PENDING', lease_token = lease_token + 1, lease_worker = '', "
              "attempts = attempts - 1, alone_until_ms = 0, " + held_sql + " WHERE pipeline_logging_id = ?1")
        .bind(1, lease.run_id)
        .step();
    return_steps(c, lease.run_id);
    c.notify_after_commit();
    return Status();
  });
}

Status RunStore::leave(const Lease& lease) {
  return database_.write([&](Connection& c) {
    CVG_RETURN_IF_ERROR(check_lease(c, lease));
    c.prepare("UPDATE tenant_pipeline_runs SET lease_left = 1, alone_until_ms = 0 WHERE pipeline_logging_id = ?1").bind(1, lease.run_id).step();
    c.notify_after_commit();
    return Status();
  });
}

// The token goes up, so that a worker which only seemed to be gone can write nothing any more.
Result<std::int64_t> RunStore::reclaim_expired(bool all) {
  std::int64_t moved = 0;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    std::vector<std::string> ids;
    const bool by_itself = read_service(c).runs == 1;
    Statement& row = c.prepare(
        "UPDATE tenant_pipeline_runs SET status = 'PENDING', lease_token = lease_token + 1, lease_worker = '', "
        "deaths = CASE WHEN lease_left THEN deaths WHEN steps_complete > lease_steps THEN 1 ELSE deaths + 1 END, "
        "charged = charged + (lease_left OR (?3 AND alone_until_ms > 0 AND steps_complete <= lease_steps)), "
        "alone_until_ms = 0, lease_left = 0, " + held_sql +
        " WHERE status = 'RUNNING' AND (?1 OR lease_expires_ms <= ?2) RETURNING pipeline_logging_id");
    row.bind(1, all ? 1 : 0).bind(2, clock_.now_ms()).bind(3, by_itself ? 1 : 0);
    while (row.step()) ids.push_back(row.text(0));
    for (const std::string& id : ids) return_steps(c, id);
    moved = static_cast<std::int64_t>(ids.size());
    if (moved > 0) c.notify_after_commit();
    return Status();
  }));
  return moved;
}

// What stands for good once and for all when its worker never began it; otherwise a wish.
Result<Run> RunStore::cancel(const std::string& tenant_id, const std::string& run_id, const std::string& reason,
                             const std::vector<OutboxEntry>& outbox, const AuditEntry& audit) {
  static const std::string find_sql = fmt::format(
      "SELECT {}, counts_quota FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1 AND tenant_id = ?2", run_columns);
  Run run;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    Statement& row = c.prepare(find_sql);
    if (!row.bind(1, run_id).bind(2, tenant_id).step())
      return Status(Code::not_found, fmt::format("There is no pipeline run {}", run_id));
    run = read_run(row);
    const bool counts_quota = row.integer(counts_quota_column) != 0;
    if (is_terminal(run.state))
      return Status(Code::conflict, fmt::format("The run {} has ended already: {}", run_id, to_text(run.state)));
    if (!run.cancel_reason.empty()) return Status();
    run.cancel_reason = reason;
    const bool untouched = run.state == RunState::pending && run.attempts == 0;
    if (untouched) end_untouched(run, c, clock_.now_ms(), counts_quota, outbox);
    c.prepare("UPDATE tenant_pipeline_runs SET cancel_reason = ?2, is_held = 0, status = ?3, end_ms = ?4, error_message = ?5 "
              "WHERE pipeline_logging_id = ?1")
        .bind(1, run_id).bind(2, reason).bind(3, to_text(run.state)).bind(4, run.end_ms).bind(5, run.error_message)
        .step();
    insert_audit(c, audit, clock_);
    c.notify_after_commit();
    return Status();
  }));
  return run;
}

}  // namespace cvg
