// IsolationPool: the workers of one component.  Each serves one instance at a time; those that are not needed stay warm.
// Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/mutex.h"
#include "core/isolated/spawn_thread.h"
#include "core/isolated/worker_call.h"

namespace cvg {

// What a worker loads: the file and its digest, the configuration, its limits.
struct WorkerPlan {
  std::vector<std::string> command;
  std::string plugin, path, sha256;
  Json config;
  IsolationLimits limits;
  std::string who() const { return "the plugin " + plugin; }
};

// A worker that has loaded its plugin, and what it told about it (protocol: plugin_worker.cpp).  Code::config: refused.
struct LoadedWorker {
  std::unique_ptr<WorkerProcess> process;
  Json told;
};
Result<LoadedWorker> start_worker(SpawnThread& spawner, const WorkerPlan& plan, cvg_call* call);

class IsolationPool {
 public:
  // spawner outlives the pool.  who: "the provider acme", for messages.
  IsolationPool(SpawnThread& spawner, WorkerPlan plan, std::string who) : spawner_(spawner), plan_(std::move(plan)), who_(std::move(who)) {}
  IsolationPool(const IsolationPool&) = delete;
  IsolationPool& operator=(const IsolationPool&) = delete;

  // Waits for a worker while all are at work, no longer than the call may take.
  Result<std::unique_ptr<WorkerProcess>> acquire(cvg_call* call);
  void give_back(std::unique_ptr<WorkerProcess> worker);  // one that answered everything
  void drop(std::unique_ptr<WorkerProcess> worker);       // any other one
  const WorkerPlan& plan() const { return plan_; }
  std::size_t busy() const;

 private:
  Status wait_for_room(cvg_call* call);
  std::unique_ptr<WorkerProcess> take_idle();
  SpawnThread& spawner_;
  const WorkerPlan plan_;
  const std::string who_;
  mutable Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<WorkerProcess>> idle_ CVG_GUARDED_BY(mutex_);
  std::int64_t busy_ CVG_GUARDED_BY(mutex_) = 0;
};

}  // namespace cvg
