#include "mirror.h"

#include <algorithm>
#include <utility>

#include "dataset_schema.h"

namespace ducklake {

namespace {

constexpr size_t rows_per_statement = 500;

std::string value_text(const Json &value) {
  if (value.is_null()) return "NULL";
  if (value.is_bool()) return value.boolean() ? "'true'" : "'false'";
  if (value.is_array() || value.is_object()) return literal(value.dump());
  return literal(value.text());
}

struct Batch {
  std::string table;
  std::vector<std::string> keys, columns;
  std::vector<std::string> types;  // of columns, as in the table
};

Batch batch_of(const Json &j) {
  Batch b;
  b.table = j["table"].text();
  const std::vector<std::string> known = dataset_tables();
  if (std::find(known.begin(), known.end(), b.table) == known.end())
    throw Error(CVG_E_CONFIG, "the mirror knows no table " + b.table);
  for (const Json &key : j["keys"].items()) b.keys.push_back(key.text());
  const std::vector<Column> table = dataset_columns(b.table);
  for (const Json &name : j["columns"].items()) {
    const auto column = std::find_if(table.begin(), table.end(), [&](const Column &c) { return c.name == name.text(); });
    if (column == table.end()) throw Error(CVG_E_CONFIG, "the table " + b.table + " has no column " + name.text());
    b.columns.push_back(column->name);
    b.types.push_back(column->type);
  }
  if (b.keys.empty()) throw Error(CVG_E_CONFIG, "the mirror of " + b.table + " names no key");
  for (const std::string &key : b.keys)
    if (std::find(b.columns.begin(), b.columns.end(), key) == b.columns.end())
      throw Error(CVG_E_CONFIG, "the mirror of " + b.table + " gives no value of the key " + key);
  return b;
}

// The rows as a relation with the columns' names and types.
std::string relation_of(const Batch &b, const std::vector<Json> &rows, size_t first, size_t last) {
  std::string values, select, positions;
  for (size_t r = first; r < last; ++r) {
    if (rows[r].size() != b.columns.size())
      throw Error(CVG_E_CONFIG, "a row of the mirror of " + b.table + " has " + std::to_string(rows[r].size()) + " values");
    values += r > first ? ", (" : "(";
    for (size_t c = 0; c < b.columns.size(); ++c) values += (c ? ", " : "") + value_text(rows[r].items()[c]);
    values += ")";
  }
  for (size_t c = 0; c < b.columns.size(); ++c) {
    const std::string comma = c ? ", " : "", place = "c" + std::to_string(c);
    positions += comma + place;
    select += comma + "CAST(" + place + " AS " + b.types[c] + ") AS " + quoted(b.columns[c]);
  }
  return "(SELECT " + select + " FROM (VALUES " + values + ") v(" + positions + ")) AS s";
}

// One MERGE would write its new rows to a Parquet file of their own, however few they are; an UPDATE and an INSERT stay
// inside the catalog.
void write(Engine &engine, const std::string &tenant, const Batch &b, const std::string &relation, bool is_empty) {
  const std::string table = quoted(lake_alias) + "." + quoted(tenant) + "." + quoted(b.table);
  std::string match, update, names, given;
  for (size_t c = 0; c < b.columns.size(); ++c) {
    const std::string name = quoted(b.columns[c]), comma = c ? ", " : "";
    names += comma + name;
    given += comma + "s." + name;
    if (std::find(b.keys.begin(), b.keys.end(), b.columns[c]) == b.keys.end())
      update += (update.empty() ? "" : ", ") + name + " = s." + name;
  }
  for (const std::string &key : b.keys)
    match += (match.empty() ? "" : " AND ") + ("t." + quoted(key) + " IS NOT DISTINCT FROM s." + quoted(key));
  if (is_empty) return engine.exec("INSERT INTO " + table + " (" + names + ") SELECT " + given + " FROM " + relation);
  if (!update.empty()) engine.exec("MERGE INTO " + table + " AS t USING " + relation + " ON (" + match + ") WHEN MATCHED THEN UPDATE SET " + update);
  engine.exec("INSERT INTO " + table + " (" + names + ") SELECT " + given + " FROM " + relation + " WHERE NOT EXISTS (SELECT 1 FROM " +
              table + " AS t WHERE " + match + ")");
}

}  // namespace

int64_t mirror(Engine &engine, const std::string &tenant, const Json &batch, const std::set<std::string> &empty) {
  int64_t total = 0;
  for (const Json &part : batch["tables"].items()) {
    const Batch b = batch_of(part);
    bool is_empty = empty.count(b.table) != 0;
    if (part["is_whole"].boolean() && !std::exchange(is_empty, true))
      engine.exec("DELETE FROM " + quoted(lake_alias) + "." + quoted(tenant) + "." + quoted(b.table));
    const std::vector<Json> &rows = part["rows"].items();
    for (size_t first = 0; first < rows.size(); first += rows_per_statement)
      write(engine, tenant, b, relation_of(b, rows, first, std::min(first + rows_per_statement, rows.size())), is_empty);
    total += static_cast<int64_t>(rows.size());
  }
  return total;
}

}  // namespace ducklake
