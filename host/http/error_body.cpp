#include "host/http/error_body.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::int64_t retry_after_s_default = 5;

constexpr std::array<ErrorClass, 18> classes{{
    {400, "Validation error", "VALIDATION_ERROR", "The request is not valid", false},
    {401, "Authentication failed", "AUTHENTICATION_FAILED", "Invalid or missing API key", false},
    {403, "Authorization failed", "AUTHORIZATION_FAILED", "This key may not do that", false},
    {404, "Not found", "NOT_FOUND", "There is nothing at this address", false},
    {405, "Method not allowed", "METHOD_NOT_ALLOWED", "This address does not know the method", false},
    {408, "Request timeout", "REQUEST_TIMEOUT", "The request came too slowly", false},
    {409, "Conflict", "CONFLICT", "The request conflicts with what exists", false},
    {413, "Payload too large", "PAYLOAD_TOO_LARGE", "The body is too large", false},
    {414, "URI too long", "URI_TOO_LONG", "The request line is too long", false},
    {415, "Unsupported media type", "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json", false},
    {417, "Expectation failed", "EXPECTATION_FAILED", "The expectation is not known", false},
    {429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED", "Too many requests", false},
    {431, "Request header fields too large", "HEADERS_TOO_LARGE", "The headers are too large", false},
    {500, "Internal server error", "INTERNAL_ERROR", "An unexpected error occurred", true},
    {501, "Not implemented", "NOT_IMPLEMENTED", "This is not known here", false},
    {503, "Service unavailable", "SERVICE_UNAVAILABLE", "The service is not available right now", true},
    {504, "Timeout", "TIMEOUT", "The request took too long", true},
    {505, "HTTP version not supported", "HTTP_VERSION_NOT_SUPPORTED", "Only HTTP/1.0 and HTTP/1.1 are spoken here", false},
}};

// Codes that are told although their status hides its cause: what is missing is the operator's to set, waiting does not help.
bool is_told(std::string_view code) { return code == "ADMIN_KEY_NOT_SET"; }

// The detail of a Status as the client may see it: {"field","issue"} stays, what names code or status is taken out.
Json shown_details(const Json& detail) {
  Json shown;
  for (const auto& [name, value] : detail.members())
    if (name != "code" && name != "status" && name != "retry_after") shown.set(name, value);
  return shown;
}

}  // namespace

const ErrorClass& error_class(int status) {
  static_assert(classes[13].status == 500);
  const auto row = std::find_if(classes.begin(), classes.end(), [&](const ErrorClass& c) { return c.status == status; });
  return row == classes.end() ? classes[13] : *row;
}

Response error_response(int status, const ErrorText& text, std::string_view request_id) {
  const ErrorClass& kind = error_class(status);
  const bool silent = kind.status == 500 || text.message.empty();  // whoever wrote a message for a 500, nobody reads it
  const std::string message = silent ? std::string(kind.message) : text.message;
  Json body = Json::object();
  body.set("error", std::string(kind.error)).set("message", message).set("detail", message);
  body.set("code", text.code.empty() ? std::string(kind.code) : text.code);
  if (!text.details.is_null()) body.set("details", text.details);
  std::optional<std::int64_t> retry = text.retry_after_s;
  if (!retry && (kind.status == 429 || (kind.status == 503 && !is_told(text.code)))) retry = retry_after_s_default;
  if (retry) body.set("retry_after", *retry);
  body.set("request_id", std::string(request_id));
  Response response = json_response(body, kind.status);
  if (retry) response.with("Retry-After", std::to_string(*retry));
  if (kind.status == 401) response.with("WWW-Authenticate", "ApiKey");
  return response;
}

Response error_response(const Status& status, std::string_view request_id) {
  const CodeTraits& code = traits(status.code());
  Json detail;
  if (!status.detail_json().empty())
    if (Result<Json> parsed = parse_json(status.detail_json()); parsed.ok()) detail = std::move(*parsed);
  const int http_status =
      detail.find("status") != nullptr ? static_cast<int>(detail["status"].integer(500)) : code.http_status;
  ErrorText text;
  if (status.retry_after_ms()) text.retry_after_s = (*status.retry_after_ms() + 999) / 1000;
  if (const Json* seconds = detail.find("retry_after"); seconds != nullptr && !text.retry_after_s)
    text.retry_after_s = seconds->integer();
  if ((is_told(detail["code"].text()) || !error_class(http_status).hides_cause) && code.tenant_may_read) {
    text.message = status.text();
    text.code = detail["code"].text_or("");
    text.details = shown_details(detail);
  }
  return error_response(http_status, text, request_id);
}

}  // namespace cvg
