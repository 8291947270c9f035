#include "tests/fakes/memory_warehouse.h"

#include <convergence/plugin.hpp>
#include <cstring>
#include <fstream>

#include "core/plugin/abi_view.h"
#include "core/plugin/host_table.h"

namespace cvg {
namespace {

std::string info_of(cvg_call* call, const char* what) { return convergence::Call(&host_table(), call).info()[what].text(); }
std::string tenant_of(cvg_call* call) { return info_of(call, "tenant"); }

// A stream of no rows and no columns.
int no_schema(ArrowArrayStream*, ArrowSchema* out) {
  std::memset(out, 0, sizeof *out);
  out->format = "+s";
  out->name = "";
  out->release = [](ArrowSchema* schema) { schema->release = nullptr; };
  return 0;
}
int no_rows(ArrowArrayStream*, ArrowArray* out) {
  std::memset(out, 0, sizeof *out);
  return 0;
}
void empty_stream(ArrowArrayStream* out) {
  std::memset(out, 0, sizeof *out);
  out->get_schema = no_schema;
  out->get_next = no_rows;
  out->get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  out->release = [](ArrowArrayStream* stream) { stream->release = nullptr; };
}

std::int64_t pull(ArrowArrayStream* stream) {
  std::int64_t rows = 0;
  while (true) {
    ArrowArray batch;
    if (stream->get_next(stream, &batch) != 0 || !batch.release) break;
    rows += batch.length;
    batch.release(&batch);
  }
  stream->release(stream);
  return rows;
}

// As the lake does: the input of every derived unit must still be the load that it was derived from.
Status check_inputs(const std::map<std::string, Json>& stored, const Json& cursors) {
  for (const auto& [key, cursor] : cursors.members()) {
    const Json* input = key == "outputs" ? nullptr : cursor.find("derived_from");
    if (!input) continue;
    const auto now = stored.find((*input)["key"].text());
    if ((now == stored.end() ? Json() : now->second).dump() != (*input)["cursor"].dump())
      return Status(Code::conflict, "what rows were derived from was published anew meanwhile");
  }
  return {};
}

Json stored_form(Json cursor) {
  std::erase_if(cursor.members(), [](const Json::Member& member) { return member.first == "derived_from"; });
  return cursor;
}

Status not_open() { return Status(Code::state, "the publication is not open"); }

}  // namespace

Status MemoryWarehouse::query(cvg_call* call, const cvg_sql&, ArrowArrayStream* out) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  if (!datasets_.contains(tenant)) return Status(Code::not_found, "there is no dataset");
  empty_stream(out);
  return {};
}

Result<cvg_handle> MemoryWarehouse::begin(cvg_call* call, std::string_view marker) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  open_[++last_] = Publication{tenant, std::string(marker), {}};
  return last_;
}

Result<std::int64_t> MemoryWarehouse::ingest(cvg_call* call, const cvg_ingest& request) {
  const std::string tenant = tenant_of(call);
  Operation operation;
  operation.step = info_of(call, "step");
  operation.table = view(request.table);
  operation.constants = view(request.constants_json);
  operation.mode = request.mode;
  operation.unit = {std::string(view(request.source)), std::string(view(request.unit))};
  if (request.stream) operation.rows = pull(request.stream);
  const std::string_view sql = view(request.sql);
  if (sql.starts_with("ROWS ")) operation.rows = std::strtoll(std::string(sql.substr(5)).c_str(), nullptr, 10);
  MutexLock lock(mutex_);
  const auto found = open_.find(request.txn);
  if (found == open_.end() || found->second.tenant != tenant) return not_open();
  found->second.operations.push_back(operation);
  return operation.rows;
}

void MemoryWarehouse::publish(Dataset& dataset, const Publication& publication, const Json& cursors) {
  std::map<std::string, bool> emptied;
  for (const Operation& operation : publication.operations) {
    auto& table = dataset.tables[operation.table];
    const std::string what = operation.table + '|' + std::to_string(operation.mode) + '|' + operation.unit.first + '|' + operation.unit.second;
    if (operation.mode == CVG_REPLACE_TABLE && !std::exchange(emptied[what], true)) table.clear();
    if (operation.mode == CVG_REPLACE_UNIT && !std::exchange(emptied[what], true)) table.erase(operation.unit);
    if (operation.rows > 0) table[operation.unit] += operation.rows;
    dataset.constants[operation.table] = operation.constants;
  }
  for (const auto& [key, cursor] : cursors.members()) {
    if (key != "outputs") dataset.cursors[key] = stored_form(cursor);
  }
  dataset.markers[publication.marker] = cursors;
  ++published_;
}

Status MemoryWarehouse::discard(cvg_call* call, cvg_handle txn) {
  const std::string tenant = tenant_of(call), step = info_of(call, "step");
  MutexLock lock(mutex_);
  const auto found = open_.find(txn);
  if (found == open_.end() || found->second.tenant != tenant) return not_open();
  std::erase_if(found->second.operations, [&](const Operation& operation) { return operation.step == step; });
  return {};
}

Json MemoryWarehouse::upkeep_options() const {
  MutexLock lock(mutex_);
  return upkeep_options_;
}

Result<Json> MemoryWarehouse::upkeep(cvg_call* call, const Json& options) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  upkeep_options_ = options;
  Json names = Json::array();
  for (const auto& [name, dataset] : datasets_) names.push(name);
  if (tenant.empty()) return Json::object().set("datasets", names);
  if (!datasets_.contains(tenant)) return Status(Code::not_found, "there is no dataset");
  return Json::object().set("changed", true).set("merged_files", 3).set("locked_ms_max", 7);
}

Result<Json> MemoryWarehouse::end(cvg_call* call, cvg_handle txn, bool commit, const Json& cursors) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  const auto found = open_.find(txn);
  if (found == open_.end() || found->second.tenant != tenant) return not_open();
  const Publication publication = std::move(found->second);
  open_.erase(found);
  if (!commit) return Json::object();
  const bool fails = failures_ > 0;
  if (fails) --failures_;
  if (fails && !fail_after_) return failure_;
  Dataset& dataset = datasets_[tenant];
  const bool already = dataset.markers.contains(publication.marker);
  if (!already) {
    CVG_RETURN_IF_ERROR(check_inputs(dataset.cursors, cursors));
    publish(dataset, publication, cursors);
  }
  if (fails) return failure_;
  return Json::object().set("already", already);
}

Result<Json> MemoryWarehouse::published(cvg_call* call, std::string_view marker) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  const auto found = datasets_[tenant].markers.find(std::string(marker));
  if (found == datasets_[tenant].markers.end()) return Status(Code::not_found, "nothing was published under this marker");
  return found->second;
}

Result<Json> MemoryWarehouse::cursor(cvg_call* call, std::string_view key) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  const auto found = datasets_[tenant].cursors.find(std::string(key));
  if (found == datasets_[tenant].cursors.end()) return Status(Code::not_found, "there is no cursor");
  return found->second;
}

Result<Json> MemoryWarehouse::create_dataset(cvg_call* call, bool recreate) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  if (!create_failure_.ok()) return create_failure_;
  if (datasets_.contains(tenant) && !recreate) return Status(Code::conflict, "the dataset exists");
  datasets_[tenant] = Dataset();
  return Json::object().set("created", true).set("tables", Json::array().push("x_meta_pipeline_runs")).set("views", Json::array().push("pipeline_runs"));
}

Status MemoryWarehouse::drop_dataset(cvg_call* call) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  datasets_.erase(tenant);
  return {};
}

Result<Json> MemoryWarehouse::describe_dataset(cvg_call* call) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  return Json::object().set("exists", datasets_.contains(tenant)).set("version", 1);
}

Result<Json> MemoryWarehouse::measure_dataset(cvg_call* call) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  const auto dataset = datasets_.find(tenant);
  if (dataset == datasets_.end()) return Status(Code::not_found, "there is no dataset");
  Json tables = Json::array();
  for (const auto& [name, units] : dataset->second.tables) {
    std::int64_t rows = 0;
    for (const auto& [unit, count] : units) rows += count;
    tables.push(Json::object().set("name", name).set("rows", rows));
  }
  const auto files = static_cast<std::int64_t>(tables.size());
  return Json::object().set("tables", tables).set("files", files).set("bytes", files * 100);
}

// A file holds the number of its table's rows.
Result<Json> MemoryWarehouse::export_dataset(cvg_call* call, const std::string& folder, std::int64_t bytes_max) {
  CVG_ASSIGN(const Json size, measure_dataset(call));
  if (size["bytes"].integer() > bytes_max) return Status(Code::limit, "the export is too large");
  Json tables = Json::array();
  for (const Json& table : size["tables"].items()) {
    const std::string file = table["name"].text() + ".parquet", text = std::to_string(table["rows"].integer());
    std::ofstream(folder + "/" + file) << text;
    tables.push(Json::object().set("name", table["name"]).set("file", file).set("rows", table["rows"]).set("bytes", static_cast<std::int64_t>(text.size())));
  }
  return Json::object().set("tables", tables);
}

Status MemoryWarehouse::mirror(cvg_call* call, const Json& batch) {
  const std::string tenant = tenant_of(call);
  MutexLock lock(mutex_);
  const auto dataset = datasets_.find(tenant);
  if (dataset == datasets_.end()) return Status(Code::not_found, "there is no dataset");
  if (!refused_text_.empty() && batch.dump().find(refused_text_) != std::string::npos) return refusal_;
  for (const Json& table : batch["tables"].items()) {
    const auto& columns = table["columns"].items();
    if (table["is_whole"].boolean()) dataset->second.mirror[table["table"].text()].clear();
    for (const Json& row : table["rows"].items()) {
      if (row.size() != columns.size()) return Status(Code::config, table["table"].text() + ": a row does not fit its columns");
      std::string key;
      for (const Json& name : table["keys"].items()) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (columns[i].text() == name.text()) key += row.items()[i].dump() + '|';
        }
      }
      dataset->second.mirror[table["table"].text()][key] = row;
    }
  }
  return {};
}

std::int64_t MemoryWarehouse::rows(const std::string& tenant, const std::string& table) const {
  MutexLock lock(mutex_);
  const auto dataset = datasets_.find(tenant);
  if (dataset == datasets_.end() || !dataset->second.tables.contains(table)) return -1;
  std::int64_t rows = 0;
  for (const auto& [unit, count] : dataset->second.tables.at(table)) rows += count;
  return rows;
}

std::string MemoryWarehouse::constants(const std::string& tenant, const std::string& table) const {
  MutexLock lock(mutex_);
  return datasets_.at(tenant).constants.at(table);
}

std::vector<Json> MemoryWarehouse::mirrored(const std::string& tenant, const std::string& table) const {
  MutexLock lock(mutex_);
  std::vector<Json> out;
  const auto dataset = datasets_.find(tenant);
  if (dataset == datasets_.end()) return out;
  const auto found = dataset->second.mirror.find(table);
  if (found == dataset->second.mirror.end()) return out;
  for (const auto& [key, row] : found->second) out.push_back(row);
  return out;
}

bool MemoryWarehouse::has_dataset(const std::string& tenant) const {
  MutexLock lock(mutex_);
  return datasets_.contains(tenant);
}

std::int64_t MemoryWarehouse::publications() const {
  MutexLock lock(mutex_);
  return published_;
}

void MemoryWarehouse::refuse_mirrored(std::string text, Status status) {
  MutexLock lock(mutex_);
  refused_text_ = std::move(text);
  refusal_ = std::move(status);
}

void MemoryWarehouse::fail_commits(int times, Status status, bool after) {
  MutexLock lock(mutex_);
  failures_ = times;
  failure_ = std::move(status);
  fail_after_ = after;
}

void MemoryWarehouse::fail_create(Status status) {
  MutexLock lock(mutex_);
  create_failure_ = std::move(status);
}

}  // namespace cvg
