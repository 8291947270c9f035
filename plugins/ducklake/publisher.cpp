#include "publisher.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "dataset_schema.h"
#include "engine_faults.h"
#include "input_cursors.h"
#include "pipeline_guard.h"
#include "staging.h"

namespace ducklake {

namespace {

constexpr std::chrono::milliseconds race_pause{5};

std::string hidden(const char *table) { return quoted(lake_alias) + ".\"__cvg\"." + table; }

// A stored version that is of the same kind and sorts behind the new one.
bool is_newer(const std::string &stored, const std::string &given) {
  const size_t colon = stored.find(':');
  if (colon == std::string::npos || given.compare(0, colon + 1, stored, 0, colon + 1) != 0) return false;
  return stored.compare(colon + 1, std::string::npos, given, colon + 1, std::string::npos) > 0;
}

// Beside the cursors: what the steps told. It is kept with the marker alone, as it came.
constexpr const char *outputs_key = "outputs";

// The cursors as they are stored: "reload" and what a unit was derived from belong to this publication alone.
Json stored_form(const Json &cursors) {
  Json all = Json::object();
  for (const auto &[key, value] : cursors.members()) {
    Json one = Json::object();
    for (const auto &[name, field] : value.members())
      if ((name != "reload" && name != derived_from_field) || key == outputs_key) one.set(name, field);
    all.set(key, one);
  }
  return all;
}

// A cursor with "reload": true may go back to an earlier delivery: an operator asked for just that.
void write_cursors(Engine &engine, const Json &cursors) {
  std::string keys, rows;
  const Json stored_cursors = stored_form(cursors);
  for (const auto &[key, value] : stored_cursors.members()) {
    if (key == outputs_key) continue;
    keys += (keys.empty() ? "" : ", ") + literal(key);
    rows += (rows.empty() ? "(" : ", (") + literal(key) + ", " + literal(value.dump()) + ", " + literal(value["version"].text()) +
            ", CAST(now() AS TIMESTAMP))";
  }
  if (keys.empty()) return;
  const std::string these = hidden("cursors") + " WHERE cursor_key IN (" + keys + ")";
  const std::vector<Row> stored = engine.rows("SELECT cursor_key, version FROM " + these);
  for (const Row &row : stored) {
    const std::string key = row[0].value_or(""), version = row[1].value_or("");
    if (!cursors[key]["reload"].boolean() && is_newer(version, cursors[key]["version"].text()))
      throw Error(CVG_E_CONFLICT, "a newer delivery of " + key + " was published meanwhile (" + version + ")");
  }
  if (!stored.empty()) engine.exec("DELETE FROM " + these);
  engine.exec("INSERT INTO " + hidden("cursors") + " VALUES " + rows);
}

// True when a table's name stands anywhere in the SQL, be it in a comment.
bool names_a_table(const std::string &sql, const std::vector<Operation> &operations) {
  const std::string text = lower(sql);
  return std::any_of(operations.begin(), operations.end(),
                     [&](const Operation &op) { return !text.empty() && text.find(lower(op.table)) != std::string::npos; });
}

void remove_files(const Operation &operation) {
  for (const std::string &path : operation.paths) remove_file(path);
}

// What was staged reaches the disk before the lake's lock is taken. One after the other at the end: the first sync of many
// small files does most of the others' work.
void sync_staged(const LakeFolder &lake, const std::vector<Operation> &operations) {
  std::set<std::string> folders;
  for (const Operation &op : operations) {
    if (!op.paths.empty()) folders.insert(lake.table(lake.tenant, op.table));
    for (const std::string &path : op.paths) sync_path(path);
  }
  for (const std::string &folder : folders) sync_path(folder);
}

// However a publication ends, the cursors may be others afterwards.
class ForgetsCursors {
 public:
  ForgetsCursors(CursorCache &cache, const std::string &tenant) : cache_(cache), tenant_(tenant) {}
  ~ForgetsCursors() { cache_.forget(tenant_); }
  ForgetsCursors(const ForgetsCursors &) = delete;
  ForgetsCursors &operator=(const ForgetsCursors &) = delete;

 private:
  CursorCache &cache_;
  const std::string &tenant_;
};

// The folders that a publication may write to: those of its tables, and that of the cursors once they are in files.
std::vector<std::string> written_folders(const LakeFolder &lake, const std::vector<Operation> &operations) {
  std::vector<std::string> folders = {lake.table("__cvg", "cursors")};
  for (const Operation &op : operations) folders.push_back(lake.table(lake.tenant, op.table));
  return folders;
}

}  // namespace

std::string file_part(const std::string &text) {
  std::string out;
  for (char c : text.substr(0, 64))
    out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ? c : '_';
  return out.empty() ? "none" : out;
}

CallInfo CallInfo::of(const Call &call) {
  const Json info = call.info();
  return {lower(info["tenant"].text()), info["run"].text(), info["step"].text(), info["attempt"].integer(0)};
}

void Publication::drop(const std::string &step, int64_t before_attempt) {
  std::vector<Operation> kept;
  for (Operation &op : operations) (op.step == step && op.attempt < before_attempt ? dropped : kept).push_back(std::move(op));
  operations = std::move(kept);
}

cvg_handle Publisher::begin(const CallInfo &info, const std::string &marker) {
  if (marker.empty()) throw Error(CVG_E_CONFIG, "a publication needs a marker");
  auto publication = std::make_shared<Publication>();
  publication->tenant = info.tenant;
  publication->marker = marker;
  const std::lock_guard<std::mutex> lock(mutex_);
  open_[++last_] = publication;
  return last_;
}

std::shared_ptr<Publication> Publisher::find(const std::string &tenant, cvg_handle handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = open_.find(handle);
  if (found == open_.end() || found->second->tenant != tenant || found->second->ending)
    throw Error(CVG_E_STATE, "the publication is not open");
  return found->second;
}

std::vector<Operation> Publisher::operations(Publication &publication) {
  const std::lock_guard<std::mutex> lock(publication.mutex);
  return publication.operations;
}

std::vector<Column> Publisher::known_columns(Engine &engine, const LakeFolder &lake, Publication &publication, IngestRequest &request) {
  const std::string key = lower(request.table);
  {
    const std::lock_guard<std::mutex> lock(publication.mutex);
    if (const auto known = publication.tables.find(key); known != publication.tables.end()) {
      request.table = known->second.first;
      return known->second.second;
    }
  }
  std::vector<Column> columns = table_columns(engine, lake.tenant, request.table);
  const std::lock_guard<std::mutex> lock(publication.mutex);
  publication.tables[key] = {request.table, columns};
  return columns;
}

int64_t Publisher::ingest(const Call &call, const CallInfo &info, const cvg_ingest &raw) {
  const std::shared_ptr<Publication> publication = find(info.tenant, raw.txn);
  IngestRequest request = IngestRequest::from(call, raw);
  if (is_metadata_table(request.table)) throw Error(CVG_E_CONFIG, "the table " + request.table + " is written by the host only");
  const LakeFolder lake(settings_.lakes_dir, info.tenant);
  EnginePool::Loan engine = pool_.borrow(call, lake, request.sql.empty() ? EnginePool::Work::delivery : EnginePool::Work::lake);
  const std::vector<Operation> before = operations(*publication);
  // SQL sees what the publication holds so far, if it may name one of its tables: a step that derives a unit after the
  // other from another table would else replay all units before each. Files and streams only need to know the tables.
  const bool sees = names_a_table(request.sql + " " + request.input, before);
  if (sees) show(call, lake, *engine, before);
  // Each statement outside of a transaction would read the catalog's state anew.
  else if (!request.sql.empty()) engine->begin();
  const Watcher::Scope scope(watcher_, call, *engine, Watcher::Scope::Progress::told);
  try {
    if (!request.sql.empty()) check_pipeline_sql(*engine, lake.tenant, request.sql);
    std::vector<Column> table = sees ? table_columns(*engine, lake.tenant, request.table) : known_columns(*engine, lake, *publication, request);
    if (!sees)
      for (const Operation &op : before)
        if (lower(op.table) == lower(request.table)) table = grown(op.table, table, op.columns, false);
    const std::string label = file_part(info.run) + "-" + file_part(info.step) + "-" + std::to_string(info.attempt);
    Operation staged = Staging(*engine, settings_, lake, call, label).stage(request, table);
    engine->rollback();
    staged.step = info.step;
    staged.attempt = info.attempt;
    const int64_t rows = staged.rows;
    const std::lock_guard<std::mutex> lock(publication->mutex);
    // A step that is tried again begins anew: what its earlier attempts staged is not published.
    publication->drop(info.step, info.attempt);
    publication->operations.push_back(std::move(staged));
    return rows;
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

bool Publisher::prepare(Engine &engine, const LakeFolder &lake, const Publication &publication,
                        const std::vector<Operation> &operations, const Json &cursors, Widening widening) {
  engine.begin();
  if (!engine.rows("SELECT marker FROM " + hidden("markers") + " WHERE marker = " + literal(publication.marker)).empty()) {
    engine.rollback();
    return false;
  }
  check_inputs(engine, cursors);
  const NewFiles files(written_folders(lake, operations));
  replay(engine, lake, operations, widening);
  write_cursors(engine, cursors);
  int64_t rows = 0;
  for (const Operation &op : operations) rows += op.rows;
  engine.exec("INSERT INTO " + hidden("markers") + " VALUES (" + literal(publication.marker) + ", " + literal(stored_form(cursors).dump()) + ", " +
              std::to_string(rows) + ", CAST(now() AS TIMESTAMP))");
  files.sync();
  return true;
}

Json Publisher::publish(const Call &call, Publication &publication, const std::vector<Operation> &operations,
                        const Json &cursors, bool &unknown) {
  const LakeFolder lake(settings_.lakes_dir, publication.tenant);
  const ForgetsCursors forgets(cursors_, lake.tenant);
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  int64_t rows = 0;
  for (const Operation &op : operations) rows += op.rows;
  const auto answer = [&](bool already) {
    return Json::object().set("already", already).set("rows", already ? int64_t{0} : rows).set("locked_ms", held.held_ms());
  };
  std::optional<WideningNeeded> widening;  // to be done by the next pass
  for (int64_t tries = 1;; ++tries) {
    EnginePool::Loan engine = pool_.borrow(call, lake);
    try {
      const Watcher::Scope scope(watcher_, call, *engine);
      // A table is changed only for what is known to be publishable: all of it is done once and taken back.
      if (widening) {
        prepare(*engine, lake, publication, operations, cursors, Widening::inside);
        engine->rollback();
        widen(call, lake, *engine, *std::exchange(widening, std::nullopt));
        continue;
      }
      const bool fresh = prepare(*engine, lake, publication, operations, cursors, Widening::thrown);
      if (fresh) engine->commit();
      return answer(!fresh);
    } catch (const WideningNeeded &needed) {
      widening = needed;
      continue;
    } catch (const EngineError &error) {
      const bool committing = !engine->in_transaction();
      engine->rollback();
      const bool race = error.code() == CVG_E_CONFLICT;
      // After a COMMIT whose outcome is unknown only the marker can tell; a lost race is known to have changed nothing.
      if (committing && !race) {
        engine.discard();
        unknown = true;
        if (is_published(call, lake, publication.marker)) return answer(false);
        unknown = false;
      }
      if (!race || tries >= settings_.commit_attempts_max) rethrow(call, error);
    }
    std::this_thread::sleep_for(race_pause * tries);
  }
}

void Publisher::widen(const Call &call, const LakeFolder &lake, Engine &engine, const WideningNeeded &widening) {
  try {
    engine.begin();
    for (const std::string &statement : widening.statements) engine.exec(statement);
    engine.commit();
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
  pool_.forget(lake.tenant);
}

void Publisher::show(const Call &call, const LakeFolder &lake, Engine &engine, const std::vector<Operation> &operations) {
  try {
    const Watcher::Scope scope(watcher_, call, engine);
    engine.begin();
    replay(engine, lake, operations, Widening::inside);
  } catch (const EngineError &error) {
    rethrow(call, error);
  }
}

bool Publisher::is_published(const Call &call, const LakeFolder &lake, const std::string &marker) {
  EnginePool::Loan engine = pool_.borrow(call, lake);
  return !engine->rows("SELECT marker FROM " + hidden("markers") + " WHERE marker = " + literal(marker)).empty();
}

// Nothing more is staged into a publication that ends, and its files stay held until they are published or gone.
class Publisher::Ending {
 public:
  Ending(Publisher &publisher, cvg_handle handle) : publisher_(publisher), handle_(handle) {
    const std::lock_guard<std::mutex> lock(publisher_.mutex_);
    const auto found = publisher_.open_.find(handle_);
    if (found == publisher_.open_.end() || found->second->ending) throw Error(CVG_E_STATE, "the publication is not open");
    found->second->ending = true;
  }
  ~Ending() {
    const std::lock_guard<std::mutex> lock(publisher_.mutex_);
    publisher_.open_.erase(handle_);
  }
  Ending(const Ending &) = delete;
  Ending &operator=(const Ending &) = delete;

 private:
  Publisher &publisher_;
  const cvg_handle handle_;
};

std::set<std::string> Publisher::held_files(const std::string &tenant) {
  std::vector<std::shared_ptr<Publication>> open;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto &[handle, publication] : open_)
      if (publication->tenant == tenant) open.push_back(publication);
  }
  std::set<std::string> paths;
  for (const std::shared_ptr<Publication> &publication : open)
    for (const Operation &op : operations(*publication)) paths.insert(op.paths.begin(), op.paths.end());
  return paths;
}

Json Publisher::end(const Call &call, const CallInfo &info, cvg_handle handle, bool commit, const Json &cursors) {
  const std::shared_ptr<Publication> publication = find(info.tenant, handle);
  const Ending ending(*this, handle);
  const std::vector<Operation> all = operations(*publication);
  for (const Operation &op : publication->dropped) remove_files(op);
  const auto drop = [&] {
    for (const Operation &op : all) remove_files(op);
  };
  if (!commit) {
    drop();
    return Json::object().set("already", false).set("rows", int64_t{0}).set("locked_ms", int64_t{0});
  }
  try {
    sync_staged(LakeFolder(settings_.lakes_dir, info.tenant), all);
  } catch (const Error &) {
    drop();
    throw;
  }
  bool unknown = false;
  try {
    Json answer = publish(call, *publication, all, cursors, unknown);
    call.log(1, "Published", Json::object().set("rows", answer["rows"]).set("locked_ms", answer["locked_ms"]));
    // Published by an earlier life of this run: these files are nobody's.
    if (answer["already"].boolean()) drop();
    return answer;
  } catch (const Error &) {
    // When nobody can tell, the files may be part of the lake; the upkeep sweeps them if they are not.
    if (!unknown) drop();
    throw;
  }
}

void Publisher::discard(const CallInfo &info, cvg_handle handle) {
  const std::shared_ptr<Publication> publication = find(info.tenant, handle);
  const std::lock_guard<std::mutex> lock(publication->mutex);
  publication->drop(info.step, std::numeric_limits<int64_t>::max());
}

Json Publisher::published(const Call &call, const LakeFolder &lake, const std::string &marker) {
  // The engine reads the catalog's tables one after the other: while rows move from the catalog to a file it might see neither.
  const TenantLocks::Held held = locks_.lock(call, lake.tenant);
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const Watcher::Scope scope(watcher_, call, *engine);
  const auto rows = engine->rows("SELECT cursors FROM " + hidden("markers") + " WHERE marker = " + literal(marker));
  if (rows.empty()) throw Error(CVG_E_NOT_FOUND, "nothing was published under this marker");
  return Json::parse(rows[0][0].value_or("{}"));
}

std::shared_ptr<const CursorCache::Cursors> Publisher::cursors(const Call &call, const LakeFolder &lake) {
  const uint64_t generation = pool_.generation(lake.tenant), epoch = cursors_.epoch();
  if (lake.exists())
    if (auto kept = cursors_.find(lake.tenant, generation)) return kept;
  EnginePool::Loan engine = pool_.borrow(call, lake);
  const Watcher::Scope scope(watcher_, call, *engine);
  auto read = std::make_shared<CursorCache::Cursors>();
  for (const Row &row : engine->rows("SELECT cursor_key, cursor_text FROM " + hidden("cursors")))
    read->emplace(row[0].value_or(""), row[1].value_or("{}"));
  cursors_.keep(lake.tenant, generation, epoch, read);
  return read;
}

Json Publisher::cursor(const Call &call, const LakeFolder &lake, const std::string &key) {
  const auto all = cursors(call, lake);
  const auto found = all->find(key);
  if (found == all->end()) throw Error(CVG_E_NOT_FOUND, "no delivery of this source was published yet");
  return Json::parse(found->second);
}

}  // namespace ducklake
