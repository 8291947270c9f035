#include "pipeline_guard.h"

#include <algorithm>

#include "guard.h"

namespace ducklake {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

[[noreturn]] void refuse(const std::string &what) {
  throw Error(CVG_E_CONFIG, what + ": the SQL of a pipeline reads the tables of its tenant, files come through ingest steps");
}

// The engine's own views, which are found without a schema.
bool is_engine_view(const std::string &table) {
  static const char *const prefixes[] = {"duckdb_", "pragma_", "sqlite_", "pg_"};
  return std::any_of(std::begin(prefixes), std::end(prefixes), [&](const char *prefix) { return table.rfind(prefix, 0) == 0; });
}

void check_table(const Json &node, const std::string &dataset) {
  const std::string &table = node["table_name"].text(), &catalog = node["catalog_name"].text();
  const std::string schema = lower(node["schema_name"].text());
  if (may_name_files(table)) refuse("FROM '" + table.substr(table.find_last_of("/\\") + 1) + "' would read a file");
  if (!catalog.empty()) refuse("table " + catalog + "." + schema + "." + table + ": a name has at most two parts here, schema and table");
  const bool own = schema.empty() || schema == dataset || schema == "tenants" || schema == "customers";
  if (!own) refuse("table " + schema + "." + table + " is not of this dataset");
  if (schema.empty() && is_engine_view(lower(table))) refuse("table " + table + " is the engine's own");
}

void visit(const Json &node, const std::string &dataset) {
  for (const Json &item : node.items()) visit(item, dataset);
  if (!node.is_object()) return;
  const std::string &type = node["type"].text(), &kind = node["class"].text();
  if (type == "BASE_TABLE") check_table(node, dataset);
  if (type == "TABLE_FUNCTION" && !offers_table_function(lower(node["function"]["function_name"].text())))
    refuse("the table function " + node["function"]["function_name"].text() + " is not offered");
  if ((kind == "FUNCTION" || kind == "WINDOW") && type != "TABLE_FUNCTION" && refuses_function(lower(node["function_name"].text())))
    refuse("the function " + node["function_name"].text() + " is not offered");
  for (const auto &[name, member] : node.members()) visit(member, dataset);
}

}  // namespace

void check_pipeline_sql(Engine &engine, const std::string &dataset, const std::string &sql) {
  const std::vector<Row> rows = engine.rows("SELECT CAST(system.main.json_serialize_sql(" + literal(sql) + ") AS VARCHAR)");
  const Json tree = Json::parse(rows.at(0).at(0).value_or("{}"));
  if (tree["error"].boolean(true)) {
    if (tree["error_type"].text() == "parser") return;
    throw Error(CVG_E_CONFIG, "the SQL of a pipeline is one SELECT, WITH, FROM or VALUES; write PIVOT with its values: PIVOT table ON column IN ('a', 'b')");
  }
  visit(tree["statements"], dataset);
}

}  // namespace ducklake
