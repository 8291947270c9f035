// MemoryWarehouse: a small real warehouse behind the port, in memory: datasets, publications with marker and cursors, units,
// the mirror.  Of rows it keeps where they belong and how many they are: those of a stream are counted as they are pulled,
// the text "ROWS n" stands for a SELECT of n rows.  Any thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

class MemoryWarehouse final : public Warehouse {
 public:
  Status query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out) override;
  Result<cvg_handle> begin(cvg_call* call, std::string_view marker) override;
  Result<std::int64_t> ingest(cvg_call* call, const cvg_ingest& request) override;
  Result<Json> end(cvg_call* call, cvg_handle txn, bool commit, const Json& cursors) override;
  Result<Json> published(cvg_call* call, std::string_view marker) override;
  Result<Json> cursor(cvg_call* call, std::string_view key) override;
  Result<Json> create_dataset(cvg_call* call, bool recreate) override;
  Status drop_dataset(cvg_call* call) override;
  Result<Json> describe_dataset(cvg_call* call) override;
  Status mirror(cvg_call* call, const Json& batch) override;
  Status discard(cvg_call* call, cvg_handle txn) override;
  Result<Json> upkeep(cvg_call* call, const Json& options) override;  // {"datasets"} or {"changed":true}
  Result<Json> measure_dataset(cvg_call* call) override;
  Result<Json> export_dataset(cvg_call* call, const std::string& folder, std::int64_t bytes_max) override;

  // What tests look at.
  std::int64_t rows(const std::string& tenant, const std::string& table) const;
  std::string constants(const std::string& tenant, const std::string& table) const;  // of the last rows
  std::vector<Json> mirrored(const std::string& tenant, const std::string& table) const;  // rows by key
  bool has_dataset(const std::string& tenant) const;
  std::int64_t publications() const;
  // The next so many calls of end(commit) fail with this status; after: the rows are published all the same.
  void fail_commits(int times, Status status, bool after);
  void fail_create(Status status);
  // From now on a batch of the mirror with a row that holds this text is refused whole; an empty text: no batch is.
  void refuse_mirrored(std::string text, Status status);
  Json upkeep_options() const;  // of the last pass

 private:
  using Unit = std::pair<std::string, std::string>;
  struct Operation {
    std::string step, table, constants;
    std::uint32_t mode = 0;
    Unit unit;
    std::int64_t rows = 0;
  };
  struct Publication {
    std::string tenant, marker;
    std::vector<Operation> operations;
  };
  struct Dataset {
    std::map<std::string, std::map<Unit, std::int64_t>> tables;
    std::map<std::string, std::string> constants;
    std::map<std::string, Json> markers, cursors;
    std::map<std::string, std::map<std::string, Json>> mirror;  // table -> key -> row
  };
  void publish(Dataset& dataset, const Publication& publication, const Json& cursors) CVG_REQUIRES(mutex_);

  mutable Mutex mutex_;
  Json upkeep_options_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, Dataset> datasets_ CVG_GUARDED_BY(mutex_);
  std::map<cvg_handle, Publication> open_ CVG_GUARDED_BY(mutex_);
  cvg_handle last_ CVG_GUARDED_BY(mutex_) = 0;
  std::int64_t published_ CVG_GUARDED_BY(mutex_) = 0;
  int failures_ CVG_GUARDED_BY(mutex_) = 0;
  bool fail_after_ CVG_GUARDED_BY(mutex_) = false;
  std::string refused_text_ CVG_GUARDED_BY(mutex_);
  Status refusal_ CVG_GUARDED_BY(mutex_);
  Status failure_ CVG_GUARDED_BY(mutex_), create_failure_ CVG_GUARDED_BY(mutex_);
};

}  // namespace cvg
