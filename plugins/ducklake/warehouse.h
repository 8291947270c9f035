// The warehouse component: one object serves all tenants on any thread; the tenant comes from the call.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "engine_pool.h"
#include "lake_template.h"
#include "publisher.h"
#include "settings.h"
#include "tenant_locks.h"
#include "upkeep.h"
#include "watcher.h"

namespace ducklake {

class Warehouse {
 public:
  explicit Warehouse(const Json &config);
  static Json describe();
  void check(Call &call);
  void interrupt() noexcept { watcher_.wake(); }

  void query(Call &call, const cvg_sql &sql, ArrowArrayStream *out);
  cvg_handle begin(Call &call, const std::string &marker);
  int64_t ingest(Call &call, const cvg_ingest &request);
  Json end(Call &call, cvg_handle handle, bool commit, const Json &cursors);
  Json published(Call &call, const std::string &marker);
  Json cursor(Call &call, const std::string &key);
  Json create_dataset(Call &call, const Json &spec);
  void drop_dataset(Call &call);
  Json describe_dataset(Call &call);
  void mirror(Call &call, const Json &batch);
  // cvg_upkeep: for the call's tenant, or for what belongs to none.
  Json upkeep(Call &call, const Json &options);
  void discard(Call &call, cvg_handle handle) { publisher_.discard(CallInfo::of(call), handle); }
  Json measure_dataset(Call &call);
  Json export_dataset(Call &call, const Json &spec);

 private:
  LakeFolder lake_of(const CallInfo &info) const { return LakeFolder(settings_.lakes_dir, info.tenant); }
  // Applies the lake's migrations at its first use in this process.
  void ready(Call &call, const LakeFolder &lake);
  void build(Call &call, const LakeFolder &lake, const std::string &folder);
  std::string make_template(Call &call);
  // Which of the batch's tables nobody has written yet since this process made them; from now on they count as written.
  std::set<std::string> first_written(const std::string &tenant, const Json &batch);
  void forget(const std::string &tenant);
  // Folders that a process left which ended in the middle of making or dropping this lake. Under the tenant's lock.
  void sweep(const LakeFolder &lake) const;

  Settings settings_;
  Watcher watcher_;
  EnginePool pool_{settings_};
  TenantLocks locks_;
  Publisher publisher_{settings_, pool_, locks_, watcher_};
  Upkeep upkeep_{settings_, pool_, locks_, watcher_, publisher_};
  LakeTemplate template_;
  std::mutex mutex_;  // guards everything below
  std::set<std::string> ready_;
  std::map<std::string, std::set<std::string>> unwritten_;  // by tenant: metadata tables without any row
};

}  // namespace ducklake
