#include "host/routes/openapi.h"

#include <array>
#include <vector>

#include "core/base/text.h"
#include "host/http/error_body.h"
#include "host/http/response.h"
#include "host/routes/examples.h"
#include "host/routes/routes.h"
#include "host/routes/schemas.h"

namespace cvg {
namespace {

struct QueryParameter {
  std::string_view operation_id, name, type, doc;
};
constexpr auto query_parameters = std::to_array<QueryParameter>({
    {"run_pipeline", "dry_run", "boolean", "Store nothing; answer what would be executed"},
    {"get_run_logs", "limit", "integer", "1 to 1000, 100 by default"},
    {"get_run_logs", "cursor", "integer", "X-Next-Cursor of the previous page"},
    {"list_runs", "pipeline_id", "string", "Only runs of this pipeline"},
    {"list_runs", "status", "string", "PENDING, RUNNING, COMPLETE or FAILED"},
    {"list_runs", "from", "date-time", "Accepted at or after"},
    {"list_runs", "to", "date-time", "Accepted before"},
    {"list_runs", "limit", "integer", "1 to 100, 20 by default"},
    {"list_runs", "cursor", "string", "X-Next-Cursor of the previous page"},
    {"list_tenants", "status", "string", "ACTIVE or SUSPENDED"},
    {"list_tenants", "plan", "string", "Only tenants of this plan"},
    {"list_tenants", "limit", "integer", "1 to 1000, 100 by default"},
    {"list_tenants", "cursor", "string", "X-Next-Cursor of the previous page"},
    {"list_audit", "tenant_id", "string", "Only what is about this tenant"},
    {"list_audit", "action", "string", "Only this action, for example key.rotate"},
    {"list_audit", "from", "date-time", "At or after"},
    {"list_audit", "to", "date-time", "At or before"},
    {"list_audit", "limit", "integer", "1 to 1000, 100 by default"},
    {"list_audit", "cursor", "string", "X-Next-Cursor of the previous page"},
    {"list_webhook_deliveries", "status", "string", "WAITING, DELIVERED or FAILED"},
    {"list_webhook_deliveries", "limit", "integer", "1 to 100, 20 by default"},
    {"list_schedules", "is_active", "boolean", "Only active or only inactive ones"},
    {"trigger_schedules", "limit", "integer", "Schedules at once, 1 to 1000, 100 by default"},
    {"process_queue", "max", "integer", "Runs at once, 1 to 100, 1 by default"},
});

// Of replies that are no JSON: operation, media type.
constexpr auto other_media_types = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"get_dashboard", "text/html"},
    {"get_docs", "text/html"},
    {"get_docs_file", "application/octet-stream"},
    {"get_metrics", "text/plain"},
    {"export_tenant", "application/x-tar"},
    {"get_run_events", "text/event-stream"},
});

Json other_content(const Route& route) {
  for (const auto& [operation, media_type] : other_media_types)
    if (operation == route.operation_id) return Json::object().set(std::string(media_type), Json::object());
  return Json::object();
}

Json json_content(std::string_view schema) {
  Json content = Json::object().set("schema", json_schema_of_type(schema));
  return Json::object().set("application/json", content.set("example", example_of_type(schema)));
}

// The error's shape once, and an example for each code that a client may meet.
bool may_answer(const Route& route, std::string_view code) {
  const bool of_quota = code.ends_with("_QUOTA_EXCEEDED") || code == "CONCURRENT_LIMIT_EXCEEDED";
  return (!of_quota || route.limit == LimitClass::run) && (code != "MISSING_SCOPE" || route.auth == Auth::tenant);
}

// Of one route, or (null) of any.
Json error_response_json(int status, const Route* route) {
  Json examples = Json::object();
  for (const ErrorExample& example : error_examples(status))
    if (route == nullptr || may_answer(*route, example.code)) examples.set(example.code, Json::object().set("value", example.body));
  Json content = Json::object().set("schema", json_schema_of_type("Error"));
  content.set("examples", std::move(examples));
  return Json::object().set("description", std::string(error_class(status).error)).set("content", Json::object().set("application/json", std::move(content)));
}

Json parameter_json(std::string_view where, std::string_view name, std::string_view type, std::string_view doc) {
  Json parameter = Json::object();
  parameter.set("name", std::string(name)).set("in", std::string(where)).set("required", where == "path");
  if (!doc.empty()) parameter.set("description", std::string(doc));
  return parameter.set("schema", json_schema_of_type(type));
}

Json parameters_of(const Route& route) {
  Json parameters = Json::array();
  for (const std::string_view part : split(route.path, '/'))
    if (part.starts_with('{')) parameters.push(parameter_json("path", part.substr(1, part.size() - 2), "string", ""));
  for (const QueryParameter& parameter : query_parameters)
    if (parameter.operation_id == route.operation_id)
      parameters.push(parameter_json("query", parameter.name, parameter.type, parameter.doc));
  if (route.repeat == Repeat::replay)
    parameters.push(parameter_json("header", "Idempotency-Key", "string", "The same key and request get the first reply again, without a second effect"));
  if (route.repeat == Repeat::etag)
    parameters.push(parameter_json("header", "If-None-Match", "string", "The ETag of an earlier reply: 304 when nothing has changed"));
  return parameters;
}

std::vector<int> error_statuses_of(const Route& route) {
  std::vector<int> statuses;
  const bool has_parameters = route.path.find('{') != std::string_view::npos;
  if (route.body != BodyRule::none || has_parameters || route.limit == LimitClass::tenant || route.limit == LimitClass::admin) statuses.push_back(400);
  if (route.auth != Auth::none) statuses.insert(statuses.end(), {401, 403});
  if (has_parameters) statuses.push_back(404);
  if (route.method != Method::get) statuses.push_back(409);
  if (route.body != BodyRule::none) statuses.insert(statuses.end(), {413, 415});
  if (route.limit != LimitClass::exempt) statuses.push_back(429);
  statuses.insert(statuses.end(), {431, 500, 503});
  if (route.weight == Weight::heavy) statuses.push_back(504);
  return statuses;
}

// What a request may be answered before its route is known; the same for all operations.
constexpr auto framing_statuses = std::to_array<int>({408, 414, 417, 501, 505});

std::string framing_name(int status) { return fmt::format("Error{}", status); }

Json responses_of(const Route& route) {
  Json good = Json::object().set("description", std::string(route.summary));
  if (!route.response_schema.empty()) good.set("content", json_content(route.response_schema));
  else good.set("content", other_content(route));
  Json responses = Json::object().set("200", std::move(good));
  if (route.repeat == Repeat::etag) responses.set("304", Json::object().set("description", "Nothing has changed"));
  for (const int status : error_statuses_of(route)) responses.set(std::to_string(status), error_response_json(status, &route));
  for (const int status : framing_statuses)
    responses.set(std::to_string(status), Json::object().set("$ref", "#/components/responses/" + framing_name(status)));
  // What is not ready answers 503 with the same checks.
  if (route.response_schema == "Readiness") {
    Json not_ready = responses["503"];
    responses.set("503", not_ready.set("content", json_content(route.response_schema)));
  }
  return responses;
}

Json security_of(const Route& route) {
  const auto scheme = [](const char* name) { return Json::object().set(name, Json::array()); };
  switch (route.auth) {
    case Auth::tenant: return Json::array().push(scheme("tenantKey"));
    case Auth::admin: return Json::array().push(scheme("adminKey"));
    case Auth::tenant_or_admin: return Json::array().push(scheme("adminKey")).push(scheme("tenantKey"));
    case Auth::optional_key: return Json::array().push(Json::object()).push(scheme("tenantKey")).push(scheme("adminKey"));
    case Auth::none: break;
  }
  return Json::array();
}

Json aliases_of(const Route& route) {
  Json paths = Json::array();
  for (const RouteAlias& alias : route_aliases())
    if (&routes()[alias.row] == &route) paths.push(alias.path);
  return paths;
}

Json operation_json(const Route& route) {
  Json operation = Json::object();
  operation.set("operationId", std::string(route.operation_id)).set("summary", std::string(route.summary));
  operation.set("tags", Json::array().push(std::string(route.tag)));
  if (Json parameters = parameters_of(route); parameters.size() > 0) operation.set("parameters", std::move(parameters));
  if (!route.request_schema.empty())
    operation.set("requestBody", Json::object()
                                     .set("required", route.body == BodyRule::required)
                                     .set("content", json_content(route.request_schema)));
  if (route.scope != Scope::none) operation.set("x-required-scope", std::string(to_text(route.scope)));
  if (Json aliases = aliases_of(route); aliases.size() > 0) operation.set("x-aliases", std::move(aliases));
  return operation.set("responses", responses_of(route)).set("security", security_of(route));
}

Json key_scheme(const char* header, const char* doc) {
  return Json::object().set("type", "apiKey").set("in", "header").set("name", header).set("description", doc);
}

Json components_json() {
  Json all = Json::object();
  for (const Schema& schema : schemas()) all.set(std::string(schema.name), json_schema_of(schema));
  Json framing = Json::object();
  for (const int status : framing_statuses) framing.set(framing_name(status), error_response_json(status, nullptr));
  Json schemes = Json::object();
  schemes.set("tenantKey", key_scheme("X-API-Key", "A tenant's key, shown once by its onboarding"));
  schemes.set("adminKey", key_scheme("X-Admin-Key", "The operator's key"));
  return Json::object().set("schemas", std::move(all)).set("responses", std::move(framing)).set("securitySchemes", std::move(schemes));
}

}  // namespace

Json openapi_document(std::string_view version) {
  Json paths = Json::object();
  for (const Route& route : routes()) {
    const std::string path(route.path);
    Json item = paths[path].is_object() ? paths[path] : Json::object();
    item.set(lower_ascii(to_text(route.method)), operation_json(route));
    paths.set(path, std::move(item));
  }
  Json document = Json::object();
  document.set("openapi", "3.1.0");
  document.set("info", Json::object()
                           .set("title", "Convergence")
                           .set("version", std::string(version))
                           .set("description", "From a cloud's bill to a tenant's table.")
                           .set("license", Json::object().set("name", "Apache-2.0").set("identifier", "Apache-2.0")));
  return document.set("paths", std::move(paths)).set("components", components_json());
}

const std::string& openapi_text(std::string_view version) {
  static const std::string text = openapi_document(version).dump();
  return text;
}

}  // namespace cvg
