#include "host/routes/dispatcher.h"

#include <chrono>

#include "core/base/secret_text.h"
#include "core/base/text.h"
#include "host/http/error_body.h"
#include "host/http/representation.h"
#include "host/http/request_id.h"
#include "host/http/trace.h"
#include "host/routes/gates.h"
#include "host/routes/idempotency.h"
#include "host/routes/routes.h"

namespace cvg {
namespace {

constexpr std::size_t slot_of_no_route = MetricsRegistry::slots_max - 1;
constexpr std::size_t logged_path_bytes_max = 512;
constexpr std::size_t headers_of_all = 6;  // that most answers get on their way out

std::int64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

Result<Response> call_handler(RouteContext& context) {
  return context.route.repeat == Repeat::replay ? call_once(context) : context.route.handler(context);
}

Response refusal_response(int status, std::string text, const std::string& request_id) {
  return error_response(status, {std::move(text), "", Json(), {}}, request_id);
}

// As it was sent; decoded when a secret shows only then.  Before it is cut, because half a secret looks like none.
std::string shown_path(std::string_view path, const Redactor& redactor) {
  std::string decoded;
  if (percent_decode(path, false, decoded) && redactor.redact(decoded) != decoded) return redactor.redact(decoded);
  return redactor.redact(path);
}

// An error may quote the request.  Its texts are redacted one by one, because an escape could hide where a secret begins.
void redact_body(Response& response, const Redactor& redactor) {
  const Result<Json> body = parse_json(response.body);
  if (body.ok()) response.body = with_texts(*body, [&](std::string_view text) { return redactor.redact(text); }).dump();
}

}  // namespace

Dispatcher::Dispatcher(Services& services) : services_(services), cors_(services.settings.cors_origins) {
  const auto rows = routes();
  for (std::size_t row = 0; row < rows.size(); ++row) router_.add(rows[row].method, rows[row].path, row);
  for (const RouteAlias& alias : route_aliases()) router_.add(rows[alias.row].method, alias.path, alias.row);
}

Result<Response> Dispatcher::run_handler(RouteContext& context) {
  if (context.route.weight == Weight::light) return call_handler(context);
  struct Slot {
    explicit Slot(std::atomic<std::int64_t>& c) : count(c), taken(c.fetch_add(1) + 1) {}
    ~Slot() { count.fetch_sub(1); }
    std::atomic<std::int64_t>& count;
    const std::int64_t taken;
  } const slot(heavy_);
  if (slot.taken > services_.settings.heavy_requests_max)
    return Status(Code::rate_limited, "Too many queries and onboardings are under way; try again soon").with_retry_after_ms(1000);
  return call_handler(context);
}

Dispatcher::Answer Dispatcher::answer_route(std::size_t row, RouteMatch match, const Request& request, BodySource& body,
                                  const std::string& request_id) {
  RouteContext context{routes()[row], request, services_, request_id, std::move(match.parameters), {}, false, {}, {}};
  const Status status = pass_gates(context, body);
  Result<Response> result = status.ok() ? run_handler(context) : Result<Response>(status);
  if (!result.ok() && traits(result.status().code()).http_status >= 500)
    services_.log.error("A request failed: " + result.status().log_text(),
                        {{"request_id", request_id}, {"operation", context.route.operation_id}});
  Response response = result.ok() ? std::move(*result) : error_response(result.status(), request_id);
  response.headers.reserve(response.headers.size() + context.headers.size() + headers_of_all);
  for (auto& header : context.headers) response.headers.push_back(std::move(header));
  if (context.route.repeat == Repeat::etag) apply_etag(request, response, services_.settings.gzip_bytes_min);
  return {std::move(response), row, context.route.operation_id, context.principal ? context.principal->tenant.id : ""};
}

Response Dispatcher::charged_refusal(const Request& request, int status, std::string text, const std::string& request_id) {
  const Status charged = charge_refused(request, services_);
  return charged.ok() ? refusal_response(status, std::move(text), request_id) : error_response(charged, request_id);
}

Dispatcher::Answer Dispatcher::answer(const Request& request, BodySource& body, const std::string& request_id) {
  if (request.path == "*") return {cors_.options_response(request, "GET, HEAD, POST, OPTIONS"), slot_of_no_route, "options"};
  RouteMatch match = router_.match(request.method, request.path);
  switch (match.kind) {
    case RouteMatch::Kind::found: return answer_route(match.route, std::move(match), request, body, request_id);
    case RouteMatch::Kind::malformed:
      return {charged_refusal(request, 400, "The path is not properly percent-encoded UTF-8 text", request_id), slot_of_no_route, "none"};
    case RouteMatch::Kind::wrong_method:
      if (request.method == Method::options) return {cors_.options_response(request, match.allow), slot_of_no_route, "options"};
      return {std::move(charged_refusal(request, 405, fmt::format("{} is not allowed here", request.method_text), request_id)
                            .with("Allow", match.allow)),
              slot_of_no_route, "none"};
    case RouteMatch::Kind::not_found: break;
  }
  return {charged_refusal(request, 404, "There is nothing at this address", request_id), slot_of_no_route, "none"};
}

// The client's own id, unless it is a secret: an id is told to everybody who looks for the request.
std::string Dispatcher::request_id_of(const Request& request) const {
  const std::string_view given = request.header("x-request-id");
  std::string id = request_id_from(given);
  return given.empty() || services_.log.redactor().redact(id) == id ? id : request_id_from("");
}

Response Dispatcher::finish(Answer answer, const Request& request, const std::string& request_id, std::int64_t begun_us) {
  Response& response = answer.response;
  response.with("X-Request-ID", request_id).with("X-API-Version", services_.settings.version);
  response.with("X-Content-Type-Options", "nosniff");
  if (response.status >= 400) redact_body(response, services_.log.redactor());
  if (request.method != Method::options) cors_.add_headers(request, response);
  apply_gzip(request, response, services_.settings.gzip_bytes_min);
  const std::int64_t took_us = now_us() - begun_us;
  services_.metrics.count_request(answer.slot, answer.operation, response.status, static_cast<double>(took_us) / 1e6);
  log_request(answer, request, request_id, took_us);
  return std::move(response);
}

// One line for each request; what monitors ask all the time is for those who debug.  The query string is left out: it may
// hold what its sender took for private.
void Dispatcher::log_request(const Answer& answer, const Request& request, const std::string& request_id, std::int64_t took_us) {
  const bool is_exempt = answer.slot != slot_of_no_route && routes()[answer.slot].limit == LimitClass::exempt;
  const Severity severity = is_exempt ? Severity::debug : Severity::info;
  if (!services_.settings.logs_requests || !services_.log.wants(severity)) return;
  const std::string status = std::to_string(answer.response.status), duration = fmt::format("{:.3f}", static_cast<double>(took_us) / 1000);
  const std::string path = shown_path(request.path, services_.log.redactor()).substr(0, logged_path_bytes_max);
  const std::string trace_id = trace_id_from(request.header("traceparent"));
  services_.log.write(severity, "request", {{"tenant_id", answer.tenant_id},
                                            {"request_id", request_id},
                                            {"trace_id", trace_id},
                                            {"method", request.method_text},
                                            {"route", answer.operation},
                                            {"path", path},
                                            {"status", status},
                                            {"duration_ms", duration},
                                            {"client_address", request.client_address}});
}

Response Dispatcher::handle(const Request& request, BodySource& body) {
  const std::int64_t begun_us = now_us();
  const std::string request_id = request_id_of(request);
  return finish(answer(request, body, request_id), request, request_id, begun_us);
}

Response Dispatcher::refuse(const Request& request, const Refusal& refusal) {
  const std::int64_t begun_us = now_us();
  const std::string request_id = request_id_of(request);
  if (refusal.status == 500) services_.log.error("An exception reached the server: " + refusal.text, {{"request_id", request_id}});
  return finish({refusal_response(refusal.status, refusal.text, request_id), slot_of_no_route, "none"}, request, request_id, begun_us);
}

bool Dispatcher::answers_while_draining(const Request& request) {
  return request.path == "/health/live" || request.path == "/health/ready";
}

}  // namespace cvg
