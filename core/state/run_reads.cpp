// The reading half of RunStore.
#include <algorithm>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/state/run_log.h"
#include "core/state/run_row.h"
#include "core/state/run_store.h"
#include "core/state/usage_row.h"

namespace cvg {
namespace {

constexpr int page_rows_max = 1000;
constexpr std::size_t cached_run_bytes_max = 16 << 10;  // of a run's long texts

// One text for each combination of filters, so that every page of a kind uses the same prepared statement.
std::string list_sql(const RunFilter& filter) {
  std::string sql = fmt::format("SELECT {} FROM tenant_pipeline_runs WHERE tenant_id = ?1", run_columns);
  if (!filter.pipeline_id.empty()) sql += " AND pipeline_id = ?2";
  if (filter.state) sql += " AND status = ?3";
  if (filter.from_ms != 0) sql += " AND created_ms >= ?4";
  if (filter.to_ms != 0) sql += " AND created_ms <= ?5";
  if (!filter.cursor.empty()) sql += " AND run_number < ?6";
  return sql + " ORDER BY run_number DESC LIMIT ?7";
}

void bind_filter(Statement& row, const RunFilter& filter, std::int64_t before, int limit) {
  row.bind(1, filter.tenant_id).bind(7, limit);
  if (!filter.pipeline_id.empty()) row.bind(2, filter.pipeline_id);
  if (filter.state) row.bind(3, to_text(*filter.state));
  if (filter.from_ms != 0) row.bind(4, filter.from_ms);
  if (filter.to_ms != 0) row.bind(5, filter.to_ms);
  if (!filter.cursor.empty()) row.bind(6, before);
}

Result<std::int64_t> number_of_cursor(Connection& c, const RunFilter& filter) {
  Statement& row = c.prepare("SELECT run_number FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1 AND tenant_id = ?2");
  row.bind(1, filter.cursor).bind(2, filter.tenant_id);
  if (row.step()) return row.integer(0);
  CVG_RETURN_IF_ERROR(row.status());
  return Status(Code::invalid, "cursor is not one that this server gave out")
      .with_detail_json(Json::object().set("field", "cursor").set("issue", "is not one that this server gave out").dump());
}

template <class Row>
Result<std::vector<Row>> read_all(Database& database, std::string_view sql, const std::string& run_id, Row (*read)(const Statement&)) {
  std::vector<Row> rows;
  CVG_RETURN_IF_ERROR(database.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, run_id);
    while (row.step()) rows.push_back(read(row));
    return row.status();
  }));
  return rows;
}

}  // namespace

Result<std::optional<Run>> RunStore::get(const std::string& tenant_id, const std::string& run_id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1 AND tenant_id = ?2", run_columns);
  const std::int64_t commits = database_.commits();
  if (const std::shared_ptr<const Run> cached = runs_.find(run_id, commits); cached && cached->tenant_id == tenant_id) return std::optional<Run>(*cached);
  std::optional<Run> run;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, run_id).bind(2, tenant_id);
    if (row.step()) run = read_run(row);
    return row.status();
  }));
  if (run && run->parameters_json.size() + run->error_message.size() <= cached_run_bytes_max)
    runs_.put(run_id, commits, std::make_shared<const Run>(*run));
  return run;
}

// A cursor is the id of the page's last run: what comes later never moves the pages behind it, it tells nothing of other
// tenants' runs, and one that names no run of this tenant is refused.
Result<RunPage> RunStore::list(const RunFilter& filter) {
  const int limit = std::clamp(filter.limit, 1, page_rows_max);
  const std::string sql = list_sql(filter);
  RunPage page;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    std::int64_t before = 0;
    if (!filter.cursor.empty()) {
      CVG_ASSIGN(before, number_of_cursor(c, filter));
    }
    Statement& row = c.prepare(sql);
    bind_filter(row, filter, before, limit + 1);
    while (row.step()) {
      if (static_cast<int>(page.runs.size()) == limit) {
        page.next_cursor = page.runs.back().id;
        return Status();
      }
      page.runs.push_back(read_run(row));
    }
    return row.status();
  }));
  return page;
}

Result<std::vector<std::string>> RunStore::live(const std::string& tenant_id) {
  std::vector<std::string> ids;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT pipeline_logging_id FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status IN ('PENDING', 'RUNNING')");
    row.bind(1, tenant_id);
    while (row.step()) ids.push_back(row.text(0));
    return row.status();
  }));
  return ids;
}

Result<std::vector<StepRun>> RunStore::steps(const std::string& run_id) {
  return read_all<StepRun>(database_, select_steps_sql, run_id, read_step);
}

Result<std::vector<DqResult>> RunStore::dq_results(const std::string& run_id) {
  return read_all<DqResult>(database_, select_dq_results_sql, run_id, read_dq_result);
}

Result<std::vector<RunLogLine>> RunStore::log_lines(const std::string& run_id, std::int64_t after, int limit) {
  std::vector<RunLogLine> lines;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) -> Status {
    CVG_ASSIGN(lines, read_log_lines(c, run_id, after, limit));
    return {};
  }));
  return lines;
}

Result<std::int64_t> RunStore::last_log_line(const std::string& run_id) {
  std::int64_t last = 0;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    last = cvg::last_log_line(c, run_id);
    return Status();
  }));
  return last;
}

Result<std::int64_t> RunStore::drop_expired_logs() {
  std::int64_t dropped = 0;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) -> Status {
    CVG_ASSIGN(dropped, cvg::drop_expired_logs(c, clock_.now_ms()));
    return {};
  }));
  return dropped;
}

Result<Usage> RunStore::usage(const std::string& tenant_id) {
  Usage usage;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    usage = read_usage(c, tenant_id, clock_.now_ms());
    Statement& row = c.prepare(
        "SELECT count(*) FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status IN ('PENDING', 'RUNNING') AND counts_quota = 1");
    if (row.bind(1, tenant_id).step()) usage.concurrent_running = row.integer(0);
    return row.status();
  }));
  return usage;
}

Result<std::vector<OutboxEntry>> RunStore::outbox(const std::string& kind, const std::string& tenant_id, int limit) {
  std::vector<OutboxEntry> entries;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(
        "SELECT outbox_id, tenant_id, kind, entry_key, body_json FROM outbox WHERE kind = ?1 AND (?2 = '' OR tenant_id = ?2) "
        "ORDER BY outbox_id LIMIT ?3");
    row.bind(1, kind).bind(2, tenant_id).bind(3, limit);
    while (row.step()) entries.push_back({row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4)});
    return row.status();
  }));
  return entries;
}

}  // namespace cvg
