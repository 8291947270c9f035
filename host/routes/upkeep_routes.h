// Handlers of the operator's upkeep of lakes.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_upkeep(RouteContext& context);

}  // namespace cvg
