#include "core/run/run_events.h"

#include <chrono>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::int64_t retry_after_ms = 5000;

}  // namespace

RunEvents::Watch::Watch(RunEvents& events, std::string tenant_id, std::string run_id)
    : events_(events), tenant_id_(std::move(tenant_id)), run_id_(std::move(run_id)) {}

RunEvents::Watch::~Watch() {
  MutexLock lock(events_.mutex_);
  --events_.count_;
  if (--events_.tenants_[tenant_id_] == 0) events_.tenants_.erase(tenant_id_);
  if (--events_.runs_[run_id_].watchers == 0) events_.runs_.erase(run_id_);
}

std::int64_t RunEvents::Watch::version() const {
  MutexLock lock(events_.mutex_);
  return events_.runs_.at(run_id_).version;
}

void RunEvents::Watch::wait(std::int64_t version, std::int64_t ms) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  MutexLock lock(events_.mutex_);
  while (events_.runs_.at(run_id_).version <= version) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return;
    events_.changed_.wait_for_ms(events_.mutex_, left);
  }
}

Result<std::unique_ptr<RunEvents::Watch>> RunEvents::watch(const std::string& tenant_id, const std::string& run_id) {
  MutexLock lock(mutex_);
  const auto mine = tenants_.find(tenant_id);
  if (mine != tenants_.end() && mine->second >= limits_.tenant_streams_max) {
    return Status(Code::rate_limited, fmt::format("At most {} event streams of a tenant are open at once", limits_.tenant_streams_max))
        .with_retry_after_ms(retry_after_ms);
  }
  if (count_ >= limits_.streams_max) {
    return Status(Code::unavailable, "All event streams of this server are in use").with_retry_after_ms(retry_after_ms);
  }
  ++count_;
  ++tenants_[tenant_id];
  ++runs_[run_id].watchers;
  return std::make_unique<Watch>(*this, tenant_id, run_id);
}

void RunEvents::wrote(const std::string& run_id) {
  MutexLock lock(mutex_);
  const auto found = runs_.find(run_id);
  if (found == runs_.end()) return;
  ++found->second.version;
  changed_.notify_all();
}

std::int64_t RunEvents::watches() const {
  MutexLock lock(mutex_);
  return count_;
}

}  // namespace cvg
