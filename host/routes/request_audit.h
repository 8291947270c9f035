// Who asks: the half of an audit row that is the same for every mutation that comes as a request.
#pragma once

#include <string>

#include "core/model/tenant.h"
#include "host/routes/route.h"

namespace cvg {

// Actor "admin", "key:{key_id}" or "public"; user of X-User-ID, client address, request id, and the tenant of the key.
AuditEntry request_audit(const RouteContext& context);
// X-User-ID as it is stored and told: without secrets, U+FFFD for what is no UTF-8.
std::string user_of(const RouteContext& context);

}  // namespace cvg
