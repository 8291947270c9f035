// Publications: opened under a marker, filled with staged operations, published in one transaction or dropped
// (lake.md, "Units, stage, publish"). Thread-safe: several steps of a run may stage into one publication at once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cursor_cache.h"
#include "engine_pool.h"
#include "ingest_request.h"
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
  bool ending = false;  // guarded by the publisher
  std::mutex mutex;  // guards everything below
  std::vector<Operation> operations;
  // The columns of the lake's tables when the publication first wrote to them, with the table's own spelling. A run that
  // writes many small units asks once; what was changed meanwhile is found when all is replayed.
  std::map<std::string, std::pair<std::string, std::vector<Column>>> tables;
  std::vector<Operation> dropped;  // their files go at the end: a step beside may be reading them
  // Takes a step's operations out: those of attempts before this one.
  void drop(const std::string &step, int64_t before_attempt);
};

// A text as it may stand in the name of a staged file: {run}-{step}-{attempt}-{uuid}.parquet.
std::string file_part(const std::string &text);

class Publisher {
 public:
  Publisher(const Settings &settings, EnginePool &pool, TenantLocks &locks, Watcher &watcher)
      : settings_(settings), pool_(pool), locks_(locks), watcher_(watcher) {}

  cvg_handle begin(const CallInfo &info, const std::string &marker);
  int64_t ingest(const Call &call, const CallInfo &info, const cvg_ingest &request);
  // Drops what the call's step has staged so far; the other steps' stays.
  void discard(const CallInfo &info, cvg_handle handle);
  // {"already","rows","locked_ms"}
  Json end(const Call &call, const CallInfo &info, cvg_handle handle, bool commit, const Json &cursors);
  // The cursors of a marker, or NOT_FOUND.
  Json published(const Call &call, const LakeFolder &lake, const std::string &marker);
  Json cursor(const Call &call, const LakeFolder &lake, const std::string &key);
  // CVG_E_STATE for a handle that is not open for this tenant.
  std::shared_ptr<Publication> find(const std::string &tenant, cvg_handle handle);
  // Replays what a publication holds in an open transaction of the engine, which is rolled back by the caller.
  void show(const Call &call, const LakeFolder &lake, Engine &engine, const std::vector<Operation> &operations);
  // The paths of what the tenant's open publications staged, ending ones among them.
  std::set<std::string> held_files(const std::string &tenant);
  // A copy of what is staged so far.
  static std::vector<Operation> operations(Publication &publication);

 private:
  class Ending;
  // The columns of a request's table as the lake has them; request.table gets the table's own spelling.
  std::vector<Column> known_columns(Engine &engine, const LakeFolder &lake, Publication &publication, IngestRequest &request);
  // unknown: whether an error may have come after all was published.
  Json publish(const Call &call, Publication &publication, const std::vector<Operation> &operations, const Json &cursors,
               bool &unknown);
  // Begins a transaction and does all of a publication but its COMMIT. False when the marker was already there.
  bool prepare(Engine &engine, const LakeFolder &lake, const Publication &publication, const std::vector<Operation> &operations,
               const Json &cursors, Widening widening);
  // Widens columns of published tables, with the lake's lock held; every engine forgets what it knew of their bounds.
  void widen(const Call &call, const LakeFolder &lake, Engine &engine, const WideningNeeded &widening);
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
