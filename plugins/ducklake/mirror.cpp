#include "mirror.h"

#include <algorithm>

#include "dataset_schema.h"
#include "staging.h"

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

Batch batch_of(Engine &engine, const std::string &tenant, const Json &j) {
  Batch b;
  b.table = j["table"].text();
  const std::vector<std::string> known = dataset_tables();
  if (std::find(known.begin(), known.end(), b.table) == known.end())
    throw Error(CVG_E_CONFIG, "the mirror knows no table " + b.table);
  for (const Json &key : j["keys"].items()) b.keys.push_back(key.text());
  const std::vector<Column> table = table_columns(engine, tenant, b.table);
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

std::string merge_statement(const std::string &tenant, const Batch &b, const std::vector<Json> &rows, size_t first, size_t last) {
  std::string values, select, match, update, names, given;
  for (size_t r = first; r < last; ++r) {
    if (rows[r].size() != b.columns.size())
      throw Error(CVG_E_CONFIG, "a row of the mirror of " + b.table + " has " + std::to_string(rows[r].size()) + " values");
    values += r > first ? ", (" : "(";
    for (size_t c = 0; c < b.columns.size(); ++c) values += (c ? ", " : "") + value_text(rows[r].items()[c]);
    values += ")";
  }
  std::string positions;
  for (size_t c = 0; c < b.columns.size(); ++c) {
    const std::string name = quoted(b.columns[c]), comma = c ? ", " : "";
    positions += comma + "c" + std::to_string(c);
    select += comma + "CAST(c" + std::to_string(c) + " AS " + b.types[c] + ") AS " + name;
    names += comma + name;
    given += comma + "s." + name;
    if (std::find(b.keys.begin(), b.keys.end(), b.columns[c]) == b.keys.end())
      update += (update.empty() ? "" : ", ") + name + " = s." + name;
  }
  for (const std::string &key : b.keys)
    match += (match.empty() ? "" : " AND ") + ("t." + quoted(key) + " IS NOT DISTINCT FROM s." + quoted(key));
  std::string sql = "MERGE INTO " + quoted(lake_alias) + "." + quoted(tenant) + "." + quoted(b.table) + " AS t USING (SELECT " +
                    select + " FROM (VALUES " + values + ") v(" + positions + ")) AS s ON (" + match + ")";
  if (!update.empty()) sql += " WHEN MATCHED THEN UPDATE SET " + update;
  return sql + " WHEN NOT MATCHED THEN INSERT (" + names + ") VALUES (" + given + ")";
}

}  // namespace

int64_t mirror(Engine &engine, const std::string &tenant, const Json &batch) {
  int64_t total = 0;
  for (const Json &part : batch["tables"].items()) {
    const Batch b = batch_of(engine, tenant, part);
    const std::vector<Json> &rows = part["rows"].items();
    for (size_t first = 0; first < rows.size(); first += rows_per_statement)
      engine.exec(merge_statement(tenant, b, rows, first, std::min(first + rows_per_statement, rows.size())));
    total += static_cast<int64_t>(rows.size());
  }
  return total;
}

}  // namespace ducklake
