#include "staging.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "arrow_input.h"
#include "derived_input.h"

namespace ducklake {

namespace {

std::string read_csv(const DeliveredFile &file, bool strict) {
  std::string columns, nulls = "''";
  for (uint64_t i = 0; i < file.width; ++i)
    columns += (i ? ", '" : "'") + std::string("c") + std::to_string(i) + "': 'VARCHAR'";
  for (const std::string &word : file.null_words) nulls += ", " + literal(word);
  return "read_csv(" + literal(file.path) + ", auto_detect = false, header = false, skip = " + std::to_string(file.header_rows) +
         ", delim = " + literal(file.delimiter) + ", quote = " + literal(file.quote) + ", escape = " + literal(file.quote) +
         ", nullstr = [" + nulls + "], strict_mode = " + (strict ? "true" : "false") + ", parallel = true, columns = {" + columns + "})";
}

bool is_lineage(const std::string &name, const std::vector<Constant> &lineage) {
  const std::string wanted = lower(name);
  return std::any_of(lineage.begin(), lineage.end(), [&](const Constant &c) { return lower(c.name) == wanted; });
}

std::vector<Constant> lineage_of(const IngestRequest &request) {
  std::vector<Constant> lineage;
  for (const Constant &c : request.constants)
    if (lower(c.name) != "x_source" && lower(c.name) != "x_unit") lineage.push_back(c);
  if (!request.units.empty()) {
    lineage.push_back({"x_source", "VARCHAR", std::nullopt, source_column});
    lineage.push_back({"x_unit", "VARCHAR", std::nullopt, unit_column});
    return lineage;
  }
  const auto text = [](const std::string &s) { return s.empty() ? std::nullopt : std::optional<std::string>(s); };
  lineage.push_back({"x_source", "VARCHAR", text(request.source)});
  lineage.push_back({"x_unit", "VARCHAR", text(request.unit)});
  return lineage;
}

std::string cast(const std::string &sql, const std::string &type) { return "CAST(" + sql + " AS " + type + ")"; }

// What the engine calls a type, by what a request calls it: it never changes, and asking costs as much as a small load.
class TypeNames {
 public:
  std::optional<std::string> find(const std::string &type) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = names_.find(type);
    return found == names_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  void keep(const std::string &type, const std::string &name) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (names_.size() < types_max) names_[type] = name;
  }

 private:
  static constexpr size_t types_max = 10000;
  std::mutex mutex_;
  std::map<std::string, std::string> names_;
};

std::string codec(const Settings &settings) {
  const std::string level = settings.compression == "zstd" ? ", COMPRESSION_LEVEL " + std::to_string(settings.compression_level) : "";
  return "COMPRESSION " + settings.compression + level;
}

// Each thread of a COPY holds a row group of uncompressed values. A wide table's row groups are made smaller, so that all
// threads' together take a quarter of the engine's memory: spilling them costs several times the load itself.
int64_t row_group_rows(const Settings &settings, size_t columns) {
  constexpr int64_t value_bytes = 16, vector_rows = 2048;
  const int64_t bytes = settings.engine.memory_limit_mb * 1024 * 1024 / 4 / std::max(settings.engine.threads, 1);
  const int64_t rows = bytes / value_bytes / static_cast<int64_t>(std::max<size_t>(columns, 1)) / vector_rows * vector_rows;
  return std::min(settings.row_group_rows, std::max(rows, vector_rows));
}

}  // namespace

Operation Staging::stage(const IngestRequest &request, const std::vector<Column> &table) {
  operation_ = Operation{};
  operation_.mode = request.mode;
  operation_.table = request.table;
  operation_.freeze = request.freeze;
  operation_.source = request.source;
  operation_.unit = request.unit;
  operation_.units = request.units;
  operation_.keys = request.keys;
  operation_.partition_column = request.partition_column;
  operation_.partition_value = request.partition_value;
  lineage_ = lineage_of(request);
  try {
    if (request.stream) {
      stage_stream(request, table);
    } else if (!request.units.empty()) {
      stage_units(request, table);
    } else if (!request.sql.empty()) {
      stage_sql(request, table);
    } else {
      if (!request.targets.empty()) plan(request, table, {});
      stage_files(request);
    }
    if (request.mode == CVG_MERGE) refuse_duplicates(request);
    if (request.mode == CVG_REPLACE_PARTITION) refuse_strangers(request);
  } catch (...) {
    for (const std::string &path : operation_.paths) remove_file(path);
    throw;
  }
  for (const Planned &p : plan_) operation_.columns.push_back(p.column);
  return std::move(operation_);
}

std::vector<Column> Staging::canonical(const std::vector<Column> &columns) {
  static TypeNames names;
  std::map<std::string, std::string> mine;  // by type
  std::vector<std::string> unknown;
  for (const Column &c : columns) {
    const std::optional<std::string> name = names.find(c.type);
    if (mine.emplace(c.type, name.value_or("")).second && !name) unknown.push_back(c.type);
  }
  std::string list;
  for (size_t i = 0; i < unknown.size(); ++i) list += (i ? ", " : "") + cast("NULL", unknown[i]) + " AS c" + std::to_string(i);
  if (!unknown.empty()) {
    const std::vector<SourceColumn> told = described("SELECT " + list);
    for (size_t i = 0; i < unknown.size(); ++i) names.keep(unknown[i], mine[unknown[i]] = storable(ColumnType::parse(told.at(i).type)).text());
  }
  std::vector<Column> out;
  for (const Column &c : columns) out.push_back({c.name, mine[c.type]});
  return out;
}

std::vector<SourceColumn> Staging::described(const std::string &select) {
  std::vector<SourceColumn> columns;
  for (const Row &row : engine_.rows("SELECT column_name, column_type FROM (DESCRIBE " + select + ")"))
    columns.push_back({row[0].value_or(""), row[1].value_or(""), quoted(row[0].value_or(""))});
  return columns;
}

std::vector<Column> Staging::wanted(const IngestRequest &request, const std::vector<SourceColumn> &source) {
  std::vector<Column> columns;
  for (const Target &t : request.targets) columns.push_back({t.name, t.type});
  if (!columns.empty()) columns = canonical(columns);
  else
    for (const SourceColumn &c : source)
      if (!is_lineage(c.name, lineage_)) columns.push_back({c.name, storable(ColumnType::parse(c.type)).text()});
  std::vector<Column> constants;
  for (const Constant &c : lineage_) constants.push_back({c.name, c.type});
  for (const Column &c : canonical(constants)) columns.push_back(c);
  return columns;
}

void Staging::plan(const IngestRequest &request, const std::vector<Column> &table, const std::vector<SourceColumn> &source) {
  plan_.clear();
  const std::vector<Column> incoming = wanted(request, source);
  for (const Column &column : grown(request.table, table, incoming, request.freeze)) {
    Planned p;
    p.column = column;
    const std::string name = lower(column.name);
    for (const Constant &c : lineage_)
      if (lower(c.name) == name) p.constant = &c;
    for (const Target &t : request.targets)
      if (!p.constant && lower(t.name) == name) p.target = &t;
    p.as_it_comes = !p.constant && request.targets.empty() &&
                    std::any_of(source.begin(), source.end(), [&](const SourceColumn &c) { return lower(c.name) == name; });
    plan_.push_back(p);
  }
}

std::string Staging::select(const Source &source) {
  std::string list;
  for (const Planned &p : plan_) {
    std::string sql = cast("NULL", p.column.type);
    if (p.constant && !p.constant->column.empty()) sql = p.constant->column;
    if (p.constant && p.constant->value) sql = cast(literal(*p.constant->value), p.column.type);
    if (p.target) sql = expression(engine_, *p.target, p.column.type, source.columns, source.null_words);
    if (p.as_it_comes) sql = cast(quoted(p.column.name), p.column.type);
    list += (list.empty() ? "" : ", ") + sql + " AS " + quoted(p.column.name);
  }
  return "SELECT " + list + " FROM " + source.relation;
}

void Staging::copy(const std::string &select) {
  const std::string folder = lake_.table(lake_.tenant, operation_.table);
  make_folder(folder);
  const std::string path = folder + "/" + label_ + "-" + unique_name() + ".parquet";
  int64_t rows = 0;
  try {
    rows = engine_.changed("COPY (" + select + ") TO " + literal(path) + " (FORMAT parquet, " + codec(settings_) +
                           ", ROW_GROUP_SIZE " + std::to_string(row_group_rows(settings_, plan_.size())) + ")");
  } catch (...) {
    remove_file(path);
    throw;
  }
  if (rows == 0) return remove_file(path);
  operation_.paths.push_back(path);
  operation_.rows += rows;
}

Staging::Source Staging::source_of(const DeliveredFile &file, bool strict) {
  Source source;
  source.null_words = file.null_words;
  if (file.format == CVG_FMT_PARQUET) {
    source.relation = "read_parquet(" + literal(file.path) + ")";
    source.columns = described("SELECT * FROM " + source.relation);
    return source;
  }
  source.relation = read_csv(file, strict);
  for (size_t i = 0; i < file.source_columns.size() && i < file.width; ++i)
    source.columns.push_back({file.source_columns[i], "VARCHAR", "c" + std::to_string(i)});
  return source;
}

void Staging::copy_files(const IngestRequest &request, size_t first, size_t last, bool strict) {
  std::string all;
  for (size_t i = first; i < last; ++i)
    all += (i > first ? " UNION ALL " : "") + select(source_of(request.files[i], strict));
  copy(all);
}

void Staging::stage_files(const IngestRequest &request) {
  const size_t step = static_cast<size_t>(settings_.copy_files_max);
  for (size_t first = 0; first < request.files.size(); first += step) {
    const size_t last = std::min(first + step, request.files.size());
    try {
      copy_files(request, first, last, true);
    } catch (const EngineError &error) {
      if (error.type() == DUCKDB_ERROR_OUT_OF_MEMORY) refuse_size(request, first, last, error);
      if (error.code() != CVG_E_DATA) throw;
      // The strict reader also refuses what is right, for example line ends of two kinds in one file. Our own reader has
      // then seen every row and counted them, which makes the lenient one safe.
      const int64_t expected = operation_.rows + explain(request, first, last, error);
      copy_files(request, first, last, false);
      if (operation_.rows != expected) throw;
    }
  }
}

void Staging::refuse_size(const IngestRequest &request, size_t first, size_t last, const EngineError &error) {
  const DeliveredFile *widest = &request.files[first];
  for (size_t i = first; i < last; ++i)
    if (request.files[i].width > widest->width) widest = &request.files[i];
  const std::string columns = widest->width ? " with its " + std::to_string(widest->width) + " columns" : "";
  throw Error(error.code(), widest->name + columns + " needs more memory than the engine may take: raise warehouse.memory_mb, or deliver fewer columns",
              Json::object().set("file", widest->name));
}

std::pair<std::string, std::string> Staging::failing_field(const Source &source) {
  for (const Planned &p : plan_) {
    if (!p.target) continue;
    try {
      const std::string sql = expression(engine_, *p.target, p.column.type, source.columns, source.null_words);
      engine_.exec("SELECT count(v) FROM (SELECT " + sql + " AS v FROM " + source.relation + ")");
    } catch (const EngineError &error) {
      return {p.target->name, error.what()};
    }
  }
  return {};
}

std::vector<ColumnCheck> Staging::checks_of(const DeliveredFile &file) const {
  std::vector<ColumnCheck> checks;
  for (const Planned &p : plan_) {
    if (!p.target || p.target->from.empty()) continue;
    const auto at = std::find(file.source_columns.begin(), file.source_columns.end(), p.target->from);
    if (at == file.source_columns.end()) continue;
    const TextFormat format = format_of(*p.target, ColumnType::parse(p.column.type), file.null_words);
    checks.push_back({static_cast<size_t>(at - file.source_columns.begin()), p.target->from, format, p.target->nullable});
  }
  return checks;
}

int64_t Staging::explain(const IngestRequest &request, size_t first, size_t last, const EngineError &error) {
  int64_t rows = 0;
  bool all_csv = true;
  for (size_t i = first; i < last; ++i) {
    const DeliveredFile &file = request.files[i];
    call_.stop_if_cancelled();
    all_csv = all_csv && file.format == CVG_FMT_CSV;
    // Parquet files have no lines: each is tried alone, and what this writes goes with the failed stage.
    try {
      if (file.format == CVG_FMT_PARQUET) copy_files(request, i, i + 1, true);
    } catch (const EngineError &alone) {
      const auto [field, why] = failing_field(source_of(file, true));
      Json detail = Json::object().set("file", file.name);
      if (field.empty()) throw Error(alone.code(), file.name + ": " + alone.what(), detail);
      throw Error(alone.code(), file.name + ", " + field + ": " + why, detail.set("field", field));
    }
    if (file.format == CVG_FMT_PARQUET) continue;
    const CsvShape shape{file.delimiter[0], file.quote.empty() ? '\0' : file.quote[0], file.header_rows, file.width};
    const CsvScan scan = find_fault(file.path, shape, checks_of(file));
    rows += scan.rows;
    if (!scan.fault) continue;
    const CsvFault &fault = *scan.fault;
    Json detail = Json::object().set("file", file.name).set("line", fault.line);
    const std::string value = fault.value.substr(0, 100);
    if (!fault.field.empty()) detail.set("field", fault.field).set("value", value);
    throw Error(CVG_E_DATA, file.name + ", line " + std::to_string(fault.line) + ": " +
                                (fault.field.empty() ? "the row " : fault.field + " '" + value + "' ") + fault.why, detail);
  }
  // No row explains a refused value: the file is all that can be told. A refused form is read again.
  const std::string name = request.files[first].name;
  if (error.type() != DUCKDB_ERROR_INVALID_INPUT || !all_csv)
    throw Error(CVG_E_DATA, name + ": " + error.what(), Json::object().set("file", name));
  return rows;
}

void Staging::stage_stream(const IngestRequest &request, const std::vector<Column> &table) {
  ArrowInput input(engine_, *request.stream);
  Source source;
  source.relation = input.relation();
  source.columns = described("SELECT * FROM " + source.relation);
  plan(request, table, source.columns);
  while (input.read(call_, settings_.stream_file_rows_max) > 0) {
    try {
      copy(select(source));
    } catch (const EngineError &error) {
      if (error.code() != CVG_E_DATA) throw;
      const auto [field, why] = failing_field(source);
      if (field.empty()) throw;
      throw Error(CVG_E_DATA, field + ": " + why, Json::object().set("field", field));
    }
  }
}

void Staging::stage_sql(const IngestRequest &request, const std::vector<Column> &table) {
  Source source;
  source.relation = "(" + request.sql + "\n) AS input_rows";
  source.columns = described("SELECT * FROM " + source.relation);
  plan(request, table, source.columns);
  copy(select(source));
}

void Staging::stage_units(const IngestRequest &request, const std::vector<Column> &table) {
  Source source;
  source.columns = described(over_units(request, 0, 1));
  source.columns.resize(source.columns.size() - 2);  // the unit's own
  plan(request, table, source.columns);
  for (const auto &[first, last] : units_together(engine_, request, settings_.row_group_rows)) {
    call_.stop_if_cancelled();
    source.relation = "(" + over_units(request, first, last) + "\n) AS input_rows";
    copy(select(source));
  }
}

std::string Staging::staged_files() const {
  std::string files;
  for (const std::string &path : operation_.paths) files += (files.empty() ? "[" : ", ") + literal(path);
  return files + "]";
}

void Staging::refuse_strangers(const IngestRequest &request) {
  const std::string &column = request.partition_column;
  const bool known = std::any_of(plan_.begin(), plan_.end(), [&](const Planned &p) { return lower(p.column.name) == lower(column); });
  if (!known && operation_.paths.empty()) return;
  if (!known) throw Error(CVG_E_CONFIG, "replace_partition: the rows for " + request.table + " have no column " + column);
  if (operation_.paths.empty()) return;
  const std::string name = quoted(column);
  const std::string stranger = request.partition_value ? name + " IS NULL OR " + name + " <> " + literal(*request.partition_value) : name + " IS NOT NULL";
  const auto rows = engine_.rows("SELECT CAST(" + name + " AS VARCHAR) FROM read_parquet(" + staged_files() + ") WHERE " + stranger + " LIMIT 1");
  if (rows.empty()) return;
  const std::string found = rows[0][0] ? "'" + rows[0][0]->substr(0, 100) + "'" : "NULL";
  throw Error(CVG_E_DATA, "replace_partition: rows for " + request.table + " are not of the partition " + column + " = " +
                              (request.partition_value ? "'" + *request.partition_value + "'" : "NULL") + ", for example " + column + " = " + found,
              Json::object().set("field", column));
}

void Staging::refuse_duplicates(const IngestRequest &request) {
  if (operation_.paths.empty()) return;
  std::string keys, sample;
  for (const std::string &key : request.keys) {
    keys += (keys.empty() ? "" : ", ") + quoted(key);
    sample += (sample.empty() ? "" : " || ', ' || ") + ("coalesce(CAST(" + quoted(key) + " AS VARCHAR), 'NULL')");
  }
  const auto twice = engine_.rows("SELECT any_value(" + sample + ") FROM read_parquet(" + staged_files() + ") GROUP BY " + keys +
                                  " HAVING count(*) > 1 ORDER BY 1 LIMIT 3");
  if (twice.empty()) return;
  std::string text;
  for (const Row &row : twice) text += (text.empty() ? "" : "; ") + row[0].value_or("");
  throw Error(CVG_E_DATA, "merge: several rows have the same key in " + request.table + ", for example " + text);
}

}  // namespace ducklake
