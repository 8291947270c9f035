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

void ready_tables(Engine &engine, const LakeFolder &lake, const std::map<std::string, Table> &tables) {
  WideningNeeded widening;
  for (const auto &[key, table] : tables)
    for (size_t i = 0; i < table.before.size(); ++i)
      if (table.after[i].type != table.before[i].type)
        widening.statements.push_back("ALTER TABLE " + table_name(lake, table.name) + " ALTER " + quoted(table.after[i].name) +
                                      " SET DATA TYPE " + table.after[i].type);
  if (!widening.statements.empty()) throw widening;
  for (const auto &[key, table] : tables) make_or_grow(engine, lake, table);
}

// The DELETE that makes room for an operation; empty when it replaces nothing.
std::string delete_statement(const LakeFolder &lake, const Operation &op) {
  const std::string from = "DELETE FROM " + table_name(lake, op.table);
  switch (op.mode) {
    case CVG_REPLACE_TABLE: return from;
    case CVG_REPLACE_UNIT:
      return from + " WHERE " + same_or_null("x_source", op.source) + " AND " + same_or_null("x_unit", op.unit);
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

void add_files(Engine &engine, const LakeFolder &lake, const Operation &op) {
  for (const std::string &path : op.paths) {
    try {
      engine.exec("CALL ducklake_add_data_files(" + literal(lake_alias) + ", " + literal(op.table) + ", " + literal(path) +
                  ", schema => " + literal(lake.tenant) + ", allow_missing => true)");
    } catch (const EngineError &error) {
      // The table was changed by somebody else after the file was staged: staging again makes a file that fits.
      if (std::string(error.what()).find("Failed to map column") == std::string::npos) throw;
      throw Error(CVG_E_CONFLICT, "the table " + op.table + " was changed meanwhile; the rows must be staged again");
    }
  }
}

}  // namespace

void replay(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations) {
  // Several operations of one step replace a unit once: the later ones add to the first. Another step that writes the
  // same unit replaces what the first step wrote.
  std::set<std::string> deleted;
  const std::map<std::string, Table> tables = tables_of(engine, lake, operations);
  ready_tables(engine, lake, tables);
  for (const Operation &op : operations) {
    if (tables.at(lower(op.table)).after.empty()) continue;
    const std::string statement = delete_statement(lake, op);
    if (!statement.empty() && deleted.insert(op.step + '\0' + std::to_string(op.attempt) + '\0' + statement).second)
      engine.exec(statement);
    if (op.mode == CVG_MERGE) delete_keys(engine, lake, op);
    add_files(engine, lake, op);
  }
}

}  // namespace ducklake
