#include "core/access/key_uses.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace cvg {

KeyUses::KeyUses(KeyStore& keys, const Clock& clock, Options options)
    : keys_(keys), clock_(clock), options_(options), thread_([this] { loop(); }) {}

KeyUses::~KeyUses() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    stop_.notify_all();
  }
  thread_.join();
  static_cast<void>(flush());  // a store that does not answer at the end costs the last times, nothing else
}

void KeyUses::note(const std::string& key_id) {
  const std::int64_t now_ms = clock_.now_ms();
  Shard& shard = shards_[std::hash<std::string>()(key_id) % shard_count];
  const MutexLock lock(shard.mutex);
  if (const auto known = shard.uses.find(key_id); known != shard.uses.end()) {
    known->second = std::max(known->second, now_ms);
  } else if (static_cast<std::int64_t>(shard.uses.size()) < std::max<std::int64_t>(1, options_.keys_max / static_cast<std::int64_t>(shard_count))) {
    shard.uses.emplace(key_id, now_ms);
  }
}

Status KeyUses::flush() {
  std::vector<KeyUse> uses;
  for (Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    for (const auto& [key_id, at_ms] : shard.uses) uses.push_back({key_id, at_ms});
    shard.uses.clear();
  }
  return keys_.note_uses(uses);
}

std::int64_t KeyUses::waiting() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    count += shard.uses.size();
  }
  return static_cast<std::int64_t>(count);
}

void KeyUses::loop() {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    stop_.wait_for_ms(mutex_, options_.flush_ms);
    if (stopping_) return;
    mutex_.unlock();
    static_cast<void>(flush());
    mutex_.lock();
  }
}

}  // namespace cvg
