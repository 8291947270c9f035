#include "core/model/tenant.h"

#include <algorithm>
#include <array>

#include "core/base/json.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t id_bytes_min = 3, id_bytes_max = 50;

// Schemas, databases and roles that mean something to an engine or to us.
constexpr std::array<std::string_view, 14> own_names{
    "tenants", "customers", "admin", "system", "information_schema", "main", "memory", "temp",
    "public", "postgres", "sqlite_master", "sqlite_schema", "duckdb", "ducklake"};

// Words that SQL:2016, DuckDB or BigQuery reserve.  Sorted.  Words too short for an id are not here.
constexpr auto sql_words = std::to_array<std::string_view>({
    "all", "alter", "analyse", "analyze", "and", "anti", "any", "array", "asc", "asof", "assert_rows_modified",
    "asymmetric", "attach", "authorization", "begin", "between", "binary", "boolean", "both", "case", "cast", "char",
    "check", "collate", "collation", "column", "columns", "commit", "concurrently", "connect", "constraint",
    "contains", "create", "cross", "cube", "current", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "cursor", "date", "decimal", "declare",
    "default", "deferrable", "define", "delete", "desc", "describe", "detach", "distinct", "double", "drop", "else",
    "end", "enum", "escape", "except", "exclude", "execute", "exists", "explain", "extract", "false", "fetch",
    "filter", "float", "following", "for", "foreign", "freeze", "from", "full", "function", "generated", "glob",
    "grant", "group", "grouping", "groups", "hash", "having", "ignore", "ilike", "index", "initially", "inner",
    "insert", "int", "integer", "intersect", "interval", "into", "isnull", "join", "lambda", "lateral", "leading",
    "left", "like", "limit", "localtime", "localtimestamp", "lookup", "map", "merge", "natural", "new", "not",
    "notnull", "null", "nulls", "numeric", "offset", "only", "open", "order", "outer", "over", "overlaps", "partition",
    "pivot", "pivot_longer", "pivot_wider", "placing", "position", "positional", "preceding", "primary", "procedure",
    "proto", "qualify", "range", "real", "recursive", "references", "reindex", "respect", "returning", "right",
    "rollback", "rollup", "row", "rows", "savepoint", "select", "semi", "session_user", "set", "show", "similar",
    "some", "struct", "summarize", "symmetric", "table", "tablesample", "text", "then", "time", "timestamp", "to_date",
    "trailing", "transaction", "treat", "trigger", "true", "try_cast", "unbounded", "union", "unique", "unnest",
    "unpivot", "update", "user", "using", "vacuum", "values", "varchar", "variadic", "verbose", "view", "when",
    "where", "window", "with"});
static_assert(std::is_sorted(sql_words.begin(), sql_words.end()));

Status wrong_id(std::string issue) {
  return Status(Code::invalid, "tenant_id " + issue)
      .with_detail_json(Json::object().set("field", "tenant_id").set("issue", issue).dump());
}

bool is_id_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Status check_tenant_id_format(std::string_view id) {
  if (id.size() < id_bytes_min || id.size() > id_bytes_max)
    return wrong_id(fmt::format("must have {} to {} characters", id_bytes_min, id_bytes_max));
  if (!std::all_of(id.begin(), id.end(), is_id_letter))
    return wrong_id("may hold only letters, digits and underscores");
  return Status();
}

Status check_tenant_id_reserved(std::string_view id) {
  const std::string lower = lower_tenant_id(id);
  if (lower.starts_with("pg_")) return wrong_id("may not begin with pg_: such names are reserved");
  if (lower.starts_with("__")) return wrong_id("may not begin with two underscores: such names are reserved");
  if (lower.starts_with("sqlite_")) return wrong_id("may not begin with sqlite_: such names are reserved");
  if (std::find(own_names.begin(), own_names.end(), lower) != own_names.end())
    return wrong_id(fmt::format("may not be {}: the name is reserved", lower));
  if (std::binary_search(sql_words.begin(), sql_words.end(), lower))
    return wrong_id(fmt::format("may not be {}: SQL reserves the word", lower));
  return Status();
}

Status suspended_status(std::string_view display_id) {
  return Status(Code::denied, fmt::format("Tenant '{}' is suspended.", display_id)).with_detail_json(R"({"code":"TENANT_SUSPENDED"})");
}

std::string lower_tenant_id(std::string_view id) { return lower_ascii(id); }

}  // namespace cvg
