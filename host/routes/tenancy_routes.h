// Handlers of a tenant's credentials, of the master key, and of a tenant's end.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_credential(RouteContext& context);
Result<Response> list_credentials(RouteContext& context);
Result<Response> delete_credential(RouteContext& context);
Result<Response> check_credential(RouteContext& context);
Result<Response> post_key_rotation(RouteContext& context);
Result<Response> get_export(RouteContext& context);
Result<Response> delete_tenant(RouteContext& context);
Result<Response> get_certificate(RouteContext& context);

}  // namespace cvg
