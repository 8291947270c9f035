// Publications: opened under a marker, filled with staged operations, published in one transaction or dropped
// (lake.md, "Units, stage, publish"). Thread-safe: several steps of a run may stage into one publication at once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cursor_cache.h"
#include "engine_pool.h"
#include "lake_folder.h"
#include "operation.h"
#include "replay.h"
#include "settings.h"
#include "tenant_locks.h"
#include "watcher.h"

namespace ducklake {

// Whose work a call does: the file names and the replaced units depend on it.
struct CallInfo {
  std::string tenant, run, step;
  int64_t attempt = 0;
  static CallInfo of(const Call &call);
};

struct Publication {
  std::string tenant, marker;
  std::mutex mutex;  // guards operations
  std::vector<Operation> operations;
};

class Publisher {
 public:
  Publisher(const Settings &settings, EnginePool &pool, TenantLocks &locks, Watcher &watcher)
      : settings_(settings), pool_(pool), locks_(locks), watcher_(watcher) {}

  cvg_handle begin(const CallInfo &info, const std::string &marker);
  int64_t ingest(const Call &call, const CallInfo &info, const cvg_ingest &request);
  // {"already","rows","locked_ms"}
  Json end(const Call &call, const CallInfo &info, cvg_handle handle, bool commit, const Json &cursors);
  // The cursors of a marker, or NOT_FOUND.
  Json published(const Call &call, const LakeFolder &lake, const std::string &marker);
  Json cursor(const Call &call, const LakeFolder &lake, const std::string &key);
  // CVG_E_STATE for a handle that is not open for this tenant.
  std::shared_ptr<Publication> find(const std::string &tenant, cvg_handle handle);
  // Replays what a publication holds in an open transaction of the engine, which is rolled back by the caller. Takes the
  // lake's lock when columns must be widened first; the loan may be another one afterwards.
  void show(const Call &call, const LakeFolder &lake, EnginePool::Loan &engine, const std::vector<Operation> &operations);
  // A copy of what is staged so far.
  static std::vector<Operation> operations(Publication &publication);

 private:
  Json publish(const Call &call, Publication &publication, const std::vector<Operation> &operations, const Json &cursors);
  // One attempt inside a transaction. False when the marker was already there.
  bool attempt(Engine &engine, const LakeFolder &lake, const Publication &publication, const std::vector<Operation> &operations,
               const Json &cursors);
  // Widens columns of published tables, with the lake's lock held; every engine forgets what it knew of their bounds.
  void widen(const Call &call, const LakeFolder &lake, const WideningNeeded &widening);
  // All cursors of the lake.
  std::shared_ptr<const CursorCache::Cursors> cursors(const Call &call, const LakeFolder &lake);
  bool is_published(const Call &call, const LakeFolder &lake, const std::string &marker);

  const Settings &settings_;
  EnginePool &pool_;
  TenantLocks &locks_;
  Watcher &watcher_;
  CursorCache cursors_;
  std::mutex mutex_;  // guards open_, last_
  std::map<cvg_handle, std::shared_ptr<Publication>> open_;
  cvg_handle last_ = 0;
};

}  // namespace ducklake
