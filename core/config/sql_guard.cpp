#include "core/config/sql_guard.h"

#include <vector>

#include "core/base/text.h"
#include "core/config/sql_lexer.h"

namespace cvg {
namespace {

constexpr std::string_view writing_words[] = {
    "INSERT", "UPDATE",  "DELETE",  "MERGE",  "CREATE",   "DROP",     "ALTER",   "TRUNCATE", "ATTACH",  "DETACH", "COPY",
    "EXPORT", "IMPORT",  "INSTALL", "LOAD",   "PRAGMA",   "SET",      "RESET",   "CALL",     "USE",     "BEGIN",  "COMMIT",
    "ROLLBACK", "CHECKPOINT", "VACUUM", "ANALYZE", "GRANT", "REVOKE", "PREPARE", "EXECUTE",  "DEALLOCATE", "EXPLAIN", "FORCE"};

// Functions that reach files, other databases or the engine's own settings.
constexpr std::string_view outside_functions[] = {
    "read_csv",      "read_csv_auto",  "read_parquet",  "parquet_scan",    "parquet_metadata", "parquet_schema", "parquet_file_metadata",
    "parquet_kv_metadata", "parquet_bloom_probe", "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto",
    "read_ndjson",   "read_ndjson_auto", "read_ndjson_objects", "read_text", "read_blob",     "glob",           "sniff_csv",
    "sqlite_scan",   "sqlite_attach",  "sqlite_query",  "postgres_scan",   "postgres_query",   "postgres_attach", "iceberg_scan",
    "delta_scan",    "enable_logging", "disable_logging", "query",         "query_table",      "getenv",         "which_secret",
    "duckdb_secrets", "duckdb_logs",   "json_execute_serialized_sql", "arrow_scan", "arrow_scan_dumb", "ducklake_add_data_files",
    "ducklake_delete_orphaned_files", "ducklake_expire_snapshots", "ducklake_cleanup_old_files", "ducklake_set_option"};

// What the engine writes into each row that a step produces.
constexpr std::string_view engine_columns[] = {"x_tenant_id", "x_pipeline_id", "x_run_id", "x_run_date", "x_ingested_at", "x_source", "x_unit"};

template <std::size_t N>
bool is_one_of(const std::string& word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

Status refuse(std::string_view sql, std::size_t at, const std::string& what) {
  return Status(Code::config, fmt::format("line {}: {}", sql_line_at(sql, at), what));
}

// The tokens that count, without blanks and comments.
Result<std::vector<SqlToken>> tokens_of(std::string_view sql) {
  std::vector<SqlToken> tokens;
  SqlLexer lexer(sql);
  while (true) {
    CVG_ASSIGN(const SqlToken token, lexer.next());
    if (token.kind == SqlKind::end) return tokens;
    if (token.kind != SqlKind::space && token.kind != SqlKind::comment) tokens.push_back(token);
  }
}

bool is_symbol(const SqlToken& token, char c) { return token.kind == SqlKind::symbol && token.text[0] == c; }

// Parentheses match, no second statement, no function that reaches outside.
Status check_tokens(std::string_view sql, const std::vector<SqlToken>& tokens, bool statement) {
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const SqlToken& token = tokens[i];
    if (is_symbol(token, '(')) ++depth;
    if (is_symbol(token, ')') && --depth < 0) return refuse(sql, token.begin, "a parenthesis is closed that was not opened");
    if (is_symbol(token, ';') && (!statement || i + 1 < tokens.size())) {
      return refuse(sql, token.begin, "only one statement is allowed");
    }
    const bool called = i + 1 < tokens.size() && is_symbol(tokens[i + 1], '(');
    if (token.kind == SqlKind::word && is_symbol(i > 0 ? tokens[i - 1] : SqlToken(), '(') && !called) {
      const std::string word = upper_ascii(token.text);
      const bool begins_statement = i + 1 < tokens.size() && tokens[i + 1].kind == SqlKind::word && is_one_of(word, writing_words);
      if (begins_statement) return refuse(sql, token.begin, fmt::format("{} is not allowed: the SQL of a template is one SELECT", word));
    }
    if (!called) continue;
    std::string name = lower_ascii(token.text);
    if (token.kind == SqlKind::quoted_name) name = name.substr(1, name.size() - 2);
    else if (token.kind != SqlKind::word) continue;
    if (is_one_of(name, outside_functions)) {
      return refuse(sql, token.begin, fmt::format("the function {} is not allowed in a template", name));
    }
  }
  if (depth != 0) return refuse(sql, sql.size(), "a parenthesis is not closed");
  return {};
}

std::size_t after_parentheses(const std::vector<SqlToken>& tokens, std::size_t at) {
  int depth = 0;
  for (; at < tokens.size(); ++at) {
    if (is_symbol(tokens[at], '(')) ++depth;
    if (is_symbol(tokens[at], ')') && --depth == 0) return at + 1;
  }
  return at;
}

// Where the statement behind a WITH begins: after the last of its parenthesised queries.
std::size_t after_with(const std::vector<SqlToken>& tokens, std::size_t at) {
  for (; at < tokens.size(); ++at) {
    if (!is_symbol(tokens[at], '(')) continue;
    at = after_parentheses(tokens, at);
    if (at >= tokens.size()) return at;
    const std::string word = upper_ascii(tokens[at].text);
    // A column list before AS, options behind it, or another query follow; anything else is the statement.
    if (word != "AS" && word != "USING" && !is_symbol(tokens[at], ',')) return at;
  }
  return at;
}

}  // namespace

Status check_select(std::string_view sql) {
  CVG_ASSIGN(const std::vector<SqlToken> tokens, tokens_of(sql));
  if (tokens.empty()) return Status(Code::config, "line 1: the SQL is empty");
  std::size_t at = 0;
  while (at < tokens.size() && is_symbol(tokens[at], '(')) ++at;
  if (at < tokens.size() && upper_ascii(tokens[at].text) == "WITH") at = after_with(tokens, at + 1);
  while (at < tokens.size() && is_symbol(tokens[at], '(')) ++at;
  const std::string word = at < tokens.size() ? upper_ascii(tokens[at].text) : std::string();
  if (word != "SELECT" && word != "FROM" && word != "VALUES" && word != "WITH") {
    const std::size_t place = at < tokens.size() ? tokens[at].begin : sql.size();
    if (is_one_of(word, writing_words)) {
      return refuse(sql, place, fmt::format("{} is not allowed: the SQL of a template is one SELECT", word));
    }
    return refuse(sql, place, fmt::format("'{}' begins no SELECT: the SQL of a template is one SELECT, WITH, FROM or VALUES", word));
  }
  return check_tokens(sql, tokens, true);
}

Status check_condition(std::string_view sql) {
  CVG_ASSIGN(const std::vector<SqlToken> tokens, tokens_of(sql));
  if (tokens.empty()) return Status(Code::config, "line 1: the condition is empty");
  return check_tokens(sql, tokens, false);
}

Status check_no_engine_column(std::string_view sql) {
  CVG_ASSIGN(const std::vector<SqlToken> tokens, tokens_of(sql));
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (lower_ascii(tokens[i - 1].text) != "as") continue;
    std::string name = lower_ascii(tokens[i].text);
    if (tokens[i].kind == SqlKind::quoted_name) name = name.substr(1, name.size() - 2);
    if (!is_one_of(name, engine_columns)) continue;
    return Status(Code::config, fmt::format("the SQL names a column {}, which the engine writes itself into each row: choose another name", name));
  }
  return {};
}

}  // namespace cvg
