// Handlers of schedules, backfills and the operator's scheduler routes.
#pragma once

#include "host/routes/route.h"

namespace cvg {

Result<Response> post_schedule(RouteContext& context);
Result<Response> list_schedules(RouteContext& context);
Result<Response> delete_schedule(RouteContext& context);

Result<Response> post_backfill(RouteContext& context);
Result<Response> get_backfill(RouteContext& context);
Result<Response> delete_backfill(RouteContext& context);

Result<Response> post_trigger(RouteContext& context);
Result<Response> post_process_queue(RouteContext& context);
Result<Response> get_scheduler_status(RouteContext& context);
Result<Response> post_reset_quotas(RouteContext& context);
Result<Response> post_cleanup(RouteContext& context);

}  // namespace cvg
