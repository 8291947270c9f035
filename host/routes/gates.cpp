#include "host/routes/gates.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/text.h"
#include "host/http/json_body.h"
#include "host/routes/client_network.h"
#include "host/routes/query_parameters.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::int64_t minute_ms = 60'000, hour_ms = 60 * minute_ms;
constexpr std::size_t path_part_bytes_max = 64;

std::string shown_key(const RouteContext& context, std::string_view header) {
  return std::string(context.request.header(header));
}

// Routes with an optional key believe only what a good key says: a stale one is as good as none.
Status pass_optional_key(RouteContext& context) {
  const Authenticator& authenticator = context.services.authenticator;
  if (const std::string admin_key = shown_key(context, "x-admin-key"); !admin_key.empty()) {
    CVG_RETURN_IF_ERROR(authenticator.check_admin_key(admin_key));
    context.is_admin = true;
  }
  if (const std::string key = shown_key(context, "x-api-key"); !key.empty()) {
    Result<Principal> principal = authenticator.authenticate(key);
    if (principal.ok()) context.principal.emplace(std::move(*principal));
  }
  return {};
}

Status pass_key(RouteContext& context, BodySource&) {
  const Authenticator& authenticator = context.services.authenticator;
  switch (context.route.auth) {
    case Auth::none: return {};
    case Auth::optional_key: return pass_optional_key(context);
    case Auth::admin:
      CVG_RETURN_IF_ERROR(authenticator.check_admin_key(shown_key(context, "x-admin-key")));
      context.is_admin = true;
      return {};
    case Auth::tenant_or_admin:
      if (shown_key(context, "x-admin-key").empty()) break;
      CVG_RETURN_IF_ERROR(authenticator.check_admin_key(shown_key(context, "x-admin-key")));
      context.is_admin = true;
      return {};
    case Auth::tenant: break;
  }
  CVG_ASSIGN(Principal principal, authenticator.authenticate(shown_key(context, "x-api-key")));
  context.principal.emplace(std::move(principal));
  return {};
}

Status pass_tenant(RouteContext& context, BodySource&) {
  if (context.route.auth != Auth::tenant) return {};
  for (const PathParameter& parameter : context.parameters) {
    if (parameter.name != "tenant_id" || lower_tenant_id(parameter.value) == context.principal->tenant.id) continue;
    return Status(Code::denied, fmt::format("Tenant ID mismatch: authenticated as '{}' but requested '{}'",
                                            context.principal->tenant.display_id, parameter.value));
  }
  return {};
}

Status pass_scope(RouteContext& context, BodySource&) {
  if (context.route.scope == Scope::none || context.is_admin || context.principal->may(to_text(context.route.scope))) return {};
  const std::string scope(to_text(context.route.scope));
  return Status(Code::denied, fmt::format("missing scope: this key may not do what needs '{}'", scope))
      .with_detail_json(Json::object().set("code", "MISSING_SCOPE").set("scope", scope).dump());
}

// The windows that the row's class charges; the first one is shown in the headers.
std::vector<RateLimit> windows_of(const RouteContext& context) {
  const RouteLimits& limits = context.services.settings.limits;
  const auto address = [&] { return client_network(context.request.client_address); };
  const RateLimit global{"global", limits.global_per_minute, minute_ms};
  switch (context.route.limit) {
    case LimitClass::exempt: return {};
    case LimitClass::dryrun: return {{"dryrun:" + address(), limits.dryrun_per_minute, minute_ms}, global};
    case LimitClass::onboard: return {{"onboard:" + address(), limits.onboard_per_minute, minute_ms}, global};
    case LimitClass::admin: return {global};
    case LimitClass::tenant:
    case LimitClass::run: break;
  }
  if (!context.principal) return {global};  // the operator, where a tenant may ask, too
  const std::string& tenant = context.principal->tenant.id;
  std::vector<RateLimit> windows;
  windows.reserve(4);
  if (context.route.limit == LimitClass::run) windows.push_back({"run:" + tenant, limits.run_per_minute, minute_ms});
  windows.push_back({"tenant:" + tenant, limits.tenant_per_minute, minute_ms});
  windows.push_back({"tenant:" + tenant, limits.tenant_per_hour, hour_ms});
  windows.push_back(global);
  return windows;
}

// ok, or the refusal of the first window that is full.
Status refusal_of(const std::vector<RateLimit>& windows, const std::vector<RateDecision>& decisions) {
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].allowed) continue;
    return Status(Code::rate_limited, fmt::format("At most {} requests per {} are allowed; try again in {} seconds",
                                                  decisions[i].limit, windows[i].window_ms == hour_ms ? "hour" : "minute",
                                                  decisions[i].retry_after_s))
        .with_retry_after_ms(decisions[i].retry_after_s * 1000)
        .with_detail_json("{\"code\":\"RATE_LIMIT_EXCEEDED\"}");
  }
  return {};
}

Status pass_rate_limit(RouteContext& context, BodySource&) {
  const std::vector<RateLimit> windows = windows_of(context);
  if (windows.empty()) return {};
  const std::vector<RateDecision> decisions = context.services.limiter.check_all(windows);
  if (context.principal) {
    const RateDecision& shown = decisions.front();
    context.headers.emplace_back("X-RateLimit-Tenant-Limit", std::to_string(shown.limit));
    context.headers.emplace_back("X-RateLimit-Tenant-Remaining", std::to_string(shown.remaining));
    context.headers.emplace_back("X-RateLimit-Tenant-Reset", std::to_string((shown.reset_ms + 999) / 1000));
  }
  return refusal_of(windows, decisions);
}

bool is_path_part(std::string_view text) {
  return !text.empty() && text.size() <= path_part_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

Status pass_path(RouteContext& context, BodySource&) {
  if (context.route.limit == LimitClass::exempt) return {};  // names of the docs' files have dots, and are a fixed list
  for (const PathParameter& parameter : context.parameters) {
    if (parameter.name == "tenant_id") {
      CVG_RETURN_IF_ERROR(check_tenant_id_format(parameter.value));
    } else if (!is_path_part(parameter.value)) {
      return Status(Code::invalid, fmt::format("{} may have 1 to {} letters, digits, '_' and '-'", parameter.name, path_part_bytes_max))
          .with_detail_json(Json::object().set("field", std::string(parameter.name)).set("issue", "is malformed").dump());
    }
  }
  return {};
}

// What is open to all reads no query.
Status pass_query(RouteContext& context, BodySource&) {
  return context.route.limit == LimitClass::exempt ? Status() : check_query(context.request.query);
}

Status pass_body(RouteContext& context, BodySource& source) {
  if (context.route.body == BodyRule::none) return {};
  const std::string_view coding = trim(context.request.header("content-encoding"));
  if (!coding.empty() && !equals_ignoring_case(coding, "identity")) {
    context.headers.emplace_back("Accept-Encoding", "identity");
    return Status(Code::invalid, "Content-Encoding: bodies are taken as they are; send it without this header, uncompressed").with_detail_json("{\"status\":415}");
  }
  CVG_ASSIGN(const std::string text, source.read());
  JsonBodyRules rules;
  rules.required = context.route.body == BodyRule::required;
  CVG_ASSIGN(context.body, decode_json_body(context.request.header("content-type"), text, rules));
  return {};
}

constexpr std::array<Gate, 7> gates{{{"key", pass_key},
                                     {"tenant", pass_tenant},
                                     {"scope", pass_scope},
                                     {"rate_limit", pass_rate_limit},
                                     {"path", pass_path},
                                     {"query", pass_query},
                                     {"body", pass_body}}};

}  // namespace

const std::string& RouteContext::parameter(std::string_view name) const {
  static const std::string none;
  for (const PathParameter& parameter : parameters)
    if (parameter.name == name) return parameter.value;
  return none;
}

Status charge_refused(const Request& request, Services& services) {
  const RouteLimits& limits = services.settings.limits;
  const std::vector<RateLimit> windows{{"refused:" + client_network(request.client_address), limits.refused_per_minute, minute_ms},
                                       {"global", limits.global_per_minute, minute_ms}};
  return refusal_of(windows, services.limiter.check_all(windows));
}

Status pass_gates(RouteContext& context, BodySource& body) {
  bool is_charged = context.route.limit == LimitClass::exempt;
  for (const Gate& gate : gates) {
    is_charged = is_charged || gate.pass == pass_rate_limit;
    const Status status = gate.pass(context, body);
    if (status.ok()) continue;
    if (!is_charged) CVG_RETURN_IF_ERROR(charge_refused(context.request, context.services));
    return status;
  }
  return {};
}

std::vector<std::string_view> gate_names() {
  std::vector<std::string_view> names;
  for (const Gate& gate : gates) names.push_back(gate.name);
  return names;
}

}  // namespace cvg
