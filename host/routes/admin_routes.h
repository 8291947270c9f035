// Handlers of the operator's routes: tenants, their keys, the audit log, what is installed.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_bootstrap(RouteContext& context);
Result<Response> list_tenants(RouteContext& context);
Result<Response> get_tenant(RouteContext& context);
Result<Response> patch_tenant(RouteContext& context);
Result<Response> post_tenant_key(RouteContext& context);
Result<Response> list_tenant_keys(RouteContext& context);
Result<Response> delete_tenant_key(RouteContext& context);
Result<Response> post_rotate_key(RouteContext& context);
Result<Response> list_audit(RouteContext& context);
Result<Response> get_audit_chain(RouteContext& context);
Result<Response> list_plugins(RouteContext& context);
Result<Response> post_reload_plugins(RouteContext& context);

}  // namespace cvg
