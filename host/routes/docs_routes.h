// Handlers of /docs, its files and /openapi.json.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> get_docs(RouteContext& context);
Result<Response> get_docs_file(RouteContext& context);
Result<Response> get_openapi(RouteContext& context);

}  // namespace cvg
