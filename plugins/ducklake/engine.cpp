#include "engine.h"

#include "engine_faults.h"
#include "extensions.h"

namespace ducklake {

namespace {

// The configuration handle of one open call.
class Config {
 public:
  Config() {
    if (duckdb_create_config(&raw_) != DuckDBSuccess) throw Error(CVG_E_PLUGIN, "the engine's configuration cannot be made");
  }
  ~Config() { duckdb_destroy_config(&raw_); }
  Config(const Config &) = delete;
  Config &operator=(const Config &) = delete;
  void set(const char *name, const std::string &value) {
    if (duckdb_set_config(raw_, name, value.c_str()) != DuckDBSuccess)
      throw Error(CVG_E_CONFIG, "the engine refuses the setting " + std::string(name) + " = " + value);
  }
  duckdb_config raw() const { return raw_; }

 private:
  duckdb_config raw_ = nullptr;
};

class Prepared {
 public:
  ~Prepared() { duckdb_destroy_prepare(&raw); }
  duckdb_prepared_statement raw = nullptr;
};

class Pending {
 public:
  ~Pending() { duckdb_destroy_pending(&raw); }
  duckdb_pending_result raw = nullptr;
};

std::optional<std::string> cell(duckdb_vector vector, duckdb_type type, idx_t row) {
  uint64_t *validity = duckdb_vector_get_validity(vector);
  if (validity && !duckdb_validity_row_is_valid(validity, row)) return std::nullopt;
  void *data = duckdb_vector_get_data(vector);
  switch (type) {
    case DUCKDB_TYPE_VARCHAR: {
      auto *text = static_cast<duckdb_string_t *>(data) + row;
      return std::string(duckdb_string_t_data(text), duckdb_string_t_length(*text));
    }
    case DUCKDB_TYPE_BIGINT: return std::to_string(static_cast<int64_t *>(data)[row]);
    case DUCKDB_TYPE_UBIGINT: return std::to_string(static_cast<uint64_t *>(data)[row]);
    case DUCKDB_TYPE_INTEGER: return std::to_string(static_cast<int32_t *>(data)[row]);
    case DUCKDB_TYPE_BOOLEAN: return std::string(static_cast<bool *>(data)[row] ? "true" : "false");
    default: throw Error(CVG_E_PLUGIN, "an internal statement selects a type that is not read here");
  }
}

}  // namespace

EngineError::EngineError(duckdb_error_type type, const std::string &message)
    : Error(engine_status(type, message), engine_message(message)), type_(type) {}

Result &Result::operator=(Result &&other) noexcept {
  std::swap(raw_, other.raw_);
  return *this;
}

Chunk &Chunk::operator=(Chunk &&other) noexcept {
  std::swap(raw_, other.raw_);
  return *this;
}

std::unique_ptr<Engine> Engine::open(const EngineConfig &config) {
  Config c;
  c.set("threads", std::to_string(config.threads));
  c.set("memory_limit", std::to_string(config.memory_limit_mb) + "MiB");
  c.set("temp_directory", config.temp_limit_mb > 0 ? config.temp_dir : "");
  c.set("preserve_insertion_order", "false");
  c.set("autoinstall_known_extensions", "false");
  c.set("autoload_known_extensions", "false");
  // The extensions' digests are checked by us; checking the signature too costs 150 ms an instance.
  c.set("allow_unsigned_extensions", "true");
  std::unique_ptr<Engine> engine(new Engine());
  engine->threads_ = engine->threads_used_ = config.threads;
  char *message = nullptr;
  if (duckdb_open_ext(nullptr, &engine->database_, c.raw(), &message) != DuckDBSuccess) {
    const std::string why = message ? message : "unknown";
    duckdb_free(message);
    throw Error(CVG_E_UNAVAILABLE, "the database engine does not open: " + why);
  }
  if (duckdb_connect(engine->database_, &engine->connection_) != DuckDBSuccess)
    throw Error(CVG_E_UNAVAILABLE, "the database engine refuses a connection");
  engine->load_extensions(config.extensions_dir);
  // Global: the catalog's own connection writes and reads the times of snapshots too, and the machine may be anywhere.
  engine->exec("SET GLOBAL TimeZone = 'UTC'");
  // The engine counts how far a statement is only for its own bar, which nobody sees.
  engine->exec("SET enable_progress_bar = true");
  engine->exec("SET enable_progress_bar_print = false");
  if (config.temp_limit_mb > 0 && !config.temp_dir.empty())
    engine->exec("SET max_temp_directory_size = '" + std::to_string(config.temp_limit_mb) + "MiB'");
  return engine;
}

Engine::~Engine() {
  if (connection_) duckdb_disconnect(&connection_);
  if (database_) duckdb_close(&database_);
}

void Engine::load_extensions(const std::string &dir) {
  for (const std::string &path : checked_extensions(dir)) exec("LOAD " + literal(path));
}

void Engine::use_threads(int count) {
  if (threads_used_ == count) return;
  exec("SET threads = " + std::to_string(count));
  threads_used_ = count;
}

Result Engine::query(const std::string &sql) {
  Result result;
  streaming_ = false;  // a statement ends the stream before it
  if (duckdb_query(connection_, sql.c_str(), result.raw()) != DuckDBSuccess) fail(result);
  return result;
}

void Engine::exec(const std::string &sql) { query(sql); }

int64_t Engine::changed(const std::string &sql) {
  Result result = query(sql);
  Chunk chunk = fetch(result);
  if (!chunk || chunk.size() == 0) return 0;
  return static_cast<int64_t *>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.raw(), 0)))[0];
}

std::vector<Row> Engine::rows(const std::string &sql) {
  Result result = query(sql);
  const idx_t columns = duckdb_column_count(result.raw());
  std::vector<Row> rows;
  while (Chunk chunk = fetch(result)) {
    for (idx_t r = 0; r < chunk.size(); ++r) {
      Row row(columns);
      for (idx_t c = 0; c < columns; ++c)
        row[c] = cell(duckdb_data_chunk_get_vector(chunk.raw(), c), duckdb_column_type(result.raw(), c), r);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void Engine::fail(Result &result) const {
  const char *message = duckdb_result_error(result.raw());
  const duckdb_error_type type = duckdb_result_error_type(result.raw());
  if (type == DUCKDB_ERROR_INTERRUPT && !interrupted_)
    throw EngineError(DUCKDB_ERROR_INVALID_INPUT, "a part of the statement failed; the engine does not say why");
  throw EngineError(type, message ? message : "unknown error");
}

Result Engine::stream(const std::string &sql) {
  Prepared statement;
  if (duckdb_prepare(connection_, sql.c_str(), &statement.raw) != DuckDBSuccess) {
    const char *message = duckdb_prepare_error(statement.raw);
    const std::string text = message ? message : "the statement cannot be prepared";
    throw EngineError(error_type_of(text), text);
  }
  Pending pending;
  Result result;
  streaming_ = true;
  if (duckdb_pending_prepared_streaming(statement.raw, &pending.raw) != DuckDBSuccess) {
    const std::string text = duckdb_pending_error(pending.raw);
    throw EngineError(error_type_of(text), text);
  }
  if (duckdb_execute_pending(pending.raw, result.raw()) != DuckDBSuccess) fail(result);
  return result;
}

Chunk Engine::fetch(Result &result) {
  Chunk chunk(duckdb_fetch_chunk(*result.raw()));
  if (!chunk) {
    const char *message = duckdb_result_error(result.raw());
    if (message && *message) fail(result);
  }
  return chunk;
}

void Engine::attach(const std::string &catalog, const std::string &data_dir, const std::string &schema, bool read_only,
                    int64_t inlined_rows_max) {
  std::string options = "DATA_PATH " + literal(data_dir) + ", OVERRIDE_DATA_PATH true";
  // A new catalog is made with a write-ahead log, so that readers and the one writer do not block each other.
  options += read_only ? ", READ_ONLY"
                       : ", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT 5000, DATA_INLINING_ROW_LIMIT " +
                             std::to_string(inlined_rows_max);
  exec("ATTACH " + literal("ducklake:sqlite:" + catalog) + " AS " + quoted(lake_alias) + " (" + options + ")");
  attached_ = true;
  if (!schema.empty()) exec("USE " + quoted(lake_alias) + "." + quoted(schema));
}

void Engine::detach() {
  rollback();
  if (!attached_) return;
  exec("USE memory.main");
  exec("DETACH " + quoted(lake_alias));
  attached_ = false;
  for (const Row &row : rows("SELECT table_name FROM duckdb_tables() WHERE database_name IN ('temp', 'memory')"))
    exec("DROP TABLE IF EXISTS " + quoted(row[0].value_or("")));
}

void Engine::begin() {
  exec("BEGIN TRANSACTION");
  in_transaction_ = true;
}

void Engine::commit() {
  try {
    exec("COMMIT");
  } catch (...) {
    // A failed COMMIT has rolled back already.
    in_transaction_ = false;
    forget_uncommitted_functions();
    throw;
  }
  in_transaction_ = false;
  uncommitted_functions_.clear();
}

void Engine::rollback() noexcept {
  Result ignored;
  if (in_transaction_ || streaming_) duckdb_query(connection_, "ROLLBACK", ignored.raw());
  in_transaction_ = streaming_ = false;
  forget_uncommitted_functions();
}

void Engine::end_stream() noexcept {
  if (!streaming_) return;
  Result ignored;
  duckdb_query(connection_, "SELECT 1", ignored.raw());
  streaming_ = false;
}

void Engine::note_function(const std::string &name) {
  functions_.insert(name);
  if (in_transaction_) uncommitted_functions_.push_back(name);
}

void Engine::forget_uncommitted_functions() noexcept {
  for (const std::string &name : uncommitted_functions_) functions_.erase(name);
  uncommitted_functions_.clear();
}

std::string quoted(const std::string &identifier) {
  std::string out = "\"";
  for (char c : identifier) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string literal(const std::string &text) {
  if (text.find('\0') != std::string::npos) throw Error(CVG_E_DATA, "a text holds a NUL byte");
  std::string out = "'";
  for (char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + '\'';
}

std::string lower(std::string text) {
  for (char &c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace ducklake
