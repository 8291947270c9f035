#include "host/routes/upkeep_routes.h"

#include "core/base/text.h"
#include "host/routes/request_audit.h"
#include "host/routes/services.h"

namespace cvg {

Result<Response> post_upkeep(RouteContext& context) {
  const std::string tenant_id = lower_ascii(context.parameter("tenant_id"));
  CVG_ASSIGN(const std::optional<Tenant> tenant, context.services.tenants.get(tenant_id));
  if (!tenant) return Status(Code::not_found, fmt::format("There is no tenant {}", context.parameter("tenant_id")));
  AuditEntry audit = request_audit(context);
  audit.tenant_id = audit.target = tenant_id;
  audit.action = "tenant.upkeep";
  CVG_RETURN_IF_ERROR(context.services.admin.audit->add(audit, context.services.clock));
  CVG_ASSIGN(Json report, context.services.upkeep.run_now(tenant_id));
  return json_response(report.set("tenant_id", tenant->display_id));
}

}  // namespace cvg
