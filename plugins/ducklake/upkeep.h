// Upkeep: one bounded pass over a lake: expires snapshots, flushes inlined rows, merges small files, rewrites files that
// are half deleted, deletes files that no snapshot names and sweeps what nobody will publish. Each change is a transaction
// of its own under the lake's lock, so that a publication waits for one of them at most. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "engine_pool.h"
#include "lake_folder.h"
#include "publisher.h"
#include "settings.h"
#include "tenant_locks.h"
#include "watcher.h"

namespace ducklake {

// What a pass is asked to do: cvg_upkeep's options.
struct UpkeepOptions {
  bool force = false;
  int64_t snapshot_keep_ms = 30LL * 86400 * 1000;
  int64_t file_grace_ms = 120LL * 60 * 1000;
  int64_t flush_rows_min = 10000;
  int64_t merge_files_min = 32;
  int64_t merge_file_bytes = 32LL << 20;
  int64_t pass_bytes_max = 128LL << 20;
  std::set<std::string> live_runs;  // as they stand in the names of staged files
  static UpkeepOptions from(const Json &json);
};

// What a pass did: cvg_upkeep's report.
struct UpkeepReport {
  bool skipped = false, changed = false;
  int64_t expired_snapshots = 0, flushed_rows = 0, merged_files = 0, rewritten_files = 0;
  int64_t deleted_files = 0, swept_files = 0, swept_folders = 0, locked_ms_max = 0;
  Json json() const;
};

class Upkeep {
 public:
  Upkeep(const Settings &settings, EnginePool &pool, TenantLocks &locks, Watcher &watcher, Publisher &publisher)
      : settings_(settings), pool_(pool), locks_(locks), watcher_(watcher), publisher_(publisher) {}

  UpkeepReport run(const Call &call, const LakeFolder &lake, const UpkeepOptions &options);
  // The remains of lakes that were never finished, or were dropped, when a server was killed.
  UpkeepReport sweep_folders(const UpkeepOptions &options) const;

 private:
  struct Pass;  // one pass over one lake
  // Whether the catalog is as the last pass left it, and that pass had nothing to do.
  bool is_quiet(const LakeFolder &lake) const;
  void remember(const LakeFolder &lake, bool quiet);

  const Settings &settings_;
  EnginePool &pool_;
  TenantLocks &locks_;
  Watcher &watcher_;
  Publisher &publisher_;
  struct Quiet {
    std::string stamp;  // of the catalog's files
    int64_t since_ms = 0;
  };
  mutable std::mutex mutex_;  // guards quiet_
  std::map<std::string, Quiet> quiet_;
};

}  // namespace ducklake
