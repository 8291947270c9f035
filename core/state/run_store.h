// RunStore: runs, steps, results and usage.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/commit_cache.h"
#include "core/state/database.h"

namespace cvg {

struct RunFilter {
  std::string tenant_id = {}, pipeline_id = {};
  std::optional<RunState> state = {};
  std::int64_t from_ms = 0, to_ms = 0;  // 0: open
  int limit = 20;
  std::string cursor = {};  // of the previous page
};
struct RunPage {
  std::vector<Run> runs;    // newest first
  std::string next_cursor;  // empty: the end
};

class RunStore {
 public:
  // quota_warning_percent: the share of the daily limit at which the tenant is told once a day.
  RunStore(Database& database, Clock& clock, std::int64_t quota_warning_percent = 80)
      : database_(database), clock_(clock), quota_warning_percent_(quota_warning_percent) {}

  struct Begun {
    std::string run_id;
    RunState state = RunState::pending;
    bool duplicate = false;
    std::string parameters_json;  // of the run that is under way already
  };
  // ONE transaction: no live run of this pipeline (else duplicate = true, nothing used), quota left, slot left, insert
  // PENDING, count usage, audit.  Code::quota with detail {"code":"DAILY_QUOTA_EXCEEDED",...} when refused.
  // counts_quota = false: onboarding's own run.
  // beside: more to write in it, of a duplicate as well.
  using Beside = std::function<Status(Connection&, const Begun&)>;
  Result<Begun> begin(const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit, const Beside& beside = {});
  // The same from inside Database::write: whoever must do more in that transaction (the queue of schedules) begins here.
  Result<Begun> begin_in(Connection& connection, const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit);

  // Leases the oldest PENDING run of the tenant that is served least (weighted fair between tenants) and moves it to
  // RUNNING; nothing: nullopt.  A run that may have ended servers is leased by itself, and nothing beside it for a while:
  // Run::alone_until_ms.
  using Leased = std::pair<Run, Lease>;
  Result<std::optional<Leased>> lease(std::int64_t lease_ms, const std::string& worker);
  // As many as that, one after the other, in one transaction; fewer when no more wait.
  Result<std::vector<Leased>> lease_some(std::int64_t lease_ms, const std::string& worker, std::int64_t most);
  Status renew(const Lease& lease, std::int64_t lease_ms);
  // One transaction for all leases of a server; what became of each, in their order.
  struct Renewal {
    bool held = false;
    std::string cancel_reason;  // somebody wants the run to end
  };
  Result<std::vector<Renewal>> renew_all(const std::vector<Lease>& leases, std::int64_t lease_ms);
  // Code::conflict when the lease is over.
  Status check(const Lease& lease);
  // Gives the run back in order: it waits again, and this attempt does not count.
  Status release(const Lease& lease);
  // Its worker cannot go on and cannot end it either: the lease is left to expire, and the attempt is charged.
  Status leave(const Lease& lease);
  // Runs whose lease expired go back to PENDING (start-up recovery: all of them, when all = true), and their steps that
  // were RUNNING with them.  The number moved.
  Result<std::int64_t> reclaim_expired(bool all);

  // A run that no worker has ever taken ends FAILED with this reason at once, with the outbox rows; of any other the wish
  // is stored, and finish() grants it.  A second wish changes nothing.  The run as it is then; Code::not_found,
  // Code::conflict when it has ended.
  Result<Run> cancel(const std::string& tenant_id, const std::string& run_id, const std::string& reason,
                     const std::vector<OutboxEntry>& outbox, const AuditEntry& audit);

  // Steps; refused with Code::conflict when the lease's token is no longer the run's, with Code::state when a state would
  // make a move that is not legal (a step may be seen COMPLETE or FAILED without having been seen RUNNING, and an ended one
  // may begin anew with a later attempt).
  Status put_steps(const Lease& lease, const std::vector<StepRun>& steps,  // inserts or replaces by (run, step_id)
                   const std::vector<RunLogLine>& lines = {});
  Status put_dq_results(const Lease& lease, const std::string& step_id, const std::vector<DqResult>& results);
  // Last step rows, final status, usage, outbox rows: one transaction.  Code::cancelled with the reason as its text when
  // somebody wants the run cancelled and this is not that end: nothing is written then.
  Status finish(const Lease& lease, RunState state, const std::string& error_message, std::int64_t rows_processed,
                const std::vector<OutboxEntry>& outbox, const std::vector<StepRun>& steps = {},
                const std::vector<RunLogLine>& lines = {});

  Result<std::optional<Run>> get(const std::string& tenant_id, const std::string& run_id);
  Result<RunPage> list(const RunFilter& filter);
  // The ids of a tenant's runs that have not ended.
  Result<std::vector<std::string>> live(const std::string& tenant_id);
  Result<std::vector<StepRun>> steps(const std::string& run_id);
  Result<std::vector<DqResult>> dq_results(const std::string& run_id);
  // Log lines behind this number, in their order; none once their retention is over.
  Result<std::vector<RunLogLine>> log_lines(const std::string& run_id, std::int64_t after, int limit);
  Result<std::int64_t> last_log_line(const std::string& run_id);
  Result<std::int64_t> drop_expired_logs();  // how many tables of lines went
  Result<Usage> usage(const std::string& tenant_id);
  Result<std::vector<OutboxEntry>> outbox(const std::string& kind, const std::string& tenant_id, int limit);
  Status outbox_done(const std::vector<std::int64_t>& ids);

 private:
  Database& database_;
  Clock& clock_;
  const std::int64_t quota_warning_percent_;
  static constexpr std::size_t cached_runs_max = 512;
  CommitCache<Run, cached_runs_max> runs_;  // clients ask for a run again and again until it has ended
};

}  // namespace cvg
