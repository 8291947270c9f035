#include "upkeep.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

namespace ducklake {

namespace fs = std::filesystem;

namespace {

constexpr int64_t snapshots_per_pass = 1000;
constexpr int64_t quiet_ms_max = 86400 * 1000;  // a lake that nobody touches is looked at once a day
constexpr int64_t pass_ms_max = 20000;          // then nothing more is begun: readers look anew after a pass
constexpr int64_t transaction_ms_max = 30000;   // from a state's time, which is its transaction's, to its COMMIT
constexpr int64_t readers_ms_max = 500;         // so long a COMMIT waits for the engines that read the lake
constexpr int64_t small_part = 4;               // a file below a quarter of what a merged one may be is small

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string metadata(const std::string &table) { return quoted(std::string("__ducklake_metadata_") + lake_alias) + "." + quoted(table); }

std::string timestamp(int64_t ms) { return "to_timestamp(" + std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 + 1000).substr(1) + ")"; }

int64_t number(const Row &row, size_t column) { return std::stoll(row.at(column).value_or("0")); }

std::string table_arguments(const std::string &schema, const std::string &table) {
  return literal(lake_alias) + ", " + literal(table) + ", schema => " + literal(schema);
}

// Last change of a file or folder; a negative number when there is none.
int64_t modified_ms(const std::string &path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return -1;
  return static_cast<int64_t>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1000000;
}

std::string stamp_of(const LakeFolder &lake) {
  std::string stamp;
  for (const std::string &path : {lake.catalog(), lake.catalog() + "-wal"}) {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) continue;
    stamp += std::to_string(info.st_ino) + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + "." +
             std::to_string(info.st_mtim.tv_nsec) + ";";
  }
  return stamp;
}

// The data files of a lake that were last changed before a moment: path by name.
std::map<std::string, std::string> old_files(const LakeFolder &lake, int64_t before_ms) {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(lake.data(), error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string();
    if (it->path().extension() != ".parquet") continue;
    if (const int64_t changed = modified_ms(path); changed >= 0 && changed < before_ms) files[it->path().filename().string()] = path;
  }
  return files;
}

// {run}-{step}-{attempt}-{uuid}.parquet: a run's id holds no dash there.
std::string run_of(const std::string &file) { return file.substr(0, file.find('-')); }

}  // namespace

UpkeepOptions UpkeepOptions::from(const Json &json) {
  UpkeepOptions o;
  o.force = json["force"].boolean();
  o.snapshot_keep_ms = json["snapshot_keep_ms"].integer(o.snapshot_keep_ms);
  o.file_grace_ms = json["file_grace_ms"].integer(o.file_grace_ms);
  o.flush_rows_min = json["flush_rows_min"].integer(o.flush_rows_min);
  o.merge_files_min = std::max<int64_t>(2, json["merge_files_min"].integer(o.merge_files_min));
  o.merge_file_bytes = json["merge_file_bytes"].integer(o.merge_file_bytes);
  o.pass_bytes_max = json["pass_bytes_max"].integer(o.pass_bytes_max);
  for (const Json &run : json["live_runs"].items()) o.live_runs.insert(file_part(run.text()));
  return o;
}

Json UpkeepReport::json() const {
  return Json::object()
      .set("skipped", skipped)
      .set("changed", changed)
      .set("expired_snapshots", expired_snapshots)
      .set("flushed_rows", flushed_rows)
      .set("merged_files", merged_files)
      .set("rewritten_files", rewritten_files)
      .set("deleted_files", deleted_files)
      .set("swept_files", swept_files)
      .set("swept_folders", swept_folders)
      .set("locked_ms_max", locked_ms_max);
}

struct Upkeep::Pass {
  Upkeep &owner;
  const Call &call;
  const LakeFolder &lake;
  const UpkeepOptions &options;
  UpkeepReport report;
  int64_t bytes_left = options.pass_bytes_max;
  const int64_t begun_ms = now_ms();
  bool has_pending = false;  // files that wait for their grace

  // A transaction under the lake's lock; what it writes to the folders is synced before its COMMIT. False when the pass has
  // taken its time, somebody else won a race, or a reader does not end: the next pass comes.
  bool change(const std::vector<std::string> &folders, const std::function<void(Engine &)> &work) {
    call.stop_if_cancelled();
    if (now_ms() - begun_ms > pass_ms_max) return false;
    const TenantLocks::Held held = owner.locks_.lock(call, lake.tenant);
    EnginePool::Loan engine = owner.pool_.borrow(call, lake);
    const Watcher::Scope scope(owner.watcher_, call, *engine);
    // Asked before the work, too, which would be in vain beside a long reader.
    if (!EnginePool::Alone(owner.pool_, engine, readers_ms_max).held()) return false;
    bool committed = false;
    try {
      engine->begin();
      const NewFiles files(folders);
      work(*engine);
      files.sync();
      const EnginePool::Alone alone(owner.pool_, engine, readers_ms_max);
      if (alone.held()) engine->commit();
      else engine->rollback();
      committed = alone.held();
    } catch (const EngineError &error) {
      engine->rollback();
      if (error.code() != CVG_E_CONFLICT) throw;
    }
    report.locked_ms_max = std::max(report.locked_ms_max, held.held_ms());
    return committed;
  }
  std::vector<Row> rows(const std::string &sql) {
    EnginePool::Loan engine = owner.pool_.borrow(call, lake);
    const Watcher::Scope scope(owner.watcher_, call, *engine);
    return engine->rows(sql);
  }

  // Files that were given up before this moment are read by nobody: the grace is over, and every engine on loan began later.
  // The catalog tells times of transactions, not of their COMMITs.
  int64_t unread_since_ms() const {
    const int64_t grace = now_ms() - options.file_grace_ms;
    const std::optional<int64_t> oldest = owner.pool_.oldest_loan_ms(lake.tenant);
    return oldest ? std::min(grace, *oldest - transaction_ms_max) : grace;
  }

  void expire_snapshots() {
    const std::string keep = timestamp(now_ms() - options.snapshot_keep_ms);
    const auto old = rows("SELECT count(*), CAST(epoch_ms(max(taken)) AS BIGINT) FROM (SELECT CAST(snapshot_time AS TIMESTAMPTZ) AS taken FROM " +
                          metadata("ducklake_snapshot") + " WHERE snapshot_id < (SELECT max(snapshot_id) FROM " + metadata("ducklake_snapshot") +
                          ") AND CAST(snapshot_time AS TIMESTAMPTZ) < " + keep + " ORDER BY snapshot_id LIMIT " +
                          std::to_string(snapshots_per_pass) + ")");
    if (number(old[0], 0) == 0) return;
    const int64_t until = number(old[0], 1) + 1;
    int64_t expired = 0;
    const bool done = change({}, [&](Engine &engine) {
      expired = number(engine.rows("SELECT count(*) FROM ducklake_expire_snapshots(" + literal(lake_alias) + ", older_than => " + timestamp(until) + ")")[0], 0);
    });
    if (!done) return;
    report.expired_snapshots += expired;
    report.changed = true;
  }

  // Rows and deletions that the catalog holds in tables of its own, by table of the lake. A file whose deletions stay there is
  // neither merged nor rewritten.
  void flush_rows() {
    const std::string schemas = " JOIN " + metadata("ducklake_schema") + " s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL";
    const auto inlined = rows("SELECT s.schema_name, t.table_name, i.table_name FROM " + metadata("ducklake_inlined_data_tables") +
                              " i JOIN " + metadata("ducklake_table") + " t ON t.table_id = i.table_id AND t.end_snapshot IS NULL" + schemas +
                              " UNION ALL SELECT s.schema_name, t.table_name, d.name FROM sqlite_query(" + literal(std::string("__ducklake_metadata_") + lake_alias) +
                              ", 'SELECT name FROM sqlite_master') d JOIN " + metadata("ducklake_table") +
                              " t ON d.name = 'ducklake_inlined_delete_' || t.table_id AND t.end_snapshot IS NULL" + schemas);
    if (inlined.empty()) return;
    std::string counts;
    for (const Row &row : inlined)
      counts += (counts.empty() ? "" : " UNION ALL ") + ("SELECT " + literal(*row[0]) + " AS s, " + literal(*row[1]) + " AS t, count(*) AS n FROM " + metadata(*row[2]));
    const auto full = rows("SELECT s, t, CAST(sum(n) AS BIGINT) AS n FROM (" + counts + ") GROUP BY s, t HAVING sum(n) >= " +
                           std::to_string(std::max<int64_t>(1, options.flush_rows_min)));
    if (full.empty()) return;
    std::vector<std::string> folders;
    for (const Row &row : full) folders.push_back(lake.table(*row[0], *row[1]));
    const bool done = change(folders, [&](Engine &engine) {
      for (const Row &row : full)
        engine.exec("CALL ducklake_flush_inlined_data(" + literal(lake_alias) + ", schema_name => " + literal(*row[0]) + ", table_name => " + literal(*row[1]) + ")");
    });
    if (!done) return;
    for (const Row &row : full) report.flushed_rows += number(row, 2);
    report.changed = true;
  }

  void set_file_size() {
    const std::string wanted = std::to_string(options.merge_file_bytes);
    const auto set = rows("SELECT value FROM " + metadata("ducklake_metadata") + " WHERE key = 'target_file_size'");
    if (!set.empty() && set[0][0] == wanted) return;
    change({}, [&](Engine &engine) {
      engine.exec("CALL ducklake_set_option(" + literal(lake_alias) + ", 'target_file_size', '" + wanted + "B')");
    });
  }

  std::string live_tables() const {
    return metadata("ducklake_table") + " t ON t.table_id = f.table_id AND t.end_snapshot IS NULL JOIN " + metadata("ducklake_schema") +
           " s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL";
  }

  void merge_files() {
    const int64_t small = std::max<int64_t>(1, options.merge_file_bytes / small_part);
    const auto tables = rows("SELECT s.schema_name, t.table_name, CAST(sum(f.file_size_bytes) AS BIGINT) FROM " + metadata("ducklake_data_file") +
                             " f JOIN " + live_tables() + " WHERE f.end_snapshot IS NULL AND f.file_size_bytes < " + std::to_string(small) +
                             " AND f.data_file_id NOT IN (SELECT data_file_id FROM " + metadata("ducklake_delete_file") + " WHERE end_snapshot IS NULL)" +
                             " GROUP BY ALL HAVING count(*) >= " + std::to_string(options.merge_files_min) + " ORDER BY count(*) DESC");
    if (tables.empty()) return;
    set_file_size();
    for (const Row &row : tables) {
      // The size of what is made bounds how long the lock is held: one file a transaction.
      for (int64_t left = number(row, 2); left > 0 && bytes_left > 0; left -= options.merge_file_bytes) {
        int64_t merged = 0;
        const bool done = change({lake.table(*row[0], *row[1])}, [&](Engine &engine) {
          const auto made = engine.rows("SELECT CAST(coalesce(sum(files_processed), 0) AS BIGINT) FROM ducklake_merge_adjacent_files(" +
                                        table_arguments(*row[0], *row[1]) + ", max_compacted_files => 1, max_file_size => " + std::to_string(small) + ")");
          merged = number(made[0], 0);
        });
        if (!done || merged == 0) break;
        report.merged_files += merged;
        report.changed = true;
        bytes_left -= std::min(left, options.merge_file_bytes);
      }
    }
  }

  void rewrite_files() {
    const auto tables = rows("SELECT s.schema_name, t.table_name, CAST(sum(f.file_size_bytes) AS BIGINT) FROM " + metadata("ducklake_data_file") +
                             " f JOIN " + live_tables() + " JOIN " + metadata("ducklake_delete_file") +
                             " d ON d.data_file_id = f.data_file_id AND d.end_snapshot IS NULL WHERE f.end_snapshot IS NULL"
                             " AND d.delete_count * 2 >= f.record_count GROUP BY ALL");
    for (const Row &row : tables) {
      if (number(row, 2) > bytes_left) continue;
      int64_t rewritten = 0;
      const bool done = change({lake.table(*row[0], *row[1])}, [&](Engine &engine) {
        const auto made = engine.rows("SELECT CAST(coalesce(sum(files_processed), 0) AS BIGINT) FROM ducklake_rewrite_data_files(" +
                                      table_arguments(*row[0], *row[1]) + ", delete_threshold => 0.5)");
        rewritten = number(made[0], 0);
      });
      if (!done) return;
      report.rewritten_files += rewritten;
      report.changed = true;
      bytes_left -= number(row, 2);
    }
  }

  void delete_files() {
    const std::string scheduled = metadata("ducklake_files_scheduled_for_deletion"), until = timestamp(unread_since_ms());
    const auto waiting = rows("SELECT count(*), count(*) FILTER (CAST(schedule_start AS TIMESTAMPTZ) < " + until + ") FROM " + scheduled);
    has_pending = number(waiting[0], 0) > 0;
    if (number(waiting[0], 1) == 0) return;
    // Whoever is killed here finds some files gone and their rows still there; the next pass ends it.
    change({}, [&](Engine &engine) {
      const auto gone = engine.rows("SELECT count(*) FROM ducklake_cleanup_old_files(" + literal(lake_alias) + ", older_than => " + until + ")");
      report.deleted_files += number(gone[0], 0);
    });
  }

  // Files that no catalog names and nobody holds. The folders are read first, the open publications next and the catalog
  // last: a file that is published meanwhile stands in it, and none that is old is staged anew.
  void sweep_files() {
    std::map<std::string, std::string> files = old_files(lake, unread_since_ms());
    if (files.empty()) return;
    const std::set<std::string> held = owner.publisher_.held_files(lake.tenant);
    for (const Row &row : rows("SELECT path FROM " + metadata("ducklake_data_file") + " UNION ALL SELECT path FROM " +
                               metadata("ducklake_delete_file") + " UNION ALL SELECT path FROM " + metadata("ducklake_files_scheduled_for_deletion")))
      files.erase(fs::path(row[0].value_or("")).filename().string());
    for (const auto &[name, path] : files) {
      if (held.count(path) || options.live_runs.count(run_of(name))) {
        has_pending = true;
        continue;
      }
      remove_file(path);
      ++report.swept_files;
    }
  }

  void run() {
    delete_files();
    sweep_files();
    expire_snapshots();
    flush_rows();
    merge_files();
    rewrite_files();
  }
};

UpkeepReport Upkeep::run(const Call &call, const LakeFolder &lake, const UpkeepOptions &options) {
  UpkeepReport skipped;
  skipped.skipped = true;
  if (!lake.exists() || (!options.force && is_quiet(lake))) return skipped;
  Pass pass{*this, call, lake, options, {}};
  pass.run();
  const UpkeepReport &r = pass.report;
  remember(lake, !r.changed && r.deleted_files + r.swept_files == 0 && !pass.has_pending);
  return pass.report;
}

UpkeepReport Upkeep::sweep_folders(const UpkeepOptions &options) const {
  UpkeepReport report;
  for (const std::string &name : entries(settings_.lakes_dir)) {
    const std::string path = settings_.lakes_dir + "/" + name;
    const int64_t changed = modified_ms(path);
    if ((name.rfind(".new-", 0) != 0 && name.rfind(".old-", 0) != 0) || changed < 0 || changed >= now_ms() - options.file_grace_ms) continue;
    remove_tree(path);
    ++report.swept_folders;
  }
  return report;
}

bool Upkeep::is_quiet(const LakeFolder &lake) const {
  const std::string stamp = stamp_of(lake);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = quiet_.find(lake.tenant);
  return found != quiet_.end() && found->second.stamp == stamp && now_ms() - found->second.since_ms < quiet_ms_max;
}

void Upkeep::remember(const LakeFolder &lake, bool quiet) {
  const std::string stamp = stamp_of(lake);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (quiet) quiet_[lake.tenant] = Quiet{stamp, now_ms()};
  else quiet_.erase(lake.tenant);
}

}  // namespace ducklake
