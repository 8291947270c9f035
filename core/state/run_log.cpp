#include "core/state/run_log.h"

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::int64_t retention_days_default = 30;

struct Partition {
  std::string name;  // empty: there is no such run
  std::int64_t retention_days = 0, month = 0, drop_after_ms = 0;
};

// The name is made of numbers alone: it goes into SQL as it is.
Partition partition_of(Connection& connection, const std::string& run_id) {
  Partition partition;
  Statement& row = connection.prepare("SELECT retention_days, created_ms FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1");
  if (!row.bind(1, run_id).step()) return partition;
  partition.retention_days = row.integer(0) > 0 ? row.integer(0) : retention_days_default;
  const std::int64_t day = date_of(row.integer(1));
  while (row.step()) continue;
  partition.month = month_begin(day);
  partition.drop_after_ms = midnight_ms(month_begin(day, 1) + partition.retention_days);
  std::string month = format_date(partition.month).substr(0, 7);
  std::erase(month, '-');
  partition.name = fmt::format("run_log_{}d_{}", partition.retention_days, month);
  return partition;
}

bool exists(Connection& connection, const std::string& name) {
  Statement& row = connection.prepare("SELECT 1 FROM run_log_partitions WHERE partition_name = ?1");
  const bool found = row.bind(1, name).step();
  while (found && row.step()) continue;
  return found;
}

Status make(Connection& connection, const Partition& partition) {
  CVG_RETURN_IF_ERROR(connection.run(fmt::format(
      "CREATE TABLE {} (pipeline_logging_id TEXT NOT NULL, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, "
      "level TEXT NOT NULL, step_id TEXT NOT NULL, attempt INTEGER NOT NULL, message TEXT NOT NULL, fields_json TEXT NOT NULL, "
      "PRIMARY KEY (pipeline_logging_id, seq)) WITHOUT ROWID", partition.name)));
  Statement& row = connection.prepare("INSERT INTO run_log_partitions (partition_name, retention_days, month_begin, drop_after_ms) VALUES (?1, ?2, ?3, ?4)");
  row.bind(1, partition.name).bind(2, partition.retention_days).bind(3, format_date(partition.month)).bind(4, partition.drop_after_ms).step();
  return row.status();
}

}  // namespace

Status write_log_lines(Connection& connection, const std::string& run_id, const std::vector<RunLogLine>& lines) {
  if (lines.empty()) return {};
  const Partition partition = partition_of(connection, run_id);
  if (partition.name.empty()) return Status(Code::not_found, "There is no such run.", run_id);
  if (!exists(connection, partition.name)) CVG_RETURN_IF_ERROR(make(connection, partition));
  const std::string sql = fmt::format("INSERT OR IGNORE INTO {} (pipeline_logging_id, seq, at_ms, kind, level, step_id, attempt, message, "
                                      "fields_json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", partition.name);
  for (const RunLogLine& line : lines) {
    Statement& row = connection.prepare(sql);
    row.bind(1, run_id).bind(2, line.seq).bind(3, line.at_ms).bind(4, line.kind).bind(5, line.level).bind(6, line.step_id);
    row.bind(7, line.attempt).bind(8, line.message).bind(9, line.fields_json).step();
    CVG_RETURN_IF_ERROR(row.status());
  }
  return {};
}

Result<std::vector<RunLogLine>> read_log_lines(Connection& connection, const std::string& run_id, std::int64_t after, int limit) {
  std::vector<RunLogLine> lines;
  const Partition partition = partition_of(connection, run_id);
  if (partition.name.empty() || !exists(connection, partition.name)) return lines;
  Statement& row = connection.prepare(fmt::format("SELECT seq, at_ms, kind, level, step_id, attempt, message, fields_json FROM {} "
                                                  "WHERE pipeline_logging_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3", partition.name));
  row.bind(1, run_id).bind(2, after).bind(3, limit);
  while (row.step()) {
    lines.push_back({row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4), static_cast<std::int32_t>(row.integer(5)),
                     row.text(6), row.text(7)});
  }
  CVG_RETURN_IF_ERROR(row.status());
  return lines;
}

std::int64_t last_log_line(Connection& connection, const std::string& run_id) {
  const Partition partition = partition_of(connection, run_id);
  if (partition.name.empty() || !exists(connection, partition.name)) return 0;
  Statement& row = connection.prepare(fmt::format("SELECT coalesce(max(seq), 0) FROM {} WHERE pipeline_logging_id = ?1", partition.name));
  return row.bind(1, run_id).step() ? row.integer(0) : 0;
}

std::vector<std::string> log_tables(Connection& connection) {
  std::vector<std::string> names;
  Statement& row = connection.prepare("SELECT partition_name FROM run_log_partitions ORDER BY month_begin, partition_name");
  while (row.step()) names.push_back(row.text(0));
  return names;
}

std::vector<std::pair<std::string, std::int64_t>> remove_log_lines(Connection& connection, const std::string& tenant_id) {
  constexpr std::string_view of_tenant = "WHERE pipeline_logging_id IN (SELECT pipeline_logging_id FROM tenant_pipeline_runs WHERE tenant_id = ?1)";
  std::vector<std::pair<std::string, std::int64_t>> removed;
  for (const std::string& name : log_tables(connection)) {
    Statement& counted = connection.prepare(fmt::format("SELECT count(*) FROM {} {}", name, of_tenant)).bind(1, tenant_id);
    removed.emplace_back(name, counted.step() ? counted.integer(0) : 0);
    connection.prepare(fmt::format("DELETE FROM {} {}", name, of_tenant)).bind(1, tenant_id).step();
  }
  return removed;
}

Result<std::int64_t> drop_expired_logs(Connection& connection, std::int64_t now_ms) {
  std::vector<std::string> names;
  Statement& row = connection.prepare("SELECT partition_name FROM run_log_partitions WHERE drop_after_ms <= ?1");
  row.bind(1, now_ms);
  while (row.step()) names.push_back(row.text(0));
  CVG_RETURN_IF_ERROR(row.status());
  for (const std::string& name : names) {
    CVG_RETURN_IF_ERROR(connection.run(fmt::format("DROP TABLE {}", name)));
    connection.prepare("DELETE FROM run_log_partitions WHERE partition_name = ?1").bind(1, name).step();
  }
  return static_cast<std::int64_t>(names.size());
}

}  // namespace cvg
