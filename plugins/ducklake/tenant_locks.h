// The one lock of each tenant's lake: whoever writes to the catalog holds it from BEGIN to COMMIT, since any other commit
// in between makes that COMMIT fail. Thread-safe.
#pragma once

#include <chrono>
#include <convergence/plugin.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ducklake {

class TenantLocks {
 public:
  class Held {
   public:
    Held(std::shared_ptr<std::timed_mutex> mutex) : mutex_(std::move(mutex)), since_(std::chrono::steady_clock::now()) {}
    ~Held() {
      if (mutex_) mutex_->unlock();
    }
    Held(Held &&) noexcept = default;
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    int64_t held_ms() const {
      return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since_).count();
    }

   private:
    std::shared_ptr<std::timed_mutex> mutex_;
    std::chrono::steady_clock::time_point since_;
  };

  // Waits as long as the call may; throws CANCELLED or DEADLINE.
  Held lock(const convergence::Call &call, const std::string &tenant);

 private:
  std::mutex mutex_;  // guards locks_
  std::map<std::string, std::shared_ptr<std::timed_mutex>> locks_;
};

}  // namespace ducklake
