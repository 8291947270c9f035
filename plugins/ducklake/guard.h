// Guard: what of a tenant's SQL may run in a session; its lists hold for pipelines too (pipeline_guard.h).  It reads the engine's own serialised syntax tree (json_serialize_sql),
// so there is no second SQL parser to disagree with the first.  Whitelists: catalogs, schemas, tables, table functions.
// Pure; any thread.  Throws convergence::Error(CVG_E_CONFIG or CVG_E_DENIED) with a text that the tenant may read.
#pragma once

#include <convergence/plugin.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ducklake {

// The names that a tenant may read, in lower case.
struct VisibleNames {
  std::string dataset;                                     // the tenant's schema
  std::set<std::pair<std::string, std::string>> relations;  // (schema, table or view)
  std::set<std::string> system_relations;                  // names that would resolve to the engine's own views
  // By engine column: the tables without a column of that name, where the engine would answer with its own.
  std::map<std::string, std::set<std::pair<std::string, std::string>>> lacking;
};

// Turns `a.b` of the BigQuery dialect into "a"."b", outside of literals, quoted names and comments.
std::string with_backticks_as_names(const std::string& sql);

// The statement without the semicolon, white space and comments at its end, so that it can stand in a subquery.
std::string without_end_mark(const std::string& sql);

// True when a semicolon stands between two statements.
bool has_several_statements(const std::string& sql);

// A sentence for statements that the engine cannot serialise (PIVOT, EXPLAIN, everything that is no SELECT), by their
// first keyword; throws always.
[[noreturn]] void refuse_statement(const std::string& sql);

// The columns that the engine adds to every table by itself and that tell of the server's files, in lower case.
const std::vector<std::string>& engine_columns();

// True for a table function that makes rows out of its arguments alone; the name in lower case.
bool offers_table_function(const std::string& name);

// True for a scalar function that reads or changes more than its arguments; the name in lower case.
bool refuses_function(const std::string& name);

// True for a name that the engine, when it knows no such table, might take for files.
bool may_name_files(const std::string& name);

// Refuses statements that the engine replaces by others while it parses, before anybody could check them.
void refuse_expanded(const std::string& sql);

// tree: the document that json_serialize_sql wrote.
void check_tree(const convergence::Json& tree, const VisibleNames& names);

}  // namespace ducklake
