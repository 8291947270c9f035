// RunStore: runs, steps, results and usage.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// Rows that go out after a run ended, exactly once by key (mirror, webhooks, lineage).
struct OutboxEntry {
  std::int64_t id = 0;
  std::string tenant_id, kind, key, body_json;
};

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
  RunStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  struct Begun {
    std::string run_id;
    RunState state = RunState::pending;
    bool duplicate = false;
  };
  // ONE transaction: no live run of this pipeline (else duplicate = true, nothing used), quota left, slot left, insert
  // PENDING, count usage, audit.  Code::quota with detail {"code":"DAILY_QUOTA_EXCEEDED",...} when refused.
  // counts_quota = false: onboarding's own run.
  Result<Begun> begin(const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit);
  // The same from inside Database::write: whoever must do more in that transaction (the queue of schedules) begins here.
  Result<Begun> begin_in(Connection& connection, const Run& run, const PlanLimits& plan, bool counts_quota, const AuditEntry& audit);

  // Leases the oldest PENDING run of the tenant that is served least (weighted fair between tenants) and moves it to
  // RUNNING; nothing: nullopt.
  Result<std::optional<std::pair<Run, Lease>>> lease(std::int64_t lease_ms, const std::string& worker);
  Status renew(const Lease& lease, std::int64_t lease_ms);
  // Runs whose lease expired go back to PENDING (start-up recovery: all of them, when all = true).  The number moved.
  Result<std::int64_t> reclaim_expired(bool all);

  // Steps; refused with Code::conflict when the lease's token is no longer the run's.
  Status put_steps(const Lease& lease, const std::vector<StepRun>& steps);  // inserts or replaces by (run, step_id)
  Status put_dq_results(const Lease& lease, const std::string& step_id, const std::vector<DqResult>& results);
  // Last step rows, final status, usage, outbox rows: one transaction.
  Status finish(const Lease& lease, RunState state, const std::string& error_message, std::int64_t rows_processed,
                const std::vector<OutboxEntry>& outbox, const std::vector<StepRun>& steps = {});

  Result<std::optional<Run>> get(const std::string& tenant_id, const std::string& run_id);
  Result<RunPage> list(const RunFilter& filter);
  Result<std::vector<StepRun>> steps(const std::string& run_id);
  Result<std::vector<DqResult>> dq_results(const std::string& run_id);
  Result<Usage> usage(const std::string& tenant_id);
  Result<std::vector<OutboxEntry>> outbox(const std::string& kind, const std::string& tenant_id, int limit);
  Status outbox_done(const std::vector<std::int64_t>& ids);

 private:
  Database& database_;
  Clock& clock_;
};

}  // namespace cvg
