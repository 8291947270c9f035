#include "session.h"

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "arrow_stream.h"
#include "catalog_copy.h"
#include "engine.h"
#include "engine_faults.h"
#include "guard.h"
#include "sandbox.h"
#include "session_format.h"

namespace ducklake {

namespace {

constexpr int catalog_busy_ms = 5000;

// What a session process holds; there is one a process.
struct State {
  std::string lakes_dir;
  std::unique_ptr<Engine> engine;
  std::string scratch;
  VisibleNames names;
  std::atomic<bool> open{false};
};
// Never destroyed: at exit the engine's library has already taken down what its destructor needs.
State &state() {
  static State *const the = new State;
  return *the;
}

void warm(const Json &config) {
  EngineConfig c;
  c.threads = 1;  // a fork keeps one thread only
  c.temp_limit_mb = 0;
  c.extensions_dir = config["extensions_dir"].text();
  state().lakes_dir = config["lakes_dir"].text();
  state().engine = Engine::open(c);
  state().engine->exec("SET preserve_insertion_order = true");
}

VisibleNames visible_names(Engine &engine, const std::string &dataset) {
  VisibleNames names;
  names.dataset = dataset;
  const std::string mine = " database_name = " + literal(lake_alias) + " AND schema_name IN (" + literal(dataset) + ", 'tenants', 'customers')";
  const std::string sql = "SELECT schema_name, table_name FROM duckdb_tables() WHERE" + mine +
                          " UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE" + mine;
  for (const Row &row : engine.rows(sql)) names.relations.insert({lower(*row[0]), lower(*row[1])});
  for (const Row &row : engine.rows("SELECT DISTINCT view_name FROM duckdb_views() WHERE internal")) names.system_relations.insert(lower(*row[0]));
  for (const std::string &column : engine_columns())
    for (const Row &row : engine.rows("SELECT schema_name, table_name FROM duckdb_tables() WHERE" + mine + " EXCEPT SELECT schema_name, table_name FROM "
                                      "duckdb_columns() WHERE" + mine + " AND lower(column_name) = " + literal(column)))
      names.lacking[column].insert({lower(*row[0]), lower(*row[1])});
  return names;
}

// From here on the engine itself refuses what the kernel and the guard refuse too.
void lock_engine(Engine &engine, const std::string &data_dir, const std::string &scratch, int64_t memory_mb) {
  if (memory_mb > 0) engine.exec("SET memory_limit = '" + std::to_string(memory_mb * 3 / 4) + "MiB'");
  engine.exec("SET allowed_directories = [" + literal(data_dir) + ", " + literal(scratch) + "]");
  engine.exec("SET enable_external_access = false");
  engine.exec("SET lock_configuration = true");
}

void open_session(const Json &request) {
  State &s = state();
  if (!s.engine) throw Error(CVG_E_STATE, "the session's parent is not warm");
  const std::string tenant = lower(request["tenant"].text());
  const std::string folder = s.lakes_dir + "/" + tenant;
  s.scratch = request["scratch"].text();
  const std::string copy = s.scratch + "/catalog.sqlite", results = s.scratch + "/results", data = folder + "/data";
  if (mkdir(results.c_str(), 0700) != 0 && errno != EEXIST) throw Error(CVG_E_UNAVAILABLE, "a session's folder cannot be made");
  copy_catalog(folder + "/catalog.sqlite", copy, catalog_busy_ms);
  confine_to({data, s.scratch}, {results});
  s.engine->attach(copy, data + "/", tenant, true);
  s.names = visible_names(*s.engine, tenant);
  lock_engine(*s.engine, data, s.scratch, request["memory_mb"].integer());
  s.open = true;
}

struct GuardedQuery {
  std::string sql;            // with backticks resolved
  std::vector<bool> unnamed;  // which columns the engine names; empty when the statement alone does not tell
};

// The columns of a plain SELECT that are expressions without an alias. A star, or a statement of another shape, has
// columns whose place among the answer's is not known here: then none.
std::vector<bool> unnamed_columns(const Json &tree) {
  const Json &node = tree["statements"].items().at(0)["node"];
  std::vector<bool> unnamed;
  if (node["type"].text() != "SELECT_NODE") return unnamed;
  for (const Json &column : node["select_list"].items()) {
    const std::string kind = column["class"].text();
    if (kind == "STAR") return {};
    unnamed.push_back(column["alias"].text().empty() && kind != "COLUMN_REF");
  }
  return unnamed;
}

// Refuses everything but one readable statement over visible names.
GuardedQuery guarded_sql(Engine &engine, const std::string &raw) {
  // What is checked is to the letter what is executed.
  const std::string sql = without_end_mark(with_backticks_as_names(raw));
  if (has_several_statements(sql)) throw Error(CVG_E_CONFIG, "send one statement at a time");
  refuse_expanded(sql);
  duckdb_extracted_statements statements = nullptr;
  const idx_t n = duckdb_extract_statements(engine.connection(), sql.c_str(), &statements);
  const char *problem = n == 0 ? duckdb_extract_statements_error(statements) : nullptr;
  const std::string text = problem ? problem : "there is no statement";
  duckdb_destroy_extracted(&statements);
  if (n == 0) throw Error(CVG_E_CONFIG, engine_message(text));
  if (n > 1)  // by itself, wherever it stands: the engine asks for the values first
    throw Error(CVG_E_DENIED, "PIVOT is offered only with its values written out: PIVOT table ON column IN ('a', 'b') USING ...");
  const std::vector<Row> rows = engine.rows("SELECT CAST(json_serialize_sql(" + literal(sql) + ") AS VARCHAR)");
  const Json tree = Json::parse(rows.at(0).at(0).value_or("{}"));
  if (tree["error"].boolean(true)) {
    if (tree["error_type"].text() == "parser") throw Error(CVG_E_CONFIG, engine_message(tree["error_message"].text()));
    refuse_statement(sql);
  }
  check_tree(tree, state().names);
  return {sql, unnamed_columns(tree)};
}

std::vector<ResultColumn> columns_of(Engine &engine, const GuardedQuery &query) {
  std::vector<ResultColumn> columns = prepared_columns(engine, query.sql);
  for (std::size_t i = 0; i < columns.size() && query.unnamed.size() == columns.size(); ++i)
    if (query.unnamed[i]) columns[i].name = name_as_written(columns[i].name);
  return columns;
}

FormattedResult as_parquet(Engine &engine, const std::string &sql, const FormatLimits &limits) {
  const std::string path = state().scratch + "/results/answer.parquet";
  FormattedResult out;
  const std::string bounded = "SELECT * FROM (\n" + sql + "\n) LIMIT " + std::to_string(limits.max_rows);
  out.rows = static_cast<uint64_t>(engine.changed("COPY (" + bounded + ") TO " + literal(path) + " (FORMAT PARQUET)"));
  out.truncated = out.rows == limits.max_rows &&
                  engine.rows("SELECT 1 FROM (\n" + sql + "\n) LIMIT 1 OFFSET " + std::to_string(limits.max_rows)).size() == 1;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  out.body = bytes.str();
  if (out.body.size() > limits.max_bytes) throw Error(CVG_E_LIMIT, "the answer is larger than sessions.result_bytes_max");
  return out;
}

FormattedResult as_arrow_stream(Engine &engine, const std::string &sql, const std::vector<ResultColumn> &columns, const FormatLimits &limits) {
  const std::string cast = as_arrow_types(sql, columns);
  std::vector<ResultColumn> typed = prepared_columns(engine, cast);
  for (std::size_t i = 0; i < typed.size(); ++i) typed[i].name = columns[i].name;
  Result result = engine.stream(cast);
  return as_arrow(engine, result, typed, limits);
}

FormattedResult formatted(Engine &engine, const std::string &sql, const std::vector<ResultColumn> &columns, const std::string &format,
                          const FormatLimits &limits) {
  try {
    if (format == "parquet") return as_parquet(engine, sql, limits);
    if (format == "arrow") return as_arrow_stream(engine, sql, columns, limits);
    Result result = engine.stream(as_text(sql, columns));
    return format == "csv" ? as_csv(engine, result, columns, limits) : as_json(engine, result, columns, limits);
  } catch (const Error &e) {
    throw Error(e.code(), in_lines_of_wrapped(e.what()), e.detail());
  }
}

void run_query(const Json &request, cvg_out *body, cvg_out *meta) {
  State &s = state();
  if (!s.open) throw Error(CVG_E_STATE, "the session is not open");
  FormatLimits limits;
  limits.max_rows = static_cast<uint64_t>(request["max_rows"].integer(1000));
  limits.max_bytes = static_cast<uint64_t>(request["max_bytes"].integer(32 << 20));
  const std::string format = request["format"].text_or("json");
  if (format != "json" && format != "csv" && format != "arrow" && format != "parquet")
    throw Error(CVG_E_UNSUPPORTED, "format " + format + " is not offered: use json, csv, arrow or parquet");
  const GuardedQuery query = guarded_sql(*s.engine, request["sql"].text());
  const FormattedResult answer = formatted(*s.engine, query.sql, columns_of(*s.engine, query), format, limits);
  convergence::append(body, answer.body);
  convergence::append(meta, Json::object().set("row_count", answer.rows).set("truncated", answer.truncated).dump());
}

// The texts of errors reach the tenant: without paths, and without the name under which the lake is attached.
cvg_status for_tenant(cvg_error *e, cvg_status status) {
  if (status == CVG_OK || !e) return status;
  std::string message = without_paths(e->message);
  // The engine's advice is for its operator: settings, spilling, a link.
  if (message.rfind("Out of Memory", 0) == 0) {  // also when a constant is computed while the statement is prepared
    message = "the query needed more memory than a session may take (sessions.memory_mb); narrow it";
    status = CVG_E_LIMIT;
  }
  // Of a table that was not there yet the engine would propose the table itself.
  if (const std::size_t hint = message.find("\nDid you mean"); hint != std::string::npos && message.find(" does not exist at ") < hint)
    message.erase(hint, message.find('\n', hint + 1) - hint);
  const std::string alias = std::string(lake_alias) + ".";
  for (std::size_t at = message.find(alias); at != std::string::npos; at = message.find(alias, at)) message.erase(at, alias.size());
  Error(status, message).fill(e);
  return status;
}

cvg_status warm_thunk(const cvg_str *config, cvg_error *e) {
  return convergence::guarded(e, [&] { warm(Json::parse(convergence::text(config))); });
}
cvg_status open_thunk(const cvg_str *request, cvg_error *e) {
  return for_tenant(e, convergence::guarded(e, [&] { open_session(Json::parse(convergence::text(request))); }));
}
cvg_status query_thunk(const cvg_str *request, cvg_out *out, cvg_out *meta, cvg_error *e) {
  return for_tenant(e, convergence::guarded(e, [&] { run_query(Json::parse(convergence::text(request)), out, meta); }));
}
void interrupt_thunk() {
  if (state().open && state().engine) state().engine->interrupt();
}

}  // namespace

const cvg_session *session_extension() {
  static const cvg_session table = {sizeof(cvg_session), 0, &warm_thunk, &open_thunk, &query_thunk, &interrupt_thunk};
  return &table;
}

}  // namespace ducklake
