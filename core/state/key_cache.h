// KeyCache: the owners of keys that were looked up since the last commit, by the key's hash.  Any commit of the store makes
// all of it stale, whoever wrote whatever: a revoked key or a suspended tenant is never found here.  This is right because
// one process owns the store.  Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/base/mutex.h"

namespace cvg {

template <class T>
class KeyCache {
 public:
  // What was put under this hash at the same commit; null: nothing.
  std::shared_ptr<const T> find(const std::string& hash, std::int64_t commits) {
    Shard& shard = shard_of(hash);
    const MutexLock lock(shard.mutex);
    const auto found = shard.commits == commits ? shard.owners.find(hash) : shard.owners.end();
    return found == shard.owners.end() ? nullptr : found->second;
  }
  // commits: as it was before the look-up began.
  void put(const std::string& hash, std::int64_t commits, std::shared_ptr<const T> owner) {
    Shard& shard = shard_of(hash);
    const MutexLock lock(shard.mutex);
    if (commits < shard.commits) return;
    if (commits > shard.commits || shard.owners.size() >= shard_owners_max) shard.owners.clear();
    shard.commits = commits;
    shard.owners[hash] = std::move(owner);
  }

 private:
  static constexpr std::size_t shard_count = 16, shard_owners_max = 256;
  struct Shard {
    Mutex mutex;
    std::int64_t commits CVG_GUARDED_BY(mutex) = -1;
    std::unordered_map<std::string, std::shared_ptr<const T>> owners CVG_GUARDED_BY(mutex);
  };
  Shard& shard_of(const std::string& hash) { return shards_[std::hash<std::string>()(hash) % shard_count]; }
  std::array<Shard, shard_count> shards_;
};

}  // namespace cvg
