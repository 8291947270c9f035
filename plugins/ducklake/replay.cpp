#include "replay.h"

#include <map>
#include <set>

#include "staging.h"

namespace ducklake {

namespace {

std::string table_name(const LakeFolder &lake, const std::string &table) {
  return quoted(lake_alias) + "." + quoted(lake.tenant) + "." + quoted(table);
}

std::string same_or_null(const std::string &column, const std::string &value) {
  return quoted(column) + (value.empty() ? " IS NULL" : " = " + literal(value));
}

// The rows of several units. One DELETE for all of them reads the table once.
std::string of_units(const std::map<std::string, std::set<std::string>> &units_by_source) {
  std::string condition;
  for (const auto &[source, units] : units_by_source) {
    std::string names;
    for (const std::string &unit : units)
      if (!unit.empty()) names += (names.empty() ? "" : ", ") + literal(unit);
    std::string either = names.empty() ? "" : quoted("x_unit") + " IN (" + names + ")";
    if (units.count("")) either += (either.empty() ? "" : " OR ") + same_or_null("x_unit", "");
    condition += (condition.empty() ? "(" : " OR (") + same_or_null("x_source", source) + " AND (" + either + "))";
  }
  return condition;
}

// A table as it is in the lake and as all operations together need it.
struct Table {
  std::string name;
  std::vector<Column> before, after;
};

// The tables of the operations by lower-case name. All columns are known before the first file is added: a column is
// never retyped after that.
std::map<std::string, Table> tables_of(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations) {
  std::map<std::string, Table> tables;
  for (const Operation &op : operations) {
    const auto [place, fresh] = tables.try_emplace(lower(op.table));
    Table &table = place->second;
    if (fresh) {
      table.name = op.table;
      table.before = table.after = table_columns(engine, lake.tenant, table.name);
    }
    table.after = grown(op.table, table.after, op.columns, op.freeze);
  }
  return tables;
}

void make_or_grow(Engine &engine, const LakeFolder &lake, const Table &table) {
  const std::string name = table_name(lake, table.name);
  if (table.before.empty()) {
    std::string columns;
    for (const Column &c : table.after) columns += (columns.empty() ? "" : ", ") + quoted(c.name) + " " + c.type;
    if (!columns.empty()) engine.exec("CREATE TABLE " + name + " (" + columns + ")");
    return;
  }
  for (size_t i = table.before.size(); i < table.after.size(); ++i)
    engine.exec("ALTER TABLE " + name + " ADD COLUMN " + quoted(table.after[i].name) + " " + table.after[i].type);
}

void ready_tables(Engine &engine, const LakeFolder &lake, const std::map<std::string, Table> &tables, Widening widening) {
  WideningNeeded needed;
  for (const auto &[key, table] : tables)
    for (size_t i = 0; i < table.before.size(); ++i)
      if (table.after[i].type != table.before[i].type)
        needed.statements.push_back("ALTER TABLE " + table_name(lake, table.name) + " ALTER " + quoted(table.after[i].name) +
                                    " SET DATA TYPE " + table.after[i].type);
  if (!needed.statements.empty() && widening == Widening::thrown) throw needed;
  for (const std::string &statement : needed.statements) engine.exec(statement);
  for (const auto &[key, table] : tables) make_or_grow(engine, lake, table);
}

// The DELETE that makes room for an operation that replaces more than units; empty when it replaces nothing.
std::string delete_statement(const LakeFolder &lake, const Operation &op) {
  const std::string from = "DELETE FROM " + table_name(lake, op.table);
  switch (op.mode) {
    case CVG_REPLACE_TABLE: return from;
    case CVG_REPLACE_PARTITION:
      return from + " WHERE " + quoted(op.partition_column) +
             (op.partition_value ? " = " + literal(*op.partition_value) : std::string(" IS NULL"));
    default: return "";
  }
}

void delete_keys(Engine &engine, const LakeFolder &lake, const Operation &op) {
  if (op.paths.empty()) return;
  std::string files, keys, match;
  for (const std::string &path : op.paths) files += (files.empty() ? "" : ", ") + literal(path);
  for (const std::string &key : op.keys) {
    keys += (keys.empty() ? "" : ", ") + quoted(key);
    match += (match.empty() ? "" : " AND ") + ("t." + quoted(key) + " IS NOT DISTINCT FROM staged." + quoted(key));
  }
  engine.exec("DELETE FROM " + table_name(lake, op.table) + " AS t USING (SELECT " + keys + " FROM read_parquet([" + files +
              "])) AS staged WHERE " + match);
}

void add_files(Engine &engine, const LakeFolder &lake, const std::string &table, const std::vector<std::string> &paths) {
  if (paths.empty()) return;
  std::string list;
  for (const std::string &path : paths) list += (list.empty() ? "" : ", ") + literal(path);
  try {
    engine.exec("CALL ducklake_add_data_files(" + literal(lake_alias) + ", " + literal(table) + ", [" + list + "], schema => " +
                literal(lake.tenant) + ", allow_missing => true)");
  } catch (const EngineError &error) {
    // The table was changed by somebody else after the file was staged: staging again makes a file that fits.
    if (std::string(error.what()).find("Failed to map column") == std::string::npos) throw;
    throw Error(CVG_E_CONFLICT, "the table " + table + " was changed meanwhile; the rows must be staged again");
  }
}

// Where the run of operations ends that may be replayed as one: a step's units of one table.
size_t end_of_group(const std::vector<Operation> &operations, size_t first) {
  const Operation &op = operations[first];
  size_t last = first + 1;
  const auto same = [&](const Operation &other) {
    return other.mode == CVG_REPLACE_UNIT && other.step == op.step && other.attempt == op.attempt && lower(other.table) == lower(op.table);
  };
  if (op.mode == CVG_REPLACE_UNIT)
    while (last < operations.size() && same(operations[last])) ++last;
  return last;
}

// What steps have replaced already, so that several operations of one step replace a unit once.
class Replaced {
 public:
  // False when the step did that before.
  bool add(const Operation &op, const std::string &what) {
    return done_.insert(op.step + '\0' + std::to_string(op.attempt) + '\0' + lower(op.table) + '\0' + what).second;
  }

 private:
  std::set<std::string> done_;
};

void replay_units(Engine &engine, const LakeFolder &lake, const Operation *first, const Operation *last, Replaced &replaced) {
  std::map<std::string, std::set<std::string>> units;
  std::vector<std::string> paths;
  for (const Operation *op = first; op != last; ++op) {
    for (const auto &[source, unit] : op->units.empty() ? std::vector{std::pair(op->source, op->unit)} : op->units)
      if (replaced.add(*op, source + '\0' + unit)) units[source].insert(unit);
    paths.insert(paths.end(), op->paths.begin(), op->paths.end());
  }
  if (!units.empty()) engine.exec("DELETE FROM " + table_name(lake, first->table) + " WHERE " + of_units(units));
  add_files(engine, lake, first->table, paths);
}

}  // namespace

void replay(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations, Widening widening) {
  // Several operations of one step replace a unit once: the later ones add to the first. Another step that writes the
  // same unit replaces what the first step wrote.
  Replaced replaced;
  const std::map<std::string, Table> tables = tables_of(engine, lake, operations);
  ready_tables(engine, lake, tables, widening);
  for (size_t first = 0, last = 0; first < operations.size(); first = last) {
    last = end_of_group(operations, first);
    const Operation &op = operations[first];
    if (tables.at(lower(op.table)).after.empty()) continue;
    if (op.mode == CVG_REPLACE_UNIT) {
      replay_units(engine, lake, &op, operations.data() + last, replaced);
      continue;
    }
    const std::string statement = delete_statement(lake, op);
    if (!statement.empty() && replaced.add(op, statement)) engine.exec(statement);
    if (op.mode == CVG_MERGE) delete_keys(engine, lake, op);
    add_files(engine, lake, op.table, op.paths);
  }
}

}  // namespace ducklake
