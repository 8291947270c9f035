// Handlers of templates: which there are, what one takes, and whether a text would be one.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> list_templates(RouteContext& context);
Result<Response> get_template(RouteContext& context);
Result<Response> post_validate(RouteContext& context);

}  // namespace cvg
