#include "replay.h"

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

// Makes or grows the table so that it takes the operation's columns. False when there is no table and nothing is known
// about its columns.
bool ready_table(Engine &engine, const LakeFolder &lake, const Operation &op) {
  std::string name = op.table;
  const std::vector<Column> before = table_columns(engine, lake.tenant, name);
  if (op.columns.empty()) return !before.empty();
  const std::vector<Column> after = grown(op.table, before, op.columns, op.freeze);
  const std::string table = table_name(lake, op.table);
  if (before.empty()) {
    std::string columns;
    for (const Column &c : after) columns += (columns.empty() ? "" : ", ") + quoted(c.name) + " " + c.type;
    engine.exec("CREATE TABLE " + table + " (" + columns + ")");
    return true;
  }
  for (size_t i = 0; i < after.size(); ++i) {
    if (i >= before.size()) engine.exec("ALTER TABLE " + table + " ADD COLUMN " + quoted(after[i].name) + " " + after[i].type);
    else if (after[i].type != before[i].type)
      engine.exec("ALTER TABLE " + table + " ALTER " + quoted(after[i].name) + " SET DATA TYPE " + after[i].type);
  }
  return true;
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
  for (const Operation &op : operations) {
    if (!ready_table(engine, lake, op)) continue;
    const std::string statement = delete_statement(lake, op);
    if (!statement.empty() && deleted.insert(op.step + '\0' + std::to_string(op.attempt) + '\0' + statement).second)
      engine.exec(statement);
    if (op.mode == CVG_MERGE) delete_keys(engine, lake, op);
    add_files(engine, lake, op);
  }
}

}  // namespace ducklake
