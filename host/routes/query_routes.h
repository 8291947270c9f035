// Handler of a tenant's own SQL.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_query(RouteContext& context);

}  // namespace cvg
