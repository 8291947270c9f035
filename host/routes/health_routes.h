// Handlers of /health*, / and /metrics.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> get_health(RouteContext& context);
Result<Response> get_liveness(RouteContext& context);
Result<Response> get_readiness(RouteContext& context);
Result<Response> get_metrics(RouteContext& context);
Result<Response> get_dashboard(RouteContext& context);

}  // namespace cvg
