// The routes of a tenant's webhooks.  Any thread.
#pragma once

#include <vector>

#include "host/routes/field.h"
#include "host/routes/route.h"

namespace cvg {

Result<Response> post_webhook(RouteContext& context);
Result<Response> list_webhooks(RouteContext& context);
Result<Response> get_webhook(RouteContext& context);
Result<Response> patch_webhook(RouteContext& context);
Result<Response> delete_webhook(RouteContext& context);
Result<Response> list_webhook_deliveries(RouteContext& context);
Result<Response> post_webhook_test(RouteContext& context);

std::vector<FieldDoc> webhook_field_docs();
std::vector<FieldDoc> webhook_delivery_field_docs();

}  // namespace cvg
