// Idempotency: a POST that creates has its effect once, however often it is sent with the same Idempotency-Key (api.md
// section 1).  Replies of success are kept; a refusal created nothing, so its repetition is a new attempt.  Any thread.
#pragma once

#include "core/base/status.h"
#include "host/http/response.h"
#include "host/routes/route.h"

namespace cvg {

// Calls the handler of a row with Repeats::replay, or answers with what it once answered.  Without the header: just calls it.
// Code::invalid: the key is malformed; Code::conflict: it belongs to another request, or that one is still being answered.
Result<Response> call_once(RouteContext& context);

}  // namespace cvg
