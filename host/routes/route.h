// Route: one row of the route table, and what a handler gets to see.  The table is data: router, gates, OpenAPI, docs and
// tests walk the same rows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/authenticator.h"
#include "core/access/scope.h"
#include "core/base/json.h"
#include "core/state/database.h"
#include "host/http/request.h"
#include "host/http/response.h"
#include "host/http/router.h"

namespace cvg {

struct Services;
struct RouteContext;

// tenant_or_admin: the operator's key when one is shown, else a tenant's.
enum class Auth : std::uint8_t { none, optional_key, tenant, admin, tenant_or_admin };
// admin: counted among all requests, and in no window of its own.
enum class LimitClass : std::uint8_t { exempt, dryrun, onboard, tenant, run, admin };
enum class BodyRule : std::uint8_t { none, optional, required };
// heavy: it waits for an engine, a process or a pipeline, and only so many at once may, so that workers stay free for the rest.
enum class Weight : std::uint8_t { light, heavy };

// What the same request gets when it comes again.  replay: with an Idempotency-Key, the first reply and no second effect; a
// reply that holds a secret is kept without it by its handler, or not at all.  etag: 304 when nothing has changed.
enum class Repeat : std::uint8_t { plain, replay, etag };

using Handler = Result<Response> (*)(RouteContext& context);

struct Route {
  Method method;
  std::string_view path;          // "/api/v1/pipelines/runs/{pipeline_logging_id}"
  std::string_view operation_id;  // unique: metrics, log lines and OpenAPI call the route so
  std::string_view summary, tag;
  Auth auth;
  Scope scope;  // what a tenant's key must be allowed; of Auth::tenant and tenant_or_admin always, else none
  LimitClass limit;
  BodyRule body;
  Weight weight;
  std::string_view request_schema;   // a name in schemas.h; empty: none
  std::string_view response_schema;  // of the 200; a leading '[' means an array of it; empty: not JSON
  Handler handler;
  Repeat repeat = Repeat::plain;
};

// One request on its way through the gates to its handler.
struct RouteContext {
  const Route& route;
  const Request& request;
  Services& services;
  std::string request_id;
  std::vector<PathParameter> parameters;
  std::optional<Principal> principal;  // of Auth::tenant always; of Auth::optional_key when a key was shown
  bool is_admin = false;               // the operator's key was shown
  Json body;                           // an object where the row takes a body
  std::vector<std::pair<std::string, std::string>> headers;  // for the answer, whatever it becomes
  // Set when an Idempotency-Key came along: keeps this reply for repetitions, inside the transaction that creates.  Where a
  // handler has no such transaction at hand, its reply is kept right after.
  std::function<Status(Connection&, const Response&)> keep_reply = {};

  const std::string& parameter(std::string_view name) const;
};

}  // namespace cvg
