#include "core/isolated/isolation_pool.h"

#include <unistd.h>

#include "core/base/text.h"
#include "core/plugin/call_slots.h"

namespace cvg {
namespace {

constexpr std::int64_t wait_slice_ms = 20;

Status still_running(cvg_call* call) {
  const CallPin pin(call);
  return pin ? check_running(pin.options()) : Status();
}

}  // namespace

Result<LoadedWorker> start_worker(SpawnThread& spawner, const WorkerPlan& plan, cvg_call* call) {
  Result<std::unique_ptr<WorkerProcess>> started = Status(Code::host, "no worker was started");
  spawner.run([&] { started = WorkerProcess::start(plan.command); });
  if (!started.ok()) return started.status();
  LoadedWorker worker{std::move(*started), Json()};
  const Json row = Json::object().set("plugin", plan.plugin).set("path", plan.path).set("sha256", plan.sha256).set("config", plan.config)
                       .set("memory_mb", plan.limits.memory_mb).set("server_pid", std::int64_t{::getpid()});
  const std::string who = plan.who();
  WorkerCall start(*worker.process, plan.limits, who, call, nullptr);
  CVG_ASSIGN(const std::string told, start.exchange(MessageType::load, row.dump(), MessageType::loaded));
  Result<Json> json = parse_json(told);
  if (!json.ok()) return Status(Code::plugin, who + " started a worker that says no JSON");
  if (const std::string refused = (*json)["refused"].text_or(""); !refused.empty()) return Status(Code::config, refused);
  worker.told = std::move(*json);
  return worker;
}

Status IsolationPool::wait_for_room(cvg_call* call) {
  const SystemClock clock;
  const std::int64_t latest = clock.monotonic_ms() + WorkerCall::remaining_ms(call, plan_.limits);
  MutexLock lock(mutex_);
  while (busy_ >= plan_.limits.workers_max) {
    CVG_RETURN_IF_ERROR(still_running(call));
    if (clock.monotonic_ms() >= latest)
      return Status(Code::unavailable, fmt::format("all {} workers of {} are at work (isolation.workers_max)", plan_.limits.workers_max, who_));
    freed_.wait_for_ms(mutex_, wait_slice_ms);
  }
  ++busy_;
  return {};
}

std::unique_ptr<WorkerProcess> IsolationPool::take_idle() {
  const MutexLock lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<WorkerProcess> worker = std::move(idle_.back());
  idle_.pop_back();
  return worker;
}

Result<std::unique_ptr<WorkerProcess>> IsolationPool::acquire(cvg_call* call) {
  CVG_RETURN_IF_ERROR(wait_for_room(call));
  while (std::unique_ptr<WorkerProcess> worker = take_idle())
    if (!worker->ended()) return worker;
  Result<LoadedWorker> started = start_worker(spawner_, plan_, call);
  if (started.ok()) return std::move(started->process);
  drop(nullptr);
  return started.status();
}

void IsolationPool::give_back(std::unique_ptr<WorkerProcess> worker) {
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(worker));
  --busy_;
  freed_.notify_one();
}

void IsolationPool::drop(std::unique_ptr<WorkerProcess> worker) {
  worker.reset();
  const MutexLock lock(mutex_);
  --busy_;
  freed_.notify_one();
}

std::size_t IsolationPool::busy() const {
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(busy_);
}

}  // namespace cvg
