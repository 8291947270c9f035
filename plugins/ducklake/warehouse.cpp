#include "warehouse.h"

#include <utility>

#include "dataset_export.h"
#include "dataset_schema.h"
#include "mirror.h"
#include "pipeline_guard.h"
#include "query_stream.h"

namespace ducklake {

using convergence::text;

Warehouse::Warehouse(const Json &config) : settings_(Settings::from(config)) {
  make_folder(settings_.lakes_dir);
  make_folder(settings_.engine.temp_dir);
}

Json Warehouse::describe() {
  return Json::object()
      .set("summary", "A lake per tenant: Parquet files and a SQLite catalog, with DuckDB as the engine")
      .set("config_schema", Settings::schema())
      .set("grants", Json::object().set("stage_path", true));
}

void Warehouse::check(Call &call) { pool_.borrow_empty(call)->exec("SELECT 1"); }

void Warehouse::ready(Call &call, const LakeFolder &lake) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ready_.count(lake.tenant)) return;
  }
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const int version = version_of(*engine);
  if (version < dataset_version()) {
    engine->begin();
    migrate(*engine, lake.tenant, version);
    engine->commit();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  ready_.insert(lake.tenant);
}

void Warehouse::query(Call &call, const cvg_sql &sql, ArrowArrayStream *out) {
  const CallInfo info = CallInfo::of(call);
  const LakeFolder lake = lake_of(info);
  ready(call, lake);
  std::vector<Operation> staged;
  if (sql.txn) staged = Publisher::operations(*publisher_.find(info.tenant, sql.txn));
  EnginePool::Loan engine = pool_.borrow(call, lake);
  // Rolled back when the stream gives its engine back.
  if (!staged.empty()) publisher_.show(call, lake, *engine, staged);
  Watcher::Scope scope(watcher_, call, *engine, Watcher::Scope::Progress::told);
  try {
    check_pipeline_sql(*engine, lake.tenant, text(sql.text));
    open_stream(std::move(engine), scope, text(sql.text), sql.max_rows, out);
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

cvg_handle Warehouse::begin(Call &call, const std::string &marker) { return publisher_.begin(CallInfo::of(call), marker); }

int64_t Warehouse::ingest(Call &call, const cvg_ingest &request) {
  const CallInfo info = CallInfo::of(call);
  ready(call, lake_of(info));
  return publisher_.ingest(call, info, request);
}

Json Warehouse::end(Call &call, cvg_handle handle, bool commit, const Json &cursors) {
  const CallInfo info = CallInfo::of(call);
  if (commit) ready(call, lake_of(info));
  return publisher_.end(call, info, handle, commit, cursors);
}

Json Warehouse::published(Call &call, const std::string &marker) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  ready(call, lake);
  return publisher_.published(call, lake, marker);
}

Json Warehouse::cursor(Call &call, const std::string &key) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  ready(call, lake);
  return publisher_.cursor(call, lake, key);
}

std::string Warehouse::make_template(Call &call) {
  const std::string folder = settings_.engine.temp_dir + "/template-" + unique_name();
  make_folder(folder + "/data");
  std::string bytes;
  try {
    EnginePool::Loan engine = pool_.borrow_empty(call);
    const Watcher::Scope scope(watcher_, call, *engine);
    engine->use_one_thread();
    engine->attach(folder + "/catalog.sqlite", folder + "/data/", "main", false, settings_.inlined_rows_max);
    engine->begin();
    migrate(*engine, template_schema, 0);
    engine->commit();
    engine->detach();
    bytes = catalog_bytes(folder + "/catalog.sqlite");
  } catch (...) {
    remove_tree(folder);
    throw;
  }
  remove_tree(folder);
  return bytes;
}

void Warehouse::build(Call &call, const LakeFolder &lake, const std::string &folder) {
  const std::shared_ptr<const std::string> first = template_.get([&] { return make_template(call); });
  make_folder(folder + "/data");
  write_file(folder + "/catalog.sqlite", catalog_for(*first, lake.tenant, lake.data()));
  sync_path(folder);
}

Json Warehouse::create_dataset(Call &call, const Json &spec) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  const bool recreate = spec["recreate"].boolean();
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  sweep(lake);
  const bool existed = lake.exists();
  if (existed && !recreate) throw Error(CVG_E_CONFLICT, "the dataset of " + lake.tenant + " exists");
  const std::string folder = settings_.lakes_dir + "/.new-" + lake.tenant + "-" + unique_name();
  try {
    build(call, lake, folder);
    rename_folder(folder, lake.root, existed);
  } catch (const EngineError &error) {
    remove_tree(folder);
    rethrow(call, error);
  } catch (...) {
    remove_tree(folder);
    throw;
  }
  forget(lake.tenant);
  if (existed) remove_tree(folder);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ready_.insert(lake.tenant);
    for (const std::string &name : dataset_tables())
      if (is_metadata_table(name)) unwritten_[lake.tenant].insert(name);
  }
  Json tables = Json::array(), views = Json::array();
  for (const std::string &name : dataset_tables()) tables.push(name);
  for (const std::string &name : dataset_views()) views.push(name);
  return Json::object().set("created", true).set("tables", tables).set("views", views);
}

void Warehouse::drop_dataset(Call &call) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  sweep(lake);
  if (!lake.exists()) return;
  const std::string grave = settings_.lakes_dir + "/.old-" + lake.tenant + "-" + unique_name();
  rename_folder(lake.root, grave, false);
  forget(lake.tenant);
  remove_tree(grave);
}

Json Warehouse::upkeep(Call &call, const Json &options) {
  const CallInfo info = CallInfo::of(call);
  const UpkeepOptions asked = UpkeepOptions::from(options);
  if (info.tenant.empty()) {
    Json names = Json::array();
    for (const std::string &name : entries(settings_.lakes_dir))
      if (name.front() != '.' && LakeFolder(settings_.lakes_dir, name).exists()) names.push(name);
    return upkeep_.sweep_folders(asked).json().set("datasets", names);
  }
  const LakeFolder lake = lake_of(info);
  if (!lake.exists()) throw Error(CVG_E_NOT_FOUND, "the tenant " + info.tenant + " has no dataset");
  ready(call, lake);
  try {
    return upkeep_.run(call, lake, asked).json();
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

void Warehouse::sweep(const LakeFolder &lake) const {
  for (const std::string &name : entries(settings_.lakes_dir))
    for (const char *prefix : {".new-", ".old-"})
      if (name.rfind(prefix + lake.tenant + "-", 0) == 0) remove_tree(settings_.lakes_dir + "/" + name);
}

void Warehouse::forget(const std::string &tenant) {
  pool_.forget(tenant);
  const std::lock_guard<std::mutex> lock(mutex_);
  ready_.erase(tenant);
  unwritten_.erase(tenant);
}

std::set<std::string> Warehouse::first_written(const std::string &tenant, const Json &batch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::set<std::string> first;
  const auto found = unwritten_.find(tenant);
  if (found == unwritten_.end()) return first;
  for (const Json &part : batch["tables"].items())
    if (found->second.erase(part["table"].text())) first.insert(part["table"].text());
  if (found->second.empty()) unwritten_.erase(found);
  return first;
}

Json Warehouse::describe_dataset(Call &call) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  Json tables = Json::array();
  if (!lake.exists()) return Json::object().set("exists", false).set("version", int64_t{0}).set("tables", tables);
  ready(call, lake);
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const auto rows = engine->rows("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = " +
                                 literal(lake_alias) + " AND schema_name = " + literal(lake.tenant) +
                                 " ORDER BY table_name, column_index");
  for (const Row &row : rows) {
    const std::string name = row[0].value_or("");
    if (tables.size() == 0 || tables.items().back()["name"].text() != name)
      tables.push(Json::object().set("name", name).set("columns", Json::array()));
    Json columns = tables.items().back()["columns"];
    columns.push(Json::object().set("name", row[1].value_or("")).set("type", row[2].value_or("")));
    tables.items().back().set("columns", std::move(columns));
  }
  return Json::object().set("exists", true).set("version", int64_t{dataset_version()}).set("tables", tables);
}

Json Warehouse::measure_dataset(Call &call) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const Watcher::Scope scope(watcher_, call, *engine);
  try {
    engine->begin();
    Json size = ducklake::measure_dataset(*engine, lake);
    engine->rollback();
    return size;
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

Json Warehouse::export_dataset(Call &call, const Json &spec) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  ready(call, lake);
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const Watcher::Scope scope(watcher_, call, *engine);
  try {
    engine->begin();
    Json tables = ducklake::export_dataset(*engine, lake, spec["folder"].text(), spec["bytes_max"].integer());
    engine->rollback();
    return tables;
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

void Warehouse::mirror(Call &call, const Json &batch) {
  const LakeFolder lake = lake_of(CallInfo::of(call));
  ready(call, lake);
  std::vector<std::string> folders;
  for (const Json &part : batch["tables"].items()) folders.push_back(lake.table(lake.tenant, part["table"].text()));
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  std::set<std::string> empty = first_written(lake.tenant, batch);
  for (int64_t tries = 1;; ++tries) {
    EnginePool::Loan engine = pool_.borrow(call, lake, EnginePool::Work::catalog);
    const Watcher::Scope scope(watcher_, call, *engine);
    try {
      engine->begin();
      const NewFiles files(folders);
      ducklake::mirror(*engine, lake.tenant, batch, std::exchange(empty, {}));
      files.sync();
      engine->commit();
      return;
    } catch (const EngineError &error) {
      engine->rollback();
      // The rows are upserts: repeating them after an unknown outcome changes nothing.
      if (error.code() != CVG_E_CONFLICT || tries >= settings_.commit_attempts_max) rethrow(call, error);
    }
  }
}

}  // namespace ducklake
