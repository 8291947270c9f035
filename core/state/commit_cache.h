// CommitCache: rows that were looked up since the last commit, by a name of theirs.  Any commit of the store makes all of it
// stale, whoever wrote whatever: a revoked key, a suspended tenant or an older state of a run is never found here.  This is
// right because one process owns the store.  Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/base/mutex.h"

namespace cvg {

template <class T, std::size_t rows_max = 4096>
class CommitCache {
 public:
  // What was put under this name at the same commit; null: nothing.
  std::shared_ptr<const T> find(const std::string& name, std::int64_t commits) {
    Shard& shard = shard_of(name);
    const MutexLock lock(shard.mutex);
    const auto found = shard.commits == commits ? shard.rows.find(name) : shard.rows.end();
    return found == shard.rows.end() ? nullptr : found->second;
  }
  // commits: as it was before the look-up began.
  void put(const std::string& name, std::int64_t commits, std::shared_ptr<const T> row) {
    Shard& shard = shard_of(name);
    const MutexLock lock(shard.mutex);
    if (commits < shard.commits) return;
    if (commits > shard.commits || shard.rows.size() >= rows_max / shard_count) shard.rows.clear();
    shard.commits = commits;
    shard.rows[name] = std::move(row);
  }

 private:
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    Mutex mutex;
    std::int64_t commits CVG_GUARDED_BY(mutex) = -1;
    std::unordered_map<std::string, std::shared_ptr<const T>> rows CVG_GUARDED_BY(mutex);
  };
  Shard& shard_of(const std::string& name) { return shards_[std::hash<std::string>()(name) % shard_count]; }
  std::array<Shard, shard_count> shards_;
};

}  // namespace cvg
