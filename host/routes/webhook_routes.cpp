#include "host/routes/webhook_routes.h"

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/deliver/webhook_service.h"
#include "host/routes/request_audit.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::int64_t page_rows_default = 20, page_rows_max = 100;

Json time_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_time(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

using Shown = WebhookService::Shown;

Json events_json(const Shown& shown) {
  Json events = Json::array();
  for (const std::string& event : shown.webhook.events) events.push(event);
  return events;
}

constexpr auto webhook_fields = std::to_array<Field<Shown>>({
    {{"webhook_id", "string", "Its id"}, [](const Shown& s) { return Json(s.webhook.id); }},
    {{"url", "string", "Where events are sent"}, [](const Shown& s) { return Json(s.webhook.url); }},
    {{"events", "[string]", "run.complete, run.failed, quota.warning, failure_rate.warning, or * for all"}, events_json},
    {{"description", "string", "For people"}, [](const Shown& s) { return Json(s.webhook.description); }},
    {{"is_active", "boolean", "Events are sent"}, [](const Shown& s) { return Json(s.webhook.is_active); }},
    {{"disabled_reason", "string?", "Why the server switched it off"}, [](const Shown& s) { return text_or_null(s.webhook.disabled_reason); }},
    {{"created_at", "date-time", "When it was made"}, [](const Shown& s) { return Json(format_time(s.webhook.created_ms)); }},
    {{"updated_at", "date-time", "When it was changed last"}, [](const Shown& s) { return Json(format_time(s.webhook.updated_ms)); }},
});

constexpr auto delivery_fields = std::to_array<Field<Delivery>>({
    {{"delivery_id", "uuid", "X-Convergence-Delivery, the same on every attempt"}, [](const Delivery& d) { return Json(d.id); }},
    {{"event", "string", "Its name"}, [](const Delivery& d) { return Json(d.event); }},
    {{"event_id", "string", "id of the body"}, [](const Delivery& d) { return Json(d.event_id); }},
    {{"status", "string", "WAITING, DELIVERED or FAILED (given up)"}, [](const Delivery& d) { return Json(std::string(to_text(d.state))); }},
    {{"attempts", "integer", "How often it was sent"}, [](const Delivery& d) { return Json(d.attempts); }},
    {{"next_attempt_at", "date-time?", "Of a waiting one"}, [](const Delivery& d) { return d.state == DeliveryState::waiting ? time_or_null(d.next_ms) : Json(); }},
    {{"http_status", "integer?", "The last answer"}, [](const Delivery& d) { return d.http_status == 0 ? Json() : Json(d.http_status); }},
    {{"error_message", "string?", "What went wrong the last time"}, [](const Delivery& d) { return text_or_null(d.error_message); }},
    {{"created_at", "date-time", "When the event came"}, [](const Delivery& d) { return Json(format_time(d.created_ms)); }},
    {{"ended_at", "date-time?", "When it was delivered or given up"}, [](const Delivery& d) { return time_or_null(d.ended_ms); }},
    {{"duration_ms", "integer", "Of the last attempt"}, [](const Delivery& d) { return Json(d.duration_ms); }},
});

WebhookService::Caller caller_of(const RouteContext& context) { return {context.principal->tenant, request_audit(context)}; }

Json webhook_json(const Shown& shown) {
  Json json = to_json(webhook_fields, shown);
  return shown.secret.empty() ? json : json.set("secret", shown.secret);
}

Response shown_once(const Shown& shown) {
  Response response = json_response(webhook_json(shown));
  return shown.secret.empty() ? response : response.with("Cache-Control", "no-store");
}

Status parameter_error(const char* field, std::string issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", std::move(issue)).dump());
}

}  // namespace

Result<Response> post_webhook(RouteContext& context) {
  WebhookStore::Beside beside;
  if (context.keep_reply)  // without the secret: whoever repeats the request has a webhook, and asks for a new secret with PATCH
    beside = [&](Connection& c, const Webhook& stored) { return context.keep_reply(c, json_response(webhook_json({stored, ""}))); };
  CVG_ASSIGN(const Shown shown, context.services.webhooks->create(caller_of(context), context.body, beside));
  return shown_once(shown);
}

Result<Response> list_webhooks(RouteContext& context) {
  CVG_ASSIGN(const std::vector<Webhook> webhooks, context.services.webhooks->list(context.principal->tenant.id));
  Json array = Json::array();
  for (const Webhook& webhook : webhooks) array.push(webhook_json({webhook, ""}));
  return json_response(array);
}

Result<Response> get_webhook(RouteContext& context) {
  CVG_ASSIGN(const Webhook webhook, context.services.webhooks->get(context.principal->tenant.id, context.parameter("webhook_id")));
  return json_response(webhook_json({webhook, ""}));
}

Result<Response> patch_webhook(RouteContext& context) {
  CVG_ASSIGN(const Shown shown, context.services.webhooks->update(caller_of(context), context.parameter("webhook_id"), context.body));
  return shown_once(shown);
}

Result<Response> delete_webhook(RouteContext& context) {
  const std::string& id = context.parameter("webhook_id");
  CVG_RETURN_IF_ERROR(context.services.webhooks->remove(caller_of(context), id));
  return json_response(Json::object().set("webhook_id", id).set("message", "The webhook was deleted"));
}

Result<Response> list_webhook_deliveries(RouteContext& context) {
  std::optional<DeliveryState> state;
  if (const auto text = context.request.parameter("status")) {
    state.emplace();
    if (!delivery_state_from_text(*text, *state)) return parameter_error("status", "must be WAITING, DELIVERED or FAILED");
  }
  std::int64_t limit = page_rows_default;
  const auto text = context.request.parameter("limit");
  if ((text && !parse_integer(*text, limit)) || limit < 1 || limit > page_rows_max)
    return parameter_error("limit", fmt::format("must be between 1 and {}", page_rows_max));
  CVG_ASSIGN(const std::vector<Delivery> rows, context.services.webhooks->deliveries(context.principal->tenant.id, context.parameter("webhook_id"),
                                                                                    state, static_cast<int>(limit)));
  Json array = Json::array();
  for (const Delivery& row : rows) array.push(to_json(delivery_fields, row));
  return json_response(array);
}

Result<Response> post_webhook_test(RouteContext& context) {
  CVG_ASSIGN(const Delivery delivery, context.services.webhooks->test(caller_of(context), context.parameter("webhook_id")));
  return json_response(to_json(delivery_fields, delivery));
}

std::vector<FieldDoc> webhook_field_docs() {
  std::vector<FieldDoc> docs = docs_of(webhook_fields);
  docs.push_back({"secret", "string", "Only in the answer that set it", false});
  return docs;
}

std::vector<FieldDoc> webhook_delivery_field_docs() { return docs_of(delivery_fields); }

}  // namespace cvg
