#include "staging.h"

namespace ducklake {

namespace {

Column *find(std::vector<Column> &columns, const std::string &name) {
  const std::string wanted = lower(name);
  for (Column &column : columns)
    if (lower(column.name) == wanted) return &column;
  return nullptr;
}

}  // namespace

std::vector<Column> table_columns(Engine &engine, const std::string &schema, std::string &name) {
  const auto rows = engine.rows(
      "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = " + literal(lake_alias) +
      " AND schema_name = " + literal(schema) + " AND lower(table_name) = " + literal(lower(name)) + " ORDER BY column_index");
  std::vector<Column> columns;
  for (const Row &row : rows) {
    name = row[0].value_or("");
    columns.push_back(Column{row[1].value_or(""), ColumnType::parse(row[2].value_or("")).text()});
  }
  return columns;
}

std::vector<Column> grown(const std::string &name, const std::vector<Column> &table, const std::vector<Column> &incoming,
                          bool freeze) {
  std::vector<Column> out = table;
  for (const Column &column : incoming) {
    Column *mine = find(out, column.name);
    const ColumnType given = ColumnType::parse(column.type);
    if (!mine) {
      if (freeze && !table.empty())
        throw Error(CVG_E_CONFIG, "the table " + name + " is frozen and has no column " + column.name);
      out.push_back(Column{column.name, given.base == "NULL" ? "VARCHAR" : column.type});
      continue;
    }
    const std::optional<ColumnType> both = unified(ColumnType::parse(mine->type), given);
    if (!both || (freeze && both->text() != mine->type))
      throw Error(CVG_E_CONFIG, "the column " + column.name + " is " + mine->type + " in the table " + name + " and " +
                                    column.type + " in what is written" + (both ? "; the table is frozen" : ""));
    mine->type = both->text();
  }
  return out;
}

}  // namespace ducklake
