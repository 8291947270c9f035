#include "host/routes/admin_routes.h"

#include "core/base/text.h"
#include "core/state/store_schema.h"
#include "host/routes/admin_fields.h"
#include "host/routes/query_parameters.h"
#include "host/routes/request_audit.h"
#include "host/routes/run_fields.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr int page_rows_default = 100, page_rows_max = 1000;

AdminServices& admin(RouteContext& context) { return context.services.admin; }

Response page_response(const Json& rows, const std::string& next_cursor) {
  Response response = json_response(rows);
  if (!next_cursor.empty()) response.with("X-Next-Cursor", next_cursor);
  return response;
}

Response key_response(const RouteContext& context, const IssuedKey& issued) {
  return json_response(issued_key_json(issued, context.services.clock.now_ms())).with("Cache-Control", "no-store");
}

Json keys_json(const std::vector<ApiKey>& keys, std::int64_t now_ms) {
  Json array = Json::array();
  for (const ApiKey& key : keys) array.push(key_json(key, now_ms));
  return array;
}

Json texts_json(const std::vector<std::string>& texts) {
  Json array = Json::array();
  for (const std::string& text : texts) array.push(text);
  return array;
}

Result<AuditFilter> read_audit_filter(const Request& request) {
  AuditFilter filter;
  filter.tenant_id = lower_tenant_id(request.parameter("tenant_id").value_or(""));
  filter.action = request.parameter("action").value_or("");
  filter.cursor = request.parameter("cursor").value_or("");
  CVG_RETURN_IF_ERROR(read_time_parameter(request, "from", filter.from_ms));
  CVG_RETURN_IF_ERROR(read_time_parameter(request, "to", filter.to_ms));
  CVG_ASSIGN(filter.limit, read_limit_parameter(request, page_rows_default, page_rows_max));
  return filter;
}

}  // namespace

// The store is migrated when the server starts, so there is nothing left to do here but to say what is there.
Result<Response> post_bootstrap(RouteContext& context) {
  CVG_ASSIGN(const StoreSchema schema, read_store_schema(*admin(context).database));
  bool ready = true;
  Json checks = Json::object();
  for (const ReadinessCheck& check : context.services.readiness) {
    const bool passes = check.passes();
    checks.set(check.name, passes ? "ok" : "failed");
    ready = ready && passes;
  }
  std::vector<std::string> plans;
  for (const PlanLimits& plan : admin(context).plans->all()) plans.push_back(plan.name);
  Json body = Json::object().set("status", ready ? "READY" : "NOT_READY").set("schema_version", schema.version);
  body.set("tables", texts_json(schema.tables)).set("plans", texts_json(plans));
  return json_response(body.set("checks", checks).set("message", "The server made its tables when it started; this call changed nothing."));
}

Result<Response> list_tenants(RouteContext& context) {
  const Request& request = context.request;
  TenantFilter filter{upper_ascii(request.parameter("status").value_or("")), upper_ascii(request.parameter("plan").value_or("")),
                      page_rows_default, lower_tenant_id(request.parameter("cursor").value_or(""))};
  if (!filter.status.empty() && filter.status != "ACTIVE" && filter.status != "SUSPENDED")
    return parameter_error("status", "must be ACTIVE or SUSPENDED");
  CVG_ASSIGN(filter.limit, read_limit_parameter(request, page_rows_default, page_rows_max));
  CVG_ASSIGN(const TenantPage page, context.services.tenants.list(filter));
  Json array = Json::array();
  for (const Tenant& tenant : page.tenants) array.push(tenant_json(tenant));
  return page_response(array, page.next_cursor);
}

Result<Response> get_tenant(RouteContext& context) {
  const std::int64_t now_ms = context.services.clock.now_ms();
  CVG_ASSIGN(const Tenant tenant, admin(context).tenants->tenant(context.parameter("tenant_id")));
  CVG_ASSIGN(const Usage usage, context.services.run_store.usage(tenant.id));
  CVG_ASSIGN(const std::vector<ApiKey> keys, context.services.tenants.keys(tenant.id));
  return json_response(tenant_json(tenant).set("quota", quota_json(tenant, usage, now_ms)).set("api_keys", keys_json(keys, now_ms)));
}

Result<Response> patch_tenant(RouteContext& context) {
  CVG_ASSIGN(const Tenant tenant, admin(context).tenants->change(context.parameter("tenant_id"), context.body, request_audit(context)));
  return json_response(tenant_json(tenant));
}

Result<Response> post_tenant_key(RouteContext& context) {
  CVG_ASSIGN(const IssuedKey issued, admin(context).tenants->create_key(context.parameter("tenant_id"), context.body, request_audit(context)));
  return key_response(context, issued);
}

Result<Response> post_rotate_key(RouteContext& context) {
  CVG_ASSIGN(const IssuedKey issued, admin(context).tenants->rotate_key(context.parameter("tenant_id"), context.body, request_audit(context)));
  return key_response(context, issued);
}

Result<Response> list_tenant_keys(RouteContext& context) {
  CVG_ASSIGN(const std::vector<ApiKey> keys, admin(context).tenants->keys(context.parameter("tenant_id")));
  return json_response(keys_json(keys, context.services.clock.now_ms()));
}

Result<Response> delete_tenant_key(RouteContext& context) {
  CVG_ASSIGN(const ApiKey key, admin(context).tenants->revoke_key(context.parameter("tenant_id"), context.parameter("key_id"), request_audit(context)));
  return json_response(key_json(key, context.services.clock.now_ms()));
}

Result<Response> list_audit(RouteContext& context) {
  CVG_ASSIGN(const AuditFilter filter, read_audit_filter(context.request));
  CVG_ASSIGN(const AuditPage page, admin(context).audit->list(filter));
  Json array = Json::array();
  for (const AuditRow& row : page.rows) array.push(audit_json(row));
  return page_response(array, page.next_cursor);
}

Result<Response> list_plugins(RouteContext& context) {
  Json array = Json::array();
  for (const LoadedPlugin& plugin : admin(context).plugins->plugins()) array.push(plugin_json(plugin));
  return json_response(array);
}

Result<Response> post_reload_plugins(RouteContext& context) {
  CVG_ASSIGN(const ReloadReport report, admin(context).reload());
  AuditEntry who = request_audit(context);
  who.action = "plugins.reload";
  who.detail_json = Json::object().set("loaded", texts_json(report.loaded)).dump();
  CVG_RETURN_IF_ERROR(admin(context).audit->add(who, context.services.clock));
  return json_response(reload_json(report));
}

Result<Response> get_audit_chain(RouteContext& context) {
  CVG_ASSIGN(const AuditChain chain, admin(context).audit->verify());
  return json_response(audit_chain_json(chain));
}

}  // namespace cvg
