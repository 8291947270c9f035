#include "host/routes/tenancy_routes.h"

#include "core/base/text.h"
#include "host/routes/request_audit.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

Result<Response> as_json(Result<Json> body) {
  if (!body.ok()) return body.status();
  return json_response(*body);
}

const Tenant& tenant_of(const RouteContext& context) { return context.principal->tenant; }

}  // namespace

Result<Response> post_credential(RouteContext& context) {
  return as_json(context.services.tenancy.put_credential(tenant_of(context), context.body, request_audit(context)));
}

Result<Response> list_credentials(RouteContext& context) { return as_json(context.services.tenancy.list_credentials(tenant_of(context))); }

Result<Response> delete_credential(RouteContext& context) {
  return as_json(context.services.tenancy.remove_credential(tenant_of(context), context.parameter("credential_id"), request_audit(context)));
}

Result<Response> check_credential(RouteContext& context) {
  return as_json(context.services.tenancy.check_credential(tenant_of(context), context.parameter("credential_id"), request_audit(context)));
}

Result<Response> post_key_rotation(RouteContext& context) { return as_json(context.services.tenancy.rotate_keys(request_audit(context))); }

Result<Response> get_export(RouteContext& context) {
  Response response;
  CVG_ASSIGN(response.file, context.services.tenancy.export_tenant(tenant_of(context), request_audit(context)));
  response.content_type = "application/x-tar";
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}.tar\"", tenant_of(context).id));
  return std::move(response.with("Cache-Control", "no-store"));
}

Result<Response> delete_tenant(RouteContext& context) {
  const std::string wish = lower_ascii(context.request.parameter("export").value_or("false"));
  if (wish != "true" && wish != "false")
    return Status(Code::invalid, "export must be true or false").with_detail_json(R"({"field":"export","issue":"must be true or false"})");
  return as_json(context.services.tenancy.erase_tenant(lower_tenant_id(context.parameter("tenant_id")), wish == "true", request_audit(context)));
}

Result<Response> get_certificate(RouteContext& context) { return as_json(context.services.tenancy.certificate(context.parameter("certificate_id"))); }

}  // namespace cvg
