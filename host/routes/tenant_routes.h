// Handlers of onboarding and quota.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_dryrun(RouteContext& context);
Result<Response> post_onboard(RouteContext& context);
Result<Response> post_customer_onboard(RouteContext& context);
Result<Response> get_quota(RouteContext& context);

}  // namespace cvg
