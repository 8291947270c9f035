// Handlers of pipeline runs: trigger, list, one run, its steps, its quality results.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_run(RouteContext& context);
Result<Response> list_runs(RouteContext& context);
Result<Response> get_run(RouteContext& context);
Result<Response> retry_run(RouteContext& context);
Result<Response> delete_run(RouteContext& context);
Result<Response> get_run_steps(RouteContext& context);
Result<Response> get_run_logs(RouteContext& context);
Result<Response> get_run_events(RouteContext& context);  // Server-Sent Events
Result<Response> get_run_dq(RouteContext& context);

}  // namespace cvg
