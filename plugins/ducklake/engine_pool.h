// A bounded pool of engine instances. An instance has at most one lake attached; the pool hands out the instance that
// already has the tenant's lake, else the one that was idle longest, after it was detached and reset. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "engine.h"
#include "lake_folder.h"
#include "settings.h"
#include "watcher.h"

namespace ducklake {

class EnginePool {
 public:
  explicit EnginePool(const Settings &settings) : settings_(settings) {}

  // An instance on loan. It goes back to the pool, with its transaction rolled back, when the loan ends; after
  // discard() it is closed instead.
  class Loan {
   public:
    Loan() = default;
    Loan(Loan &&other) noexcept { *this = std::move(other); }
    Loan &operator=(Loan &&other) noexcept;
    ~Loan() { end(); }
    Engine &operator*() const { return *engine_; }
    Engine *operator->() const { return engine_.get(); }
    explicit operator bool() const { return engine_ != nullptr; }
    void discard() noexcept { engine_.reset(); end(); }
    void end() noexcept;

   private:
    friend class EnginePool;
    void take_lake(const LakeFolder &lake, int64_t inlined_rows_max);
    EnginePool *pool_ = nullptr;
    std::unique_ptr<Engine> engine_;
    std::string tenant_;  // whose lake is attached; empty: none
    uint64_t generation_ = 0;
    uint64_t number_ = 0;  // in lent_
  };

  // What an instance is borrowed for. The catalog takes one of its threads, a delivery all of them, what lies in the lake one
  // or all, as much as it is.
  enum class Work { catalog, lake, delivery };

  // An instance with the lake of the folder attached and its tenant's schema as the default one. Waits for a free one as
  // long as the call may; CVG_E_NOT_FOUND when there is no lake, CVG_E_UNAVAILABLE when none becomes free.
  Loan borrow(const Call &call, const LakeFolder &lake, Work work = Work::lake);
  // An instance without a lake, with as many threads as it had.
  Loan borrow_empty(const Call &call);

  // Instances that have the tenant's lake attached are attached anew before their next use: its folder was replaced.
  void forget(const std::string &tenant);
  // How often that was.
  uint64_t generation(const std::string &tenant) const;

  size_t open_engines() const;

  // While it lives nobody but the holder of one loan has, or gets, an engine with the tenant's lake. The engine reads a
  // catalog's tables one after the other, not in one transaction of SQLite's: a COMMIT that moves rows of earlier states, as
  // upkeep's do, must not come between.
  class Alone {
   public:
    // Waits for the other loans to end, at most so long.
    Alone(EnginePool &pool, const Loan &mine, int64_t wait_ms_max);
    ~Alone();
    Alone(const Alone &) = delete;
    Alone &operator=(const Alone &) = delete;
    bool held() const { return held_; }

   private:
    EnginePool &pool_;
    const std::string tenant_;
    bool held_ = false;
  };

  // When the longest of the tenant's loans under way began, in milliseconds since 1970; nothing when there is none. What was
  // given up before is read by no engine.
  std::optional<int64_t> oldest_loan_ms(const std::string &tenant) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Idle {
    std::unique_ptr<Engine> engine;
    std::string tenant;  // empty: no lake
    uint64_t generation;
  };
  // A place in the pool for the tenant: with the instance that has its lake, with another one, or without any yet.
  Loan reserve(const Call &call, const std::string &tenant);
  void wait_for_a_free_one(const Call &call, std::unique_lock<std::mutex> &lock, Clock::time_point give_up);
  void give_back(std::unique_ptr<Engine> engine, const std::string &tenant, uint64_t generation, uint64_t number) noexcept;

  const Settings &settings_;
  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable free_;
  std::list<Idle> idle_;  // longest idle first
  int64_t open_ = 0;      // on loan and idle together
  std::map<std::string, uint64_t> generations_;
  struct Lent {
    std::string tenant;
    int64_t since_ms;
  };
  std::map<uint64_t, Lent> lent_;  // loans under way, in the order of their beginning
  uint64_t loans_ = 0;
  std::set<std::string> closed_;  // tenants of whom one loan is alone
};

}  // namespace ducklake
