// QueueStore: what is to run and has no run yet.  An item is QUEUED until the transaction that begins its run, PROCESSING
// until that run ends, and gone then; two triggers in the store (migrations.cpp) do the latter, whoever ends the run.  An
// item that cannot begin now is held until what it waits for has happened, so that a look at the queue costs the same
// however long it is.  Every method is one transaction.  Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/run.h"
#include "core/model/schedule.h"
#include "core/model/tenant.h"
#include "core/state/database.h"
#include "core/state/run_store.h"

namespace cvg {

class QueueStore {
 public:
  struct Options {
    std::int64_t attempts_max = 10;          // then a scheduled run has failed
    std::int64_t retry_ms = 60'000;          // before the second attempt; doubled before each further one
    std::int64_t backfills_parallel_max = 2; // days of a tenant's backfills that run at once
  };
  QueueStore(Database& database, RunStore& runs, const Clock& clock, Options options)
      : database_(database), runs_(runs), clock_(clock), options_(options) {}

  // What may begin now, in the order in which it shall: one item of each tenant in turn, a tenant's own by priority.
  // Nothing is taken.
  Result<std::vector<QueueItem>> ready(std::int64_t limit);
  // When the next of those that wait for a time may begin; nothing: none waits for one.
  Result<std::optional<std::int64_t>> next_ready_ms();

  // Begins the run of an item, or says in the queue why not.
  struct Claim {
    QueueItem item;
    Status prepared;  // not ok: there is no run to begin, and why
    Run run;
    PlanLimits plan;
    AuditEntry audit;
  };
  // The ids of the runs that began, in the order of claims; empty where none did.  An item that another took is left alone.
  Result<std::vector<std::string>> claim(const std::vector<Claim>& claims);

  // One item a day, all in one transaction; answers with the numbers filled in.
  Result<Backfill> add(const Backfill& backfill, const AuditEntry& audit);
  Result<std::optional<Backfill>> backfill(const std::string& tenant_id, const std::string& backfill_id);
  // Days without a run go; those that run, run on; what was held behind them is let go.  A second cancel changes nothing.  Code::not_found.
  Result<Backfill> cancel(const std::string& tenant_id, const std::string& backfill_id, const AuditEntry& audit);

  // Lets go whatever is held without a cause, and brings history and queue in line with the runs.
  Result<std::vector<Mended>> mend(const AuditEntry& audit);
  // RUNNING runs whose worker fell silent; nothing is changed.
  Result<std::vector<Mended>> expired_runs();
  Result<SchedulerNumbers> numbers();

 private:
  Database& database_;
  RunStore& runs_;
  const Clock& clock_;
  const Options options_;
};

}  // namespace cvg
