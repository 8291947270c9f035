#include "host/routes/query_routes.h"

#include <algorithm>

#include "core/base/field_problems.h"
#include "core/base/text.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::int64_t rows_default = 1000;

// Of the formats that are files; empty for others.
std::string content_type_of(std::string_view format) {
  if (format == "csv") return "text/csv; charset=utf-8";
  if (format == "arrow") return "application/vnd.apache.arrow.stream";
  return format == "parquet" ? "application/vnd.apache.parquet" : "";
}

Result<SessionQuery> read_query(const RouteContext& context) {
  const RouteSettings& settings = context.services.settings;
  FieldProblems problems;
  problems.add_unknown(context.body, {"sql", "max_rows", "format"});
  SessionQuery query;
  query.tenant_id = context.principal->tenant.id;
  query.display_id = context.principal->tenant.display_id;
  const Json& sql = context.body["sql"];
  if (!sql.is_string() || trim(sql.text()).empty()) problems.add("sql", "must be the text of one SELECT");
  if (static_cast<std::int64_t>(sql.text().size()) > settings.sql_bytes_max)
    problems.add("sql", fmt::format("may have {} bytes at most", settings.sql_bytes_max));
  query.sql = sql.text();
  const Json& format = context.body["format"];
  query.format = format.is_null() ? "json" : lower_ascii(format.text());
  if (query.format != "json" && content_type_of(query.format).empty())
    problems.add("format", "must be json, csv, arrow or parquet");
  const Json& rows = context.body["max_rows"];
  query.max_rows = std::min(rows_default, settings.query_rows_max);
  if (!rows.is_null() && (!rows.is_number() || !parse_integer(rows.text(), query.max_rows) || query.max_rows < 1 ||
                          query.max_rows > settings.query_rows_max))
    problems.add("max_rows", fmt::format("must be a number between 1 and {}", settings.query_rows_max));
  CVG_RETURN_IF_ERROR(problems.status());
  return query;
}

// The session's text is an object with columns and rows; the counts join it without reading it again.
Response json_answer(SessionAnswer answer) {
  Response response;
  response.body = std::move(answer.body);
  if (!response.body.empty() && response.body.back() == '}') response.body.pop_back();
  response.body += fmt::format(",\"row_count\":{},\"truncated\":{},\"duration_ms\":{}}}", answer.row_count,
                               answer.truncated, answer.duration_ms);
  return response;
}

// CSV, Arrow and Parquet: the counts stand in headers.
Response file_answer(SessionAnswer answer, std::string content_type) {
  Response response;
  response.content_type = std::move(content_type);
  response.body = std::move(answer.body);
  response.with("X-Row-Count", std::to_string(answer.row_count));
  return std::move(response.with("X-Truncated", answer.truncated ? "true" : "false"));
}

}  // namespace

Result<Response> post_query(RouteContext& context) {
  CVG_ASSIGN(const SessionQuery query, read_query(context));
  CVG_ASSIGN(SessionAnswer answer, context.services.sessions.query(query));
  if (query.format == "json") return json_answer(std::move(answer));
  return file_answer(std::move(answer), content_type_of(query.format));
}

}  // namespace cvg
