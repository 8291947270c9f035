#include "core/access/rate_limiter.h"

#include <algorithm>
#include <functional>
#include <list>
#include <string_view>
#include <unordered_map>

#include "core/base/mutex.h"

namespace cvg {
namespace {

constexpr int forgotten_per_check = 4;
constexpr int looks_before_sleeping = 200;

// A shard is held for less than a microsecond, and the one of the key that everybody shares is wanted by all: looking again
// is far cheaper than a sleep and a wake.
void lock_briefly_held(Mutex& mutex) CVG_ATTRIBUTE(no_thread_safety_analysis) {
  for (int i = 0; i < looks_before_sleeping; ++i) {
    if (mutex.try_lock()) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  mutex.lock();
}

// Times in rising order, in a ring that grows as needed.
class Times {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(size_); }
  std::int64_t oldest() const { return ring_[head_]; }
  std::int64_t newest() const { return newest_; }  // also when it was dropped
  void drop_until(std::int64_t time) {
    while (size_ > 0 && oldest() <= time) {
      head_ = (head_ + 1) % ring_.size();
      --size_;
    }
  }
  void add(std::int64_t time) {
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_) % ring_.size()] = time;
    ++size_;
    newest_ = time;
  }

 private:
  void grow() {
    std::vector<std::int64_t> larger(std::max<std::size_t>(2, ring_.size() * 2));
    for (std::size_t i = 0; i < size_; ++i) larger[i] = ring_[(head_ + i) % ring_.size()];
    ring_ = std::move(larger);
    head_ = 0;
  }
  std::vector<std::int64_t> ring_;
  std::size_t head_ = 0, size_ = 0;
  std::int64_t newest_ = 0;
};

struct Entry {
  std::string key;
  Times times;
};

// The keys of one window length: the least recently charged one is last, which is also the first to be forgotten.
class Table {
 public:
  explicit Table(std::int64_t window_ms) : window_ms_(window_ms) {}
  std::int64_t window_ms() const { return window_ms_; }
  std::size_t size() const { return by_key_.size(); }

  Times* find(std::string_view key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->times;
  }
  void charge(const std::string& key, std::int64_t now) {
    auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      entries_.push_front({key, {}});
      found = by_key_.emplace(entries_.front().key, entries_.begin()).first;
    } else {
      entries_.splice(entries_.begin(), entries_, found->second);
    }
    found->second->times.add(now);
  }
  void forget_idle(std::int64_t now) {
    for (int i = 0; i < forgotten_per_check && !entries_.empty() && entries_.back().times.newest() <= now - window_ms_; ++i)
      forget_last();
  }
  void forget_last() {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }

 private:
  const std::int64_t window_ms_;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // the views point into entries_
};

}  // namespace

struct RateLimiter::Shard {
  explicit Shard(std::size_t keys_max) : keys_max(keys_max) {}

  Table& table(std::int64_t window_ms) {
    for (Table& one : tables)
      if (one.window_ms() == window_ms) return one;
    return tables.emplace_back(window_ms);
  }
  RateDecision look(const RateLimit& limit, std::int64_t now, std::int64_t wall_ms) {
    Table& keys = table(limit.window_ms);
    keys.forget_idle(now);
    Times* times = keys.find(limit.key);
    if (times) times->drop_until(now - limit.window_ms);
    const std::int64_t used = times ? times->size() : 0;
    const std::int64_t wait_ms = used > 0 ? times->oldest() + limit.window_ms - now : limit.window_ms;
    RateDecision decision;
    decision.allowed = used < limit.limit;
    decision.limit = limit.limit;
    decision.remaining = std::max<std::int64_t>(0, limit.limit - used);
    decision.reset_ms = wall_ms + wait_ms;
    // After a limit was lowered, more than one request must leave the window before the next is allowed.
    decision.retry_after_s = decision.allowed ? 0 : std::max<std::int64_t>(1, (wait_ms + 999) / 1000);
    return decision;
  }
  void charge(const RateLimit& limit, std::int64_t now) {
    Table& keys = table(limit.window_ms);
    keys.charge(limit.key, now);
    if (keys.size() > keys_max) keys.forget_last();
  }

  Mutex mutex;
  const std::size_t keys_max;
  std::list<Table> tables;  // one for each length of window, of which there are few
};

RateLimiter::RateLimiter(const Clock& clock, std::int64_t keys_max) : clock_(clock) {
  const auto each = static_cast<std::size_t>(std::max<std::int64_t>(1, keys_max / static_cast<std::int64_t>(shard_count)));
  for (std::unique_ptr<Shard>& shard : shards_) shard = std::make_unique<Shard>(each);
}

RateLimiter::~RateLimiter() = default;

RateDecision RateLimiter::check(const std::string& key, std::int64_t limit, std::int64_t window_ms) {
  return check_all({{key, limit, window_ms}})[0];
}

std::vector<RateDecision> RateLimiter::check_all(const std::vector<RateLimit>& limits) {
  std::vector<std::size_t> where, held;
  for (const RateLimit& limit : limits) where.push_back(std::hash<std::string>()(limit.key) % shard_count);
  held = where;
  std::sort(held.begin(), held.end());
  held.erase(std::unique(held.begin(), held.end()), held.end());
  // In rising order, so that two requests never wait for each other.
  std::vector<std::unique_lock<Mutex>> locks;
  std::vector<RateDecision> decisions;
  locks.reserve(held.size());
  decisions.reserve(limits.size());
  for (const std::size_t index : held) {
    lock_briefly_held(shards_[index]->mutex);
    locks.emplace_back(shards_[index]->mutex, std::adopt_lock);
  }

  const std::int64_t now = clock_.monotonic_ms(), wall_ms = clock_.now_ms();
  bool allowed = true;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    decisions.push_back(shards_[where[i]]->look(limits[i], now, wall_ms));
    allowed = allowed && decisions.back().allowed;
  }
  for (std::size_t i = 0; allowed && i < limits.size(); ++i) {
    shards_[where[i]]->charge(limits[i], now);
    --decisions[i].remaining;
  }
  return decisions;
}

std::int64_t RateLimiter::keys() const {
  std::size_t count = 0;
  for (const std::unique_ptr<Shard>& shard : shards_) {
    const MutexLock lock(shard->mutex);
    for (const Table& table : shard->tables) count += table.size();
  }
  return static_cast<std::int64_t>(count);
}

}  // namespace cvg
