// Checks of the table as a whole: its number of rows, its columns and their types, rows that a query finds.
#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include <algorithm>

#include "compile.h"
#include "predicate.h"

namespace dq {
namespace {

using convergence::Json;

Measured decided(bool success, Json value) {
  Measured m;
  m.decided = true;
  m.success = success;
  m.value = std::move(value);
  return m;
}

std::vector<std::string> texts(const Json &list) {
  std::vector<std::string> out;
  for (const Json &v : list.items()) out.push_back(v.text());
  if (list.is_string()) out.push_back(list.text());
  return out;
}

// The table's own columns, and of the lineage those that the expectation names.
std::vector<std::string> names_of(const Table &table, const std::vector<std::string> &asked) {
  std::vector<std::string> out;
  for (const Column &c : table.columns)
    if (!is_lineage(c.name) || std::find(asked.begin(), asked.end(), c.name) != asked.end()) out.push_back(c.name);
  return out;
}

Json json_of(const std::vector<std::string> &names) {
  Json out = Json::array();
  for (const std::string &n : names) out.push(n);
  return out;
}

}  // namespace

Measured Compiler::table_check(const Check &check) {
  switch (check.type->kind) {
    case Kind::row_count_between:
    case Kind::row_count_equal:
    case Kind::row_count_other_table:
    case Kind::rows_accounted: return row_count(check);
    case Kind::unexpected_rows: return unexpected_rows(check);
    default: return schema(check);
  }
}

Measured Compiler::row_count(const Check &check) {
  const std::string count = "count(*)" + filter(check.condition);
  Measured m;
  m.observed = statement_.rows(count);
  switch (check.type->kind) {
    case Kind::row_count_between: m.ok = statement_.rows(in_bounds(check, count, "BIGINT")); break;
    case Kind::row_count_equal: m.ok = statement_.rows("(" + count + " = " + check.text("value") + ")"); break;
    case Kind::rows_accounted: {
      const std::string rejected = check.kwargs.find("rows_rejected") ? check.text("rows_rejected") : "0";
      m.ok = statement_.rows("(" + count + " + " + rejected + " = " + check.text("rows_in") + ")");
      break;
    }
    default:
      m.ok = statement_.scalar("((SELECT " + count + " FROM r) = (SELECT count(*) FROM (" +
                               around_.relation(check.text("other_table_name")) + ")))");
  }
  return m;
}

Measured Compiler::schema(const Check &check) {
  const Kind kind = check.type->kind;
  if (kind == Kind::of_type || kind == Kind::in_type_list) {
    const Column &c = column(check.text("column"));
    const std::vector<std::string> wanted = texts(check.kwargs[kind == Kind::of_type ? "type_" : "type_list"]);
    return decided(std::any_of(wanted.begin(), wanted.end(), [&c](const std::string &w) { return is_of_type(c.type, w); }), c.type);
  }
  if (kind == Kind::column_exists) {
    const std::vector<std::string> names = names_of(table_, {check.text("column")});
    const Column *c = table_.find(check.text("column"));
    if (!c) return decided(false, Json());
    const int64_t at = std::find(names.begin(), names.end(), c->name) - names.begin();
    return decided(!check.kwargs.find("column_index") || check.kwargs["column_index"].integer() == at, at);
  }
  const std::vector<std::string> asked = texts(check.kwargs[kind == Kind::columns_set ? "column_set" : "column_list"]);
  std::vector<std::string> names = names_of(table_, asked);
  const int64_t count = static_cast<int64_t>(names.size());
  if (kind == Kind::column_count_equal) return decided(count == check.kwargs["value"].integer(), count);
  if (kind == Kind::column_count_between) {
    const Json &least = check.kwargs["min_value"], &most = check.kwargs["max_value"];
    return decided((least.is_null() || count >= least.integer()) && (most.is_null() || count <= most.integer()), count);
  }
  const Json observed = json_of(names);
  if (kind == Kind::columns_ordered) return decided(names == asked, observed);
  std::vector<std::string> wanted = asked;
  std::sort(names.begin(), names.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  const bool exact = check.flag("exact_match", true);
  return decided(exact ? names == wanted : std::includes(names.begin(), names.end(), wanted.begin(), wanted.end()), observed);
}

// The query reads the rows under test as {batch} (Great Expectations' word), batch or input.
Measured Compiler::unexpected_rows(const Check &check) {
  std::string query = check.text("unexpected_rows_query");
  for (std::size_t at = query.find("{batch}"); at != std::string::npos; at = query.find("{batch}", at)) query.replace(at, 7, "batch");
  const std::string rows = "(WITH batch AS NOT MATERIALIZED (SELECT * FROM r" + where(check.condition) +
                           "), input AS NOT MATERIALIZED (SELECT * FROM batch) SELECT * FROM " + convergence::sql_subquery(query) + ")";
  Measured m;
  m.observed = statement_.scalar("(SELECT count(*) FROM " + rows + ")");
  m.ok = statement_.scalar("(SELECT count(*) = 0 FROM " + rows + ")");
  m.sample = "SELECT CAST(t AS VARCHAR) FROM " + rows + " AS t";
  return m;
}

}  // namespace dq
