#include "guard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace ducklake {
namespace {

using convergence::Error;
using convergence::Json;

// Table functions that make rows out of their arguments alone.
constexpr std::array<std::string_view, 7> table_functions{"range",       "generate_series", "unnest", "json_each",
                                                          "json_tree",   "repeat",          "repeat_row"};

// Scalar functions that read or change more than their arguments; a name that ends in '*' is a prefix.
constexpr std::array<std::string_view, 16> refused_functions{
    "current_setting", "write_log",  "getvariable", "setvariable",    "getenv",       "query*",     "duckdb_*",   "pg_*",
    "json_execute*",   "json_serialize_plan", "nextval", "currval", "in_search_path", "parse_log*", "ducklake_*", "sqlite_*"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_refused(const std::string& name) {
  return std::any_of(refused_functions.begin(), refused_functions.end(), [&](std::string_view rule) {
    if (rule.back() != '*') return name == rule;
    rule.remove_suffix(1);
    return std::string_view(name).substr(0, rule.size()) == rule;
  });
}

class Walk {
 public:
  explicit Walk(const VisibleNames& names) : names_(names) {}

  void run(const Json& tree) {
    collect_ctes(tree);
    visit(tree);
  }

 private:
  // A CTE may be read without a schema wherever it stands; hence it must not bear the name of an engine's own view.
  void collect_ctes(const Json& node) {
    if (node.is_array())
      for (const Json& item : node.items()) collect_ctes(item);
    if (!node.is_object()) return;
    if (const Json* map = node.find("cte_map"); map && map->is_object())
      for (const Json& entry : (*map)["map"].items()) add_cte(entry["key"].text());
    if (node["type"].text() == "RECURSIVE_CTE_NODE" || node["type"].text() == "CTE_NODE") {
      for (const char* member : {"cte_name", "ctename"})
        if (!node[member].text().empty()) add_cte(node[member].text());
    }
    for (const Json::Member& member : node.members()) collect_ctes(member.second);
  }
  void add_cte(const std::string& name) {
    const std::string key = lower(name);
    if (names_.system_relations.count(key))
      throw Error(CVG_E_CONFIG, "WITH " + name + ": this name is reserved by the engine; choose another");
    ctes_.insert(key);
  }

  void visit(const Json& node) {
    if (node.is_array())
      for (const Json& item : node.items()) visit(item);
    if (!node.is_object()) return;
    const std::string& type = node["type"].text();
    const std::string& kind = node["class"].text();
    if (type == "BASE_TABLE") check_table(node);
    if (type == "TABLE_FUNCTION") check_table_function(node);
    if (type == "SHOW_REF") check_show(node);
    if (kind == "FUNCTION" || kind == "WINDOW") check_function(node);
    for (const Json::Member& member : node.members()) visit(member.second);
  }

  void check_table(const Json& node) {
    const std::string& table = node["table_name"].text();
    const std::string schema = lower(node["schema_name"].text());
    if (!node["catalog_name"].text().empty())
      throw Error(CVG_E_DENIED, "table " + node["catalog_name"].text() + "." + node["schema_name"].text() + "." + table +
                                    ": a name has at most two parts here, schema and table");
    if (schema.empty() && ctes_.count(lower(table))) return;
    const std::string& in = schema.empty() ? names_.dataset : schema;
    if (names_.relations.count({in, lower(table)})) return;
    const std::string shown = (schema.empty() ? "" : node["schema_name"].text() + ".") + table;
    throw Error(CVG_E_NOT_FOUND, "there is no table or view " + shown + " in this dataset; SHOW TABLES lists what there is");
  }

  void check_table_function(const Json& node) {
    const std::string name = lower(node["function"]["function_name"].text());
    if (std::find(table_functions.begin(), table_functions.end(), name) == table_functions.end())
      throw Error(CVG_E_DENIED, "the table function " + name + " is not offered here");
  }

  void check_show(const Json& node) {
    const std::string name = lower(node["table_name"].text());
    if (node["query"].is_object()) return;  // DESCRIBE or SUMMARIZE of a query: its tables are checked as any
    if (name == "\"tables\"" && node["catalog_name"].text().empty() && node["schema_name"].text().empty()) return;
    throw Error(CVG_E_DENIED, "of the SHOW statements only SHOW TABLES and DESCRIBE are offered here");
  }

  void check_function(const Json& node) {
    const std::string name = lower(node["function_name"].text());
    if (is_refused(name)) throw Error(CVG_E_DENIED, "the function " + name + " is not offered here");
  }

  const VisibleNames& names_;
  std::set<std::string> ctes_;
};

// Where the lexical element that begins at i ends: a literal, a quoted name or a comment; i itself for anything else.
std::size_t skip_element(const std::string& sql, std::size_t i) {
  const char c = sql[i];
  if (c == '\'' || c == '"') {
    for (std::size_t j = i + 1; j < sql.size(); ++j)
      if (sql[j] == c) {
        if (j + 1 < sql.size() && sql[j + 1] == c) ++j;
        else return j + 1;
      }
    return sql.size();
  }
  if (sql.compare(i, 2, "--") == 0) {
    const std::size_t end = sql.find('\n', i);
    return end == std::string::npos ? sql.size() : end;
  }
  if (sql.compare(i, 2, "/*") == 0) {
    const std::size_t end = sql.find("*/", i + 2);
    return end == std::string::npos ? sql.size() : end + 2;
  }
  return i;
}

// One backticked path as quoted names.
std::string quoted_path(const std::string& path) {
  std::string out = "\"";
  for (const char c : path) {
    if (c == '.') out += "\".\"";
    else if (c == '"') out += "\"\"";
    else out += c;
  }
  return out + "\"";
}

}  // namespace

std::string with_backticks_as_names(const std::string& sql) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    if (const std::size_t end = skip_element(sql, i); end != i) {
      out.append(sql, i, end - i);
      i = end;
    } else if (sql[i] == '`') {
      const std::size_t close = sql.find('`', i + 1);
      if (close == std::string::npos) throw Error(CVG_E_CONFIG, "a backtick is not closed");
      out += quoted_path(sql.substr(i + 1, close - i - 1));
      i = close + 1;
    } else {
      out += sql[i++];
    }
  }
  return out;
}

std::string without_end_mark(const std::string& sql) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < sql.size();) {
    const bool comment = sql.compare(i, 2, "--") == 0 || sql.compare(i, 2, "/*") == 0;
    const std::size_t next = std::max(skip_element(sql, i), i + 1);
    const bool blank = comment || sql[i] == ';' || std::isspace(static_cast<unsigned char>(sql[i]));
    if (!blank) end = next;
    i = next;
  }
  return sql.substr(0, end);
}

bool has_several_statements(const std::string& sql) {
  const std::string text = without_end_mark(sql);
  for (std::size_t i = 0; i < text.size(); i = std::max(skip_element(text, i), i + 1))
    if (text[i] == ';') return true;
  return false;
}

void refuse_statement(const std::string& sql) {
  std::size_t i = 0;
  while (i < sql.size()) {
    const std::size_t end = skip_element(sql, i);
    if (end != i) i = end;
    else if (std::isalpha(static_cast<unsigned char>(sql[i]))) break;
    else ++i;
  }
  std::string word;
  for (; i < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[i])) || sql[i] == '_') && word.size() < 32; ++i)
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[i])));
  throw Error(CVG_E_DENIED, (word.empty() ? std::string("this statement") : word) +
                                " is not offered here: a query is one SELECT, DESCRIBE, SUMMARIZE or SHOW TABLES");
}

void check_tree(const Json& tree, const VisibleNames& names) {
  const Json& statements = tree["statements"];
  if (statements.size() != 1) throw Error(CVG_E_CONFIG, "send one statement at a time");
  Walk(names).run(statements);
}

}  // namespace ducklake
