#include "tenant_locks.h"

namespace ducklake {

using convergence::Error;

TenantLocks::Held TenantLocks::lock(const convergence::Call &call, const std::string &tenant) {
  std::shared_ptr<std::timed_mutex> mutex;
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    std::shared_ptr<std::timed_mutex> &slot = locks_[tenant];
    if (!slot) slot = std::make_shared<std::timed_mutex>();
    mutex = slot;
  }
  while (!mutex->try_lock_for(std::chrono::milliseconds(10))) {
    if (call.cancelled()) throw Error(CVG_E_CANCELLED, "cancelled while waiting for the lake's lock");
    if (call.remaining_ms() <= 0) throw Error(CVG_E_DEADLINE, "the time limit was reached while waiting for the lake's lock");
  }
  return Held(std::move(mutex));
}

}  // namespace ducklake
