#include "arrow_input.h"

#include <array>
#include <cstring>

namespace ducklake {

namespace {

struct Format {
  const char *arrow;
  const char *sql;
};

constexpr std::array<Format, 26> plain_formats = {{
    {"b", "BOOLEAN"},    {"c", "TINYINT"},   {"C", "UTINYINT"},  {"s", "SMALLINT"}, {"S", "USMALLINT"}, {"i", "INTEGER"},
    {"I", "UINTEGER"},   {"l", "BIGINT"},    {"L", "UBIGINT"},   {"f", "FLOAT"},    {"g", "DOUBLE"},    {"u", "VARCHAR"},
    {"U", "VARCHAR"},    {"vu", "VARCHAR"},  {"z", "BLOB"},      {"Z", "BLOB"},     {"vz", "BLOB"},     {"tdD", "DATE"},
    {"tdm", "DATE"},     {"tts", "TIME"},    {"ttm", "TIME"},    {"ttu", "TIME"},   {"ttn", "TIME"},    {"n", "VARCHAR"},
    {"tDs", "INTERVAL"}, {"tDu", "INTERVAL"},
}};

// "ts" + unit + ":" + zone
std::string timestamp_type(const std::string &format) {
  if (format.size() > 4) return "TIMESTAMP WITH TIME ZONE";
  switch (format[2]) {
    case 's': return "TIMESTAMP_S";
    case 'm': return "TIMESTAMP_MS";
    case 'n': return "TIMESTAMP_NS";
    default: return "TIMESTAMP";
  }
}

std::string struct_type(const ArrowSchema &schema) {
  std::string fields;
  for (int64_t i = 0; i < schema.n_children; ++i)
    fields += (i ? ", " : "") + quoted(schema.children[i]->name ? schema.children[i]->name : "") + " " +
              sql_type(*schema.children[i]);
  return "STRUCT(" + fields + ")";
}

[[noreturn]] void raise(duckdb_error_data error, const char *what) {
  const std::string message = duckdb_error_data_message(error);
  const duckdb_error_type type = duckdb_error_data_error_type(error);
  duckdb_destroy_error_data(&error);
  throw EngineError(type, std::string(what) + ": " + message);
}

}  // namespace

std::string sql_type(const ArrowSchema &schema) {
  if (schema.dictionary) return sql_type(*schema.dictionary);
  const std::string format = schema.format ? schema.format : "";
  for (const Format &f : plain_formats)
    if (format == f.arrow) return f.sql;
  if (format.rfind("d:", 0) == 0) {
    const size_t second = format.find(',', format.find(',') + 1);
    return "DECIMAL(" + format.substr(2, second == std::string::npos ? second : second - 2) + ")";
  }
  if (format.rfind("ts", 0) == 0 && format.size() >= 4) return timestamp_type(format);
  if (format == "+l" || format == "+L") return sql_type(*schema.children[0]) + "[]";
  if (format == "+s") return struct_type(schema);
  if (format == "+m")
    return "MAP(" + sql_type(*schema.children[0]->children[0]) + ", " + sql_type(*schema.children[0]->children[1]) + ")";
  throw Error(CVG_E_UNSUPPORTED, "a column of the stream has the Arrow format '" + format + "', which the warehouse does not read");
}

ArrowInput::ArrowInput(Engine &engine, ArrowArrayStream &stream) : engine_(engine), stream_(stream) {
  std::memset(&stream, 0, sizeof stream);
  std::memset(&schema_, 0, sizeof schema_);
  try {
    if (stream_.get_schema(&stream_, &schema_) != 0) {
      const char *why = stream_.get_last_error ? stream_.get_last_error(&stream_) : nullptr;
      throw Error(CVG_E_PLUGIN, std::string("the stream gives no schema: ") + (why ? why : "no reason given"));
    }
    make_table();
    if (duckdb_error_data error = duckdb_schema_from_arrow(engine_.connection(), &schema_, &converted_))
      if (duckdb_error_data_has_error(error)) raise(error, "the stream's schema");
  } catch (...) {
    if (schema_.release) schema_.release(&schema_);
    if (stream_.release) stream_.release(&stream_);
    throw;
  }
}

ArrowInput::~ArrowInput() {
  if (converted_) duckdb_destroy_arrow_converted_schema(&converted_);
  if (schema_.release) schema_.release(&schema_);
  if (stream_.release) stream_.release(&stream_);
  Result ignored;
  duckdb_query(engine_.connection(), "DROP TABLE IF EXISTS temp.main.cvg_input", ignored.raw());
}

void ArrowInput::make_table() {
  std::string columns;
  for (int64_t i = 0; i < schema_.n_children; ++i)
    columns += (i ? ", " : "") + quoted(schema_.children[i]->name ? schema_.children[i]->name : "") + " " +
               sql_type(*schema_.children[i]);
  engine_.exec("CREATE OR REPLACE TEMPORARY TABLE cvg_input (" + columns + ")");
}

int64_t ArrowInput::append_batch(duckdb_appender appender, bool &ended) {
  ArrowArray batch;
  std::memset(&batch, 0, sizeof batch);
  if (stream_.get_next(&stream_, &batch) != 0) {
    const char *why = stream_.get_last_error ? stream_.get_last_error(&stream_) : nullptr;
    throw Error(CVG_E_DATA, why ? why : "the stream ended with an error");
  }
  ended = batch.release == nullptr;
  if (ended) return 0;
  const int64_t rows = batch.length;
  if (rows == 0) {
    batch.release(&batch);
    return 0;
  }
  duckdb_data_chunk raw = nullptr;
  duckdb_error_data error = duckdb_data_chunk_from_arrow(engine_.connection(), &batch, converted_, &raw);
  Chunk chunk(raw);
  if (batch.release) batch.release(&batch);
  if (error && duckdb_error_data_has_error(error)) raise(error, "a batch of the stream");
  if (duckdb_append_data_chunk(appender, chunk.raw()) != DuckDBSuccess)
    raise(duckdb_appender_error_data(appender), "a batch of the stream");
  return rows;
}

int64_t ArrowInput::read(const Call &call, int64_t rows_max) {
  if (ended_) return 0;
  make_table();
  duckdb_appender appender = nullptr;
  if (duckdb_appender_create_ext(engine_.connection(), "temp", "main", "cvg_input", &appender) != DuckDBSuccess) {
    duckdb_appender_destroy(&appender);
    throw Error(CVG_E_PLUGIN, "the engine takes no rows");
  }
  int64_t rows = 0;
  try {
    while (!ended_ && rows < rows_max) {
      call.stop_if_cancelled();
      rows += append_batch(appender, ended_);
    }
    if (duckdb_appender_close(appender) != DuckDBSuccess) raise(duckdb_appender_error_data(appender), "the stream's rows");
  } catch (...) {
    duckdb_appender_destroy(&appender);
    throw;
  }
  duckdb_appender_destroy(&appender);
  return rows;
}

}  // namespace ducklake
