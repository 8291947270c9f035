#include "host/routes/tenant_routes.h"

#include "host/http/trace.h"
#include "host/routes/request_audit.h"
#include "host/routes/run_fields.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

OnboardRequest onboard_request(const RouteContext& context, bool customers_alias) {
  OnboardRequest request;
  request.body = context.body;
  request.customers_alias = customers_alias;
  request.request_id = context.request_id;
  request.client_address = context.request.client_address;
  const AuditEntry who = request_audit(context);
  request.user_id = who.user_id;
  request.actor = who.actor;
  request.trace_id = trace_id_from(context.request.header("traceparent"));
  const std::string tenant = lower_tenant_id(context.body["tenant_id"].text_or(""));
  request.may_recreate = context.is_admin || (context.principal && context.principal->tenant.id == tenant && context.principal->may(all_scopes));
  return request;
}

Result<Response> onboard(RouteContext& context, bool customers_alias) {
  if (context.services.settings.onboarding_requires_admin_key && !context.is_admin)
    return Status(Code::auth, "Onboarding needs the operator's X-Admin-Key");
  CVG_ASSIGN(const Json body, context.services.onboarding.onboard(onboard_request(context, customers_alias)));
  return json_response(body).with("Cache-Control", "no-store");
}

}  // namespace

Result<Response> post_dryrun(RouteContext& context) {
  CVG_ASSIGN(const Json body, context.services.onboarding.dryrun(onboard_request(context, false)));
  return json_response(body);
}

Result<Response> post_onboard(RouteContext& context) { return onboard(context, false); }
Result<Response> post_customer_onboard(RouteContext& context) { return onboard(context, true); }

Result<Response> get_quota(RouteContext& context) {
  const Tenant& tenant = context.principal->tenant;
  CVG_ASSIGN(const Usage usage, context.services.run_store.usage(tenant.id));
  return json_response(quota_json(tenant, usage, context.services.clock.now_ms()));
}

}  // namespace cvg
