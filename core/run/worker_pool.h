// WorkerPool: the threads that lease and execute runs.  A commit of the state store wakes one of them; it leases for all that
// are idle in one transaction, and nothing polls on the way.
// One more thread renews the leases and takes back those of workers that fell silent.  Any thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/mutex.h"
#include "core/run/row_flusher.h"
#include "core/run/run_context.h"
#include "core/run/wide_thread.h"
#include "core/state/database.h"

namespace cvg {

class WorkerPool {
 public:
  // Both outlive the pool.
  WorkerPool(Database& database, RunEnvironment& environment);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Takes back every run that an earlier server left RUNNING, and begins.
  Status start();
  // No new runs; waits so long for those under way, then asks them to stop.  Those wait again and are resumed later.
  void stop(std::int64_t drain_ms);
  // Asks a run under way to end FAILED with this message; false: it is not here.
  bool cancel(const std::string& run_id, const std::string& reason);
  // Until the run has ended; the run as stored, or Code::deadline.
  Result<Run> wait(const std::string& tenant_id, const std::string& run_id, std::int64_t ms);
  std::int64_t running() const;

 private:
  class Waiter;

  void work(const std::string& name);
  std::optional<RunStore::Leased> next(const std::string& name);
  void lease_for(std::int64_t wanted, const std::string& name) CVG_REQUIRES(mutex_);
  void execute(Run run, Lease lease);
  Result<std::unique_ptr<RunContext>> prepare(Run run, Lease lease);
  void stop_early(RunContext& run) CVG_REQUIRES(mutex_);
  void give_back(const RunContext& run, const Status& status);
  void leave(const Lease& lease, const Status& status);
  void look_again() CVG_REQUIRES(mutex_);
  void take_note(const Lease& lease, const RunStore::Renewal& renewal);
  Result<std::vector<StepRun>> published_steps(const Run& run);
  void fail_early(const Run& run, const Lease& lease, const Status& status);
  void beat();
  void drop_old_logs();
  void renew_all();

  Database& database_;
  RunEnvironment& environment_;
  RowFlusher flusher_;
  mutable Mutex mutex_;
  CondVar woken_, ended_, beat_;
  bool may_wait_ CVG_GUARDED_BY(mutex_) = false;     // there may be runs that nobody has leased
  std::int64_t idle_ CVG_GUARDED_BY(mutex_) = 0;     // workers without a run
  std::int64_t claimed_ CVG_GUARDED_BY(mutex_) = 0;  // of them, those that others lease for at this moment
  std::deque<RunStore::Leased> handed_ CVG_GUARDED_BY(mutex_);  // leased for idle workers, and not taken by them yet
  std::multimap<std::string, Waiter*> waiters_ CVG_GUARDED_BY(mutex_);  // by run
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  bool started_ CVG_GUARDED_BY(mutex_) = false;
  std::map<std::string, RunContext*> active_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::string> wishes_ CVG_GUARDED_BY(mutex_);  // reasons by run, of runs that are not active yet
  std::int64_t next_drop_ms_ = 0;  // of the beat's thread
  std::vector<WideThread> workers_;
  std::thread beat_thread_;
};

// The Pipeline of a stored run, as the template says now.
Result<Pipeline> pipeline_of(RunEnvironment& environment, const Run& run, const Tenant& tenant);

}  // namespace cvg
