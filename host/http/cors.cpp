#include "host/http/cors.h"

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr const char* allowed_headers = "Content-Type, X-API-Key, X-Admin-Key, X-User-ID, X-Request-ID, Idempotency-Key, "
                                        "If-None-Match, traceparent";
constexpr const char* exposed_headers =
    "X-Request-ID, X-API-Version, X-Next-Cursor, X-RateLimit-Tenant-Limit, X-RateLimit-Tenant-Remaining, "
    "X-RateLimit-Tenant-Reset, Retry-After, ETag, Idempotent-Replayed";
constexpr const char* preflight_seconds = "600";

}  // namespace

bool Cors::allows(std::string_view origin) const {
  if (origin.empty()) return false;
  for (const std::string& known : origins_)
    if (known == "*" || equals_ignoring_case(known, origin)) return true;
  return false;
}

void Cors::add_headers(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  response.with("Vary", "Origin");
  const std::string_view origin = request.header("origin");
  if (!allows(origin)) return;
  response.with("Access-Control-Allow-Origin", std::string(origin));
  response.with("Access-Control-Expose-Headers", exposed_headers);
}

Response Cors::options_response(const Request& request, const std::string& allow) const {
  Response response;
  response.status = 204;
  response.with("Allow", allow);
  add_headers(request, response);
  if (allows(request.header("origin")) && !request.header("access-control-request-method").empty()) {
    response.with("Access-Control-Allow-Methods", allow);
    response.with("Access-Control-Allow-Headers", allowed_headers);
    response.with("Access-Control-Max-Age", preflight_seconds);
  }
  return response;
}

}  // namespace cvg
