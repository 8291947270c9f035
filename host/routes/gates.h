// Gates: what every request passes between the router and its handler, in the order of api.md section 1: key, tenant,
// rate limit, path, body.  Each gate says yes or gives the Status that becomes the answer.
#pragma once

#include "core/base/status.h"
#include "host/http/request.h"
#include "host/routes/route.h"

namespace cvg {

struct Gate {
  std::string_view name;
  Status (*pass)(RouteContext& context, BodySource& body);
};

// What is refused before any window is charged (keys, unknown addresses) counts against its client's address and among all
// requests: ok, or the 429 that takes the refusal's place.  One address alone cannot fill the window of all.
Status charge_refused(const Request& request, Services& services);

// Through all gates, in order; the first no ends it.
Status pass_gates(RouteContext& context, BodySource& body);

// The gates by name, in order; for the test that guards the order.
std::vector<std::string_view> gate_names();

}  // namespace cvg
