// The published cursors of tenants that were asked for lately. A run asks for the cursor of each unit, and reading one
// from the lake costs as much as reading them all. Only this process writes a lake, so what was read stays true until
// the next publication. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ducklake {

class CursorCache {
 public:
  using Cursors = std::map<std::string, std::string>;  // key -> text

  // What is kept and still true, or null. generation: the engine pool's, which moves on when a lake's folder is replaced.
  std::shared_ptr<const Cursors> find(const std::string &tenant, uint64_t generation) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = kept_.find(tenant);
    return found == kept_.end() || found->second.generation != generation ? nullptr : found->second.cursors;
  }

  // Asked for before the cursors are read, given back with them: what was read across a publication is not kept.
  uint64_t epoch() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return epoch_;
  }

  void keep(const std::string &tenant, uint64_t generation, uint64_t epoch, std::shared_ptr<const Cursors> cursors) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (epoch != epoch_) return;
    if (kept_.size() >= tenants_max) kept_.clear();
    kept_[tenant] = Kept{generation, std::move(cursors)};
  }

  void forget(const std::string &tenant) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++epoch_;
    kept_.erase(tenant);
  }

 private:
  static constexpr size_t tenants_max = 64;
  struct Kept {
    uint64_t generation = 0;
    std::shared_ptr<const Cursors> cursors;
  };
  mutable std::mutex mutex_;  // guards everything below
  std::map<std::string, Kept> kept_;
  uint64_t epoch_ = 0;
};

}  // namespace ducklake
