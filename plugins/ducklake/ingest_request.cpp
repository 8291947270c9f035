#include "ingest_request.h"

#include <convergence/derive_units.h>
#include <convergence/stage_path.h>

namespace ducklake {

using convergence::text;

namespace {

Json parse_or(const cvg_str &raw, Json otherwise) { return raw.n ? Json::parse(text(raw)) : otherwise; }

bool valid_table(const std::string &name) {
  if (name.empty() || name.size() > 128) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!letter(name[0])) return false;
  for (char c : name)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '-') return false;
  return true;
}

Target target_of(const Json &j) {
  Target t;
  t.name = j["name"].text();
  t.type = j["type"].text();
  if (t.name.empty() || t.type.empty()) throw Error(CVG_E_CONFIG, "a column of schema_json has no name or no type");
  t.convert = j["convert"].text_or("text");
  t.money = j["role"].text() == "money";
  t.nullable = j["nullable"].boolean(true);
  const Json *from = j.find("from");
  if (j.find("value")) t.value = j["value"].text();
  else if (!from) t.from = t.name;
  else if (from->is_string()) t.from = from->text();
  else
    for (const Json &pair : from->items()) {
      if (pair.size() != 2) throw Error(CVG_E_CONFIG, "the column " + t.name + ": 'from' holds [source column, key] pairs");
      t.entries.emplace_back(pair.items()[0].text(), pair.items()[1].text());
    }
  return t;
}

std::string path_of(const Call &call, const cvg_str &uri) {
  const auto *ext = static_cast<const cvg_stage_path *>(call.host()->get_ext(CVG_EXT_STAGE_PATH));
  if (!ext) throw Error(CVG_E_UNSUPPORTED, "this host lends no staged files to a warehouse");
  convergence::StringOut out;
  cvg_error e = convergence::empty_error();
  convergence::raise(ext->path(call.raw(), &uri, out.out(), &e), e);
  return out.text();
}

DeliveredFile file_of(const Call &call, const cvg_file &raw) {
  DeliveredFile f;
  f.format = raw.format;
  f.path = path_of(call, raw.uri);
  f.name = text(raw.name);
  if (f.format != CVG_FMT_CSV && f.format != CVG_FMT_PARQUET)
    throw Error(CVG_E_UNSUPPORTED, "the warehouse reads staged CSV and Parquet files only: " + f.name);
  const Json dialect = parse_or(raw.dialect_json, Json::object());
  f.delimiter = dialect["delimiter"].text_or(f.delimiter);
  f.quote = dialect["quote"].text_or(f.quote);
  f.header_rows = static_cast<uint64_t>(dialect["header_rows"].integer(1));
  for (const Json &word : dialect["null_words"].items()) f.null_words.push_back(word.text());
  for (const Json &column : dialect["source_columns"].items()) f.source_columns.push_back(column.text());
  f.width = static_cast<uint64_t>(dialect["width"].integer(static_cast<int64_t>(f.source_columns.size())));
  if (f.format == CVG_FMT_CSV && f.width == 0) throw Error(CVG_E_CONFIG, "the dialect of " + f.name + " names no column");
  return f;
}

// What is derived becomes units like any other.
void read_units(IngestRequest &r, const cvg_ingest &raw) {
  const Json units = parse_or(raw.keys_json, Json::array());
  for (const Json &one : units.items()) r.units.emplace_back(one["source"].text(), one["unit"].text());
  r.input = std::exchange(r.source, {});
  if (r.units.empty() || !valid_table(r.input) || !raw.sql.n)
    throw Error(CVG_E_CONFIG, "units are derived by an SQL from the units of a table: all three must be named");
  for (const auto &[source, unit] : r.units)
    if (source.empty() && unit.empty()) throw Error(CVG_E_CONFIG, "a unit needs a source or a name");
  r.mode = CVG_REPLACE_UNIT;
}

void read_mode(IngestRequest &r, const cvg_ingest &raw) {
  if (r.mode == CVG_DERIVE_UNITS) return read_units(r, raw);
  const Json partition = parse_or(raw.partition_json, Json::object());
  r.partition_column = partition["column"].text();
  if (!partition["value"].is_null()) {
    const Json &value = partition["value"];
    r.partition_value = value.is_bool() ? (value.boolean() ? "true" : "false") : value.text();
  }
  const Json keys = parse_or(raw.keys_json, Json::array());
  for (const Json &key : keys.items()) r.keys.push_back(key.text());
  if (r.mode < CVG_APPEND || r.mode > CVG_REPLACE_UNIT) throw Error(CVG_E_UNSUPPORTED, "an unknown write mode");
  if (r.mode == CVG_MERGE && r.keys.empty()) throw Error(CVG_E_CONFIG, "the write mode merge needs keys");
  if (r.mode == CVG_REPLACE_PARTITION && r.partition_column.empty())
    throw Error(CVG_E_CONFIG, "the write mode replace_partition needs a column and a value");
  if (r.mode == CVG_REPLACE_UNIT && r.source.empty() && r.unit.empty())
    throw Error(CVG_E_CONFIG, "the write mode replace_unit needs a source and a unit");
}

}  // namespace

IngestRequest IngestRequest::from(const Call &call, const cvg_ingest &raw) {
  IngestRequest r;
  r.mode = raw.mode;
  r.table = text(raw.table);
  if (!valid_table(r.table)) throw Error(CVG_E_CONFIG, "'" + r.table + "' is no table name");
  r.source = text(raw.source);
  r.unit = text(raw.unit);
  read_mode(r, raw);
  const Json schema = parse_or(raw.schema_json, Json::array());
  for (const Json &column : schema.items()) r.targets.push_back(target_of(column));
  const Json constants = parse_or(raw.constants_json, Json::array());
  for (const Json &c : constants.items()) {
    Constant constant{c["name"].text(), c["type"].text_or("VARCHAR"), std::nullopt};
    if (!c["value"].is_null()) constant.value = c["value"].text();
    r.constants.push_back(std::move(constant));
  }
  r.freeze = text(raw.schema_policy) == "freeze";
  r.stream = raw.stream;
  r.sql = text(raw.sql);
  const int inputs = (raw.stream != nullptr) + (raw.n_files > 0) + !r.sql.empty();
  if (inputs > 1) throw Error(CVG_E_CONFIG, "rows come from one of stream, files and sql, not from several");
  for (uint64_t i = 0; i < raw.n_files; ++i) r.files.push_back(file_of(call, *raw.files[i]));
  if (!r.files.empty() && r.targets.empty()) throw Error(CVG_E_CONFIG, "files need a schema_json");
  return r;
}

}  // namespace ducklake
