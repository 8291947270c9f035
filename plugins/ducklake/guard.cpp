#include "guard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <vector>

namespace ducklake {
namespace {

using convergence::Error;
using convergence::Json;

// Table functions that make rows out of their arguments alone.
constexpr std::array<std::string_view, 7> table_functions{"range",       "generate_series", "unnest", "json_each",
                                                          "json_tree",   "repeat",          "repeat_row"};

// Scalar functions that read or change more than their arguments; a name that ends in '*' is a prefix.
constexpr std::array<std::string_view, 23> refused_functions{
    "current_setting", "write_log",  "getvariable", "setvariable",    "getenv",       "query*",     "duckdb_*",   "pg_*",
    "json_execute*",   "json_serialize_plan", "nextval", "currval", "in_search_path", "parse_log*", "ducklake_*", "sqlite_*",
    "current_query*",  "current_database",    "current_catalog", "current_schema*", "txid_current", "sleep_ms",  "stats"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

bool offers_table_function(const std::string& name) {
  return std::find(table_functions.begin(), table_functions.end(), name) != table_functions.end();
}

bool refuses_function(const std::string& name) {
  return std::any_of(refused_functions.begin(), refused_functions.end(), [&](std::string_view rule) {
    if (rule.back() != '*') return name == rule;
    rule.remove_suffix(1);
    return std::string_view(name).substr(0, rule.size()) == rule;
  });
}

bool may_name_files(const std::string& name) { return name.find_first_of("/\\.*?[") != std::string::npos; }

namespace {

// Follows the scopes as the engine does: a CTE is seen by the later ones of its WITH, by the statement that the WITH
// stands before, and by all that is nested there; by itself only in the recursive part. What is no visible CTE must be a
// table, for the engine looks for files and inner tables under any other name.
class Walk {
 public:
  explicit Walk(const VisibleNames& names) : names_(names) {}

  void visit(const Json& node) {
    if (node.is_array())
      for (const Json& item : node.items()) visit(item);
    if (!node.is_object()) return;
    check(node);
    for (const char* list : {"column_names", "using_columns"})
      for (const Json& name : node[list].items()) note_column(lower(name.text()));
    const std::size_t outside = ctes_.size();
    if (const Json* map = node.find("cte_map"))
      for (const Json& entry : (*map)["map"].items()) {
        visit(entry["value"]);
        ctes_.push_back(cte_name(entry["key"].text()));
      }
    const bool recursive = node["type"].text() == "RECURSIVE_CTE_NODE";
    for (const auto& [name, member] : node.members()) {
      if (name == "cte_map") continue;
      if (recursive && name == "right") visit_recursive(node["cte_name"].text(), member);
      else visit(member);
    }
    ctes_.resize(outside);
  }

  // A column of the statement's own may bear such a name where no table that is read could answer with the engine's.
  void check_engine_columns() const {
    for (const std::string& column : engine_columns_) {
      const auto lacking = names_.lacking.find(column);
      if (lacking == names_.lacking.end()) continue;
      for (const auto& table : tables_)
        if (lacking->second.count(table))
          throw Error(CVG_E_DENIED, "the column " + column + " is the engine's own and not offered here: " + table.second +
                                        " has no column of that name");
    }
  }

 private:
  void visit_recursive(const std::string& name, const Json& member) {
    ctes_.push_back(cte_name(name));
    visit(member);
    ctes_.pop_back();
  }

  // A CTE must not bear the name of an engine's own view either, for it is read without a schema.
  std::string cte_name(const std::string& name) const {
    if (may_name_files(name)) throw Error(CVG_E_CONFIG, "WITH " + name + ": a name here may hold none of / \\ . * ? [; choose another");
    std::string key = lower(name);
    if (names_.system_relations.count(key))
      throw Error(CVG_E_CONFIG, "WITH " + name + ": this name is reserved by the engine; choose another");
    return key;
  }

  void check(const Json& node) {
    const std::string& type = node["type"].text();
    const std::string& kind = node["class"].text();
    if (type == "BASE_TABLE") check_table(node);
    if (type == "TABLE_FUNCTION") check_table_function(node);
    if (type == "SHOW_REF") check_show(node);
    if (kind == "FUNCTION" || kind == "WINDOW") check_function(node);
    if (kind == "COLUMN_REF" && node["column_names"].size() == 1) check_word(lower(node["column_names"].items()[0].text()));
  }

  void note_column(const std::string& name) {
    const std::vector<std::string>& all = engine_columns();
    if (std::find(all.begin(), all.end(), name) != all.end()) engine_columns_.insert(name);
  }

  void check_table(const Json& node) {
    const std::string& table = node["table_name"].text();
    const std::string schema = lower(node["schema_name"].text());
    if (!node["catalog_name"].text().empty())
      throw Error(CVG_E_DENIED, "table " + node["catalog_name"].text() + "." + node["schema_name"].text() + "." + table +
                                    ": a name has at most two parts here, schema and table");
    if (schema.empty() && std::find(ctes_.begin(), ctes_.end(), lower(table)) != ctes_.end()) return;
    const std::string& in = schema.empty() ? names_.dataset : schema;
    if (names_.relations.count({in, lower(table)}) && !may_name_files(table)) {
      tables_.emplace(in, lower(table));
      return;
    }
    const std::string shown = (schema.empty() ? "" : node["schema_name"].text() + ".") + table;
    throw Error(CVG_E_NOT_FOUND, "there is no table or view " + shown + " in this dataset; SHOW TABLES lists what there is");
  }

  void check_table_function(const Json& node) const {
    const std::string name = lower(node["function"]["function_name"].text());
    if (!offers_table_function(name))
      throw Error(CVG_E_DENIED, "the table function " + name + " is not offered here");
  }

  void check_show(const Json& node) const {
    const std::string name = lower(node["table_name"].text());
    if (node["query"].is_object()) return;  // DESCRIBE or SUMMARIZE of a query: its tables are checked as any
    if (name == "\"tables\"" && node["catalog_name"].text().empty() && node["schema_name"].text().empty()) return;
    throw Error(CVG_E_DENIED, "of the SHOW statements only SHOW TABLES and DESCRIBE are offered here");
  }

  void check_function(const Json& node) const {
    const std::string name = lower(node["function_name"].text());
    if (refuses_function(name)) throw Error(CVG_E_DENIED, "the function " + name + " is not offered here");
  }

  // Where no column bears it, the engine takes such a word for a function without parentheses.
  static void check_word(const std::string& name) {
    if (name == "current_catalog" || name == "current_database") throw Error(CVG_E_DENIED, "the function " + name + " is not offered here");
  }

  const VisibleNames& names_;
  std::vector<std::string> ctes_;  // those visible here, in lower case
  std::set<std::pair<std::string, std::string>> tables_;  // that are read anywhere in the statement
  std::set<std::string> engine_columns_;  // that are named anywhere in it
};

bool continues_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || (c & 0x80) != 0; }

// Behind the closing mark of what is quoted from i on. A doubled mark stands for itself; so does one behind a backslash
// in E'...'.
std::size_t end_of_quoted(const std::string& sql, std::size_t i) {
  const char mark = sql[i];
  const bool escapes = mark == '\'' && i > 0 && (sql[i - 1] == 'e' || sql[i - 1] == 'E') && (i == 1 || !continues_name(sql[i - 2]));
  for (std::size_t j = i + 1; j < sql.size(); ++j) {
    if (escapes && sql[j] == '\\') ++j;
    else if (sql[j] == mark && j + 1 < sql.size() && sql[j + 1] == mark) ++j;
    else if (sql[j] == mark) return j + 1;
  }
  return sql.size();
}

// Behind $$...$$ or $tag$...$tag$; i itself when none begins there.
std::size_t end_of_dollar_quoted(const std::string& sql, std::size_t i) {
  if (i > 0 && continues_name(sql[i - 1])) return i;
  std::size_t tag = i + 1;
  while (tag < sql.size() && sql[tag] != '$' && continues_name(sql[tag])) ++tag;
  if (tag == sql.size() || sql[tag] != '$' || std::isdigit(static_cast<unsigned char>(sql[i + 1]))) return i;
  const std::string mark = sql.substr(i, tag + 1 - i);
  const std::size_t end = sql.find(mark, tag + 1);
  return end == std::string::npos ? sql.size() : end + mark.size();
}

// Comments of this kind nest.
std::size_t end_of_block_comment(const std::string& sql, std::size_t i) {
  std::size_t depth = 0;
  for (; i < sql.size(); ++i) {
    if (sql.compare(i, 2, "/*") == 0) ++depth, ++i;
    else if (sql.compare(i, 2, "*/") == 0 && (++i, --depth) == 0) return i + 1;
  }
  return sql.size();
}

// Where the lexical element that begins at i ends: a literal, a quoted name or a comment; i itself for anything else.
std::size_t skip_element(const std::string& sql, std::size_t i) {
  const char c = sql[i];
  if (c == '\'' || c == '"') return end_of_quoted(sql, i);
  if (c == '$') return end_of_dollar_quoted(sql, i);
  if (sql.compare(i, 2, "--") == 0) {
    const std::size_t end = sql.find('\n', i);
    return end == std::string::npos ? sql.size() : end;
  }
  return sql.compare(i, 2, "/*") == 0 ? end_of_block_comment(sql, i) : i;
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

// In capitals; empty when there is none.
std::string first_word(const std::string& sql) {
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
  return word;
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

const std::vector<std::string>& engine_columns() {
  static const std::vector<std::string> all{"filename", "file_row_number", "file_index"};
  return all;
}

void refuse_expanded(const std::string& sql) {
  const std::string word = first_word(sql);
  if (word == "IMPORT" || word == "EXPORT" || word == "PRAGMA") refuse_statement(sql);
}

void refuse_statement(const std::string& sql) {
  const std::string word = first_word(sql);
  throw Error(CVG_E_DENIED, (word.empty() ? std::string("this statement") : word) +
                                " is not offered here: a query is one SELECT, DESCRIBE, SUMMARIZE or SHOW TABLES");
}

void check_tree(const Json& tree, const VisibleNames& names) {
  const Json& statements = tree["statements"];
  if (statements.size() != 1) throw Error(CVG_E_CONFIG, "send one statement at a time");
  Walk walk(names);
  walk.visit(statements);
  walk.check_engine_columns();
}

}  // namespace ducklake
