#include "session_format.h"

#include <algorithm>
#include <string_view>

#include "engine_faults.h"

namespace ducklake {

namespace {

// A prepared statement with its destructor.
class Described {
 public:
  Described(Engine &engine, const std::string &sql) {
    if (duckdb_prepare(engine.connection(), sql.c_str(), &raw) != DuckDBSuccess) {
      const std::string text = duckdb_prepare_error(raw) ? duckdb_prepare_error(raw) : "the statement cannot be prepared";
      duckdb_destroy_prepare(&raw);
      throw Error(CVG_E_CONFIG, engine_message(text));
    }
  }
  ~Described() { duckdb_destroy_prepare(&raw); }
  Described(const Described &) = delete;
  Described &operator=(const Described &) = delete;
  duckdb_prepared_statement raw = nullptr;
};

// A logical type with its destructor.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type raw) : raw_(raw) {}
  ~LogicalType() { duckdb_destroy_logical_type(&raw_); }
  LogicalType(const LogicalType &) = delete;
  LogicalType &operator=(const LogicalType &) = delete;
  duckdb_logical_type raw() const { return raw_; }
  duckdb_type id() const { return duckdb_get_type_id(raw_); }

 private:
  duckdb_logical_type raw_;
};

bool is_plain_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string type_name(const LogicalType &type);

std::string struct_name(const LogicalType &type) {
  std::string out = "STRUCT(";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type.raw()); ++i) {
    char *name = duckdb_struct_type_child_name(type.raw(), i);
    const std::string field = name ? name : "";
    duckdb_free(name);
    if (i) out += ", ";
    out += (is_plain_name(field) ? field : quoted(field)) + " " + type_name(LogicalType(duckdb_struct_type_child_type(type.raw(), i)));
  }
  return out + ")";
}

// Nested types with their inner ones, as the engine's own DESCRIBE writes them.
std::string nested_name(const LogicalType &type) {
  switch (type.id()) {
    case DUCKDB_TYPE_LIST: return type_name(LogicalType(duckdb_list_type_child_type(type.raw()))) + "[]";
    case DUCKDB_TYPE_ARRAY:
      return type_name(LogicalType(duckdb_array_type_child_type(type.raw()))) + "[" + std::to_string(duckdb_array_type_array_size(type.raw())) + "]";
    case DUCKDB_TYPE_MAP:
      return "MAP(" + type_name(LogicalType(duckdb_map_type_key_type(type.raw()))) + ", " +
             type_name(LogicalType(duckdb_map_type_value_type(type.raw()))) + ")";
    default: return struct_name(type);
  }
}

std::string type_name(const LogicalType &type) {
  if (is_nested(type.id())) return nested_name(type);
  switch (type.id()) {
    case DUCKDB_TYPE_BOOLEAN: return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT: return "TINYINT";
    case DUCKDB_TYPE_SMALLINT: return "SMALLINT";
    case DUCKDB_TYPE_INTEGER: return "INTEGER";
    case DUCKDB_TYPE_BIGINT: return "BIGINT";
    case DUCKDB_TYPE_UTINYINT: return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT: return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER: return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT: return "UBIGINT";
    case DUCKDB_TYPE_HUGEINT: return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT: return "UHUGEINT";
    case DUCKDB_TYPE_FLOAT: return "FLOAT";
    case DUCKDB_TYPE_DOUBLE: return "DOUBLE";
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL(" + std::to_string(duckdb_decimal_width(type.raw())) + "," + std::to_string(duckdb_decimal_scale(type.raw())) + ")";
    case DUCKDB_TYPE_DATE: return "DATE";
    case DUCKDB_TYPE_TIME: return "TIME";
    case DUCKDB_TYPE_TIMESTAMP: return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_TZ: return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL: return "INTERVAL";
    case DUCKDB_TYPE_BLOB: return "BLOB";
    case DUCKDB_TYPE_UUID: return "UUID";
    case DUCKDB_TYPE_ENUM: return "ENUM";
    default: return "VARCHAR";
  }
}

// RFC 3339 in UTC. Infinite instants keep the engine's word; a zoned one ends in +00, because sessions run in UTC.
std::string timestamp_text(const std::string &name) {
  const std::string text = "CAST(" + name + " AS VARCHAR)";
  return "CASE WHEN isfinite(" + name + ") THEN replace(replace(" + text + ", ' ', 'T'), '+00', '') || 'Z' ELSE " + text + " END";
}

// How a value stands in JSON: bare (true, 1, a nested document) or as a string.
enum class JsonForm { bare, integer, real, text };
JsonForm json_form(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER: return JsonForm::bare;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return JsonForm::integer;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE: return JsonForm::real;
    default: return is_nested(id) ? JsonForm::bare : JsonForm::text;
  }
}

// True when every JSON reader keeps this integer: its magnitude is at most 2^53.
bool is_safe_integer(std::string_view digits) {
  if (!digits.empty() && digits[0] == '-') digits.remove_prefix(1);
  constexpr std::string_view limit = "9007199254740992";
  return digits.size() < limit.size() || (digits.size() == limit.size() && digits <= limit);
}

bool is_finite_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

// The engine writes NaN and infinities inside nested values bare, which is no JSON.
bool is_json(std::string_view text) {
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::BaseReaderHandler<> nobody;
  return !reader.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(stream, nobody).IsError();
}

void put_json(rapidjson::Writer<rapidjson::StringBuffer> &writer, duckdb_type id, std::string_view text) {
  const JsonForm form = json_form(id);
  const bool bare = (form == JsonForm::bare && (!is_nested(id) || is_json(text))) || (form == JsonForm::integer && is_safe_integer(text)) ||
                    (form == JsonForm::real && is_finite_number(text));
  if (bare) writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  else writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_csv(std::string &out, std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos;
  if (plain) {
    out.append(text);
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Calls row(chunk, index) for each row until limits are reached; size() tells the bytes so far.
template <class RowFunction, class SizeFunction>
void for_rows(Engine &engine, Result &result, const FormatLimits &limits, FormattedResult &out, RowFunction row, SizeFunction size) {
  while (Chunk chunk = engine.fetch(result)) {
    for (idx_t r = 0; r < chunk.size(); ++r) {
      if (out.rows >= limits.max_rows || size() >= limits.max_bytes) {
        out.truncated = true;
        return;
      }
      row(chunk, r);
      ++out.rows;
    }
  }
}

// The text of a cell; false for NULL.
bool cell_text(const Chunk &chunk, idx_t column, idx_t row, std::string_view &text) {
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.raw(), column);
  uint64_t *validity = duckdb_vector_get_validity(vector);
  if (validity && !duckdb_validity_row_is_valid(validity, row)) return false;
  auto *value = static_cast<duckdb_string_t *>(duckdb_vector_get_data(vector)) + row;
  text = std::string_view(duckdb_string_t_data(value), duckdb_string_t_length(*value));
  return true;
}

}  // namespace

bool is_nested(duckdb_type id) {
  return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP;
}

bool is_timestamp(duckdb_type id) {
  return id == DUCKDB_TYPE_TIMESTAMP || id == DUCKDB_TYPE_TIMESTAMP_S || id == DUCKDB_TYPE_TIMESTAMP_MS ||
         id == DUCKDB_TYPE_TIMESTAMP_NS || id == DUCKDB_TYPE_TIMESTAMP_TZ;
}

std::string name_as_written(const std::string &name) {
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const char quote = name[i];
    if (quote != '"' && quote != '\'') {
      out += name[i++];
      continue;
    }
    std::size_t end = i + 1;  // the closing quote; a doubled one is a letter
    while (end < name.size() && (name[end] != quote || (end + 1 < name.size() && name[end + 1] == quote))) end += name[end] == quote ? 2 : 1;
    if (end >= name.size()) return out + name.substr(i);
    const std::string_view inside = std::string_view(name).substr(i + 1, end - i - 1);
    if (quote == '"' && is_plain_name(inside)) out += inside;
    else out.append(name, i, end + 1 - i);
    i = end + 1;
  }
  return out;
}

std::vector<ResultColumn> prepared_columns(Engine &engine, const std::string &sql) {
  const Described statement(engine, sql);
  std::vector<ResultColumn> columns(duckdb_prepared_statement_column_count(statement.raw));
  for (idx_t c = 0; c < columns.size(); ++c) {
    const char *name = duckdb_prepared_statement_column_name(statement.raw, c);
    columns[c].name = name ? name : "";
    duckdb_free(const_cast<char *>(name));
    const LogicalType type(duckdb_prepared_statement_column_logical_type(statement.raw, c));
    columns[c].id = type.id();
    columns[c].type = type_name(type);
    if (columns[c].id != DUCKDB_TYPE_DECIMAL) continue;
    columns[c].width = duckdb_decimal_width(type.raw());
    columns[c].scale = duckdb_decimal_scale(type.raw());
  }
  return columns;
}

std::string in_lines_of_wrapped(const std::string &message) {
  static constexpr std::string_view mark = "\nLINE ";
  const std::size_t at = message.find(mark);
  if (at == std::string::npos) return message;
  const std::size_t number = at + mark.size();
  const std::size_t end = message.find_first_not_of("0123456789", number);
  if (end == number || end == std::string::npos || end - number > 6) return message;
  const int line = std::stoi(message.substr(number, end - number));
  return line < 2 ? message : message.substr(0, number) + std::to_string(line - 1) + message.substr(end);
}

std::string as_text(const std::string &sql, const std::vector<ResultColumn> &columns) {
  std::string list, names;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string name = "c" + std::to_string(c);
    const std::string separator = c ? ", " : "";
    names += separator + name;
    if (is_nested(columns[c].id)) list += separator + "CAST(to_json(" + name + ") AS VARCHAR)";
    else if (is_timestamp(columns[c].id)) list += separator + timestamp_text(name);
    else list += separator + "CAST(" + name + " AS VARCHAR)";
  }
  return "SELECT " + list + " FROM (\n" + sql + "\n) AS answer(" + names + ")";
}

FormattedResult as_json(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  FormattedResult out;
  writer.StartObject();
  writer.Key("columns");
  writer.StartArray();
  for (const ResultColumn &column : columns) {
    writer.StartObject();
    writer.Key("name");
    writer.String(column.name.c_str());
    writer.Key("type");
    writer.String(column.type.c_str());
    writer.EndObject();
  }
  writer.EndArray();
  writer.Key("rows");
  writer.StartArray();
  const auto row = [&](const Chunk &chunk, idx_t r) {
    writer.StartArray();
    for (idx_t c = 0; c < columns.size(); ++c) {
      std::string_view text;
      if (cell_text(chunk, c, r, text)) put_json(writer, columns[c].id, text);
      else writer.Null();
    }
    writer.EndArray();
  };
  for_rows(engine, result, limits, out, row, [&] { return buffer.GetSize(); });
  writer.EndArray();
  writer.EndObject();
  out.body.assign(buffer.GetString(), buffer.GetSize());
  return out;
}

FormattedResult as_csv(Engine &engine, Result &result, const std::vector<ResultColumn> &columns, const FormatLimits &limits) {
  FormattedResult out;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (c) out.body += ',';
    put_csv(out.body, columns[c].name);
  }
  out.body += "\r\n";
  const auto row = [&](const Chunk &chunk, idx_t r) {
    for (idx_t c = 0; c < columns.size(); ++c) {
      std::string_view text;
      if (c) out.body += ',';
      if (cell_text(chunk, c, r, text)) put_csv(out.body, text);
    }
    out.body += "\r\n";
  };
  for_rows(engine, result, limits, out, row, [&] { return out.body.size(); });
  return out;
}

}  // namespace ducklake
