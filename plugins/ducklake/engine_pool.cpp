#include "engine_pool.h"

#include <algorithm>
#include <chrono>

namespace ducklake {

namespace {
constexpr int64_t wait_tick_ms = 10;

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}
}

EnginePool::Loan &EnginePool::Loan::operator=(Loan &&other) noexcept {
  end();
  pool_ = other.pool_;
  engine_ = std::move(other.engine_);
  tenant_ = std::move(other.tenant_);
  generation_ = other.generation_;
  number_ = other.number_;
  other.pool_ = nullptr;
  return *this;
}

void EnginePool::Loan::end() noexcept {
  EnginePool *pool = pool_;
  pool_ = nullptr;
  if (pool) pool->give_back(std::move(engine_), tenant_, generation_, number_);
}

// An engine that failed on the way may hold half of a lake under its name: it is closed, and fails nobody else.
void EnginePool::Loan::take_lake(const LakeFolder &lake, int64_t inlined_rows_max) {
  tenant_.clear();
  try {
    engine_->detach();
    engine_->use_one_thread();
    engine_->attach(lake.catalog(), lake.data(), lake.tenant, false, inlined_rows_max);
  } catch (...) {
    discard();
    throw;
  }
  tenant_ = lake.tenant;
}

void EnginePool::wait_for_a_free_one(const Call &call, std::unique_lock<std::mutex> &lock, Clock::time_point give_up) {
  if (call.cancelled()) throw Error(CVG_E_CANCELLED, "cancelled while waiting for an engine");
  if (call.remaining_ms() <= 0) throw Error(CVG_E_DEADLINE, "the time limit was reached while waiting for an engine");
  if (Clock::now() >= give_up)
    throw Error(CVG_E_UNAVAILABLE, "all " + std::to_string(open_) + " engines are busy (limit pool_engines_max)");
  free_.wait_for(lock, std::chrono::milliseconds(wait_tick_ms));
}

EnginePool::Loan EnginePool::reserve(const Call &call, const std::string &tenant) {
  std::unique_lock<std::mutex> lock(mutex_);
  Loan loan;
  const auto give_up = Clock::now() + std::chrono::milliseconds(settings_.pool_wait_ms_max);
  for (;;) {
    if (closed_.count(tenant)) {
      wait_for_a_free_one(call, lock, give_up);
      continue;
    }
    auto found = std::find_if(idle_.begin(), idle_.end(), [&](const Idle &i) { return i.tenant == tenant; });
    // A further instance costs memory, but switching lakes costs a new attach: open one while the pool has room.
    if (found == idle_.end() && open_ >= settings_.pool_engines_max) found = idle_.begin();
    if (found != idle_.end()) {
      loan.engine_ = std::move(found->engine);
      if (found->generation == generations_[found->tenant]) loan.tenant_ = found->tenant;
      idle_.erase(found);
      break;
    }
    if (open_ < settings_.pool_engines_max) {
      ++open_;
      break;
    }
    wait_for_a_free_one(call, lock, give_up);
  }
  loan.pool_ = this;
  loan.generation_ = generations_[tenant];
  loan.number_ = ++loans_;
  lent_.emplace(loan.number_, Lent{tenant, now_ms()});
  return loan;
}

EnginePool::Loan EnginePool::borrow(const Call &call, const LakeFolder &lake, Work work) {
  if (!lake.exists()) throw Error(CVG_E_NOT_FOUND, "the tenant " + lake.tenant + " has no dataset");
  Loan loan = reserve(call, lake.tenant);
  if (!loan.engine_) loan.engine_ = Engine::open(settings_.engine);
  if (loan.tenant_ != lake.tenant) loan.take_lake(lake, settings_.inlined_rows_max);
  if (work == Work::delivery || (work == Work::lake && !lake.is_small())) loan->use_all_threads();
  else loan->use_one_thread();
  return loan;
}

EnginePool::Loan EnginePool::borrow_empty(const Call &call) {
  Loan loan = reserve(call, "");
  if (!loan.engine_) loan.engine_ = Engine::open(settings_.engine);
  loan.tenant_.clear();
  loan->detach();
  return loan;
}

void EnginePool::give_back(std::unique_ptr<Engine> engine, const std::string &tenant, uint64_t generation, uint64_t number) noexcept {
  if (engine) engine->rollback();
  if (engine && (engine->was_interrupted() || static_cast<int64_t>(engine->function_count()) > settings_.pool_functions_max)) engine.reset();
  const std::lock_guard<std::mutex> lock(mutex_);
  lent_.erase(number);
  if (engine) idle_.push_back(Idle{std::move(engine), tenant, generation});
  else --open_;
  free_.notify_all();
}

EnginePool::Alone::Alone(EnginePool &pool, const Loan &mine, int64_t wait_ms_max) : pool_(pool), tenant_(mine.tenant_) {
  std::unique_lock<std::mutex> lock(pool_.mutex_);
  pool_.closed_.insert(tenant_);
  const auto alone = [&] {
    return std::none_of(pool_.lent_.begin(), pool_.lent_.end(), [&](const auto &lent) { return lent.second.tenant == tenant_ && lent.first != mine.number_; });
  };
  held_ = pool_.free_.wait_for(lock, std::chrono::milliseconds(wait_ms_max), alone);
}

EnginePool::Alone::~Alone() {
  const std::lock_guard<std::mutex> lock(pool_.mutex_);
  pool_.closed_.erase(tenant_);
  pool_.free_.notify_all();
}

void EnginePool::forget(const std::string &tenant) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++generations_[tenant];
}

uint64_t EnginePool::generation(const std::string &tenant) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = generations_.find(tenant);
  return found == generations_.end() ? 0 : found->second;
}

std::optional<int64_t> EnginePool::oldest_loan_ms(const std::string &tenant) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto &[number, lent] : lent_)
    if (lent.tenant == tenant) return lent.since_ms;
  return std::nullopt;
}

size_t EnginePool::open_engines() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<size_t>(open_);
}

}  // namespace ducklake
