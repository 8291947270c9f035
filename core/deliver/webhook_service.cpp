#include "core/deliver/webhook_service.h"

#include <algorithm>

#include "core/base/field_problems.h"
#include "core/base/http_client.h"
#include "core/base/ip_address.h"
#include "core/base/random.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"
#include "core/deliver/event.h"

namespace cvg {
namespace {

constexpr std::size_t secret_bytes_min = 16, secret_bytes_max = 256, description_bytes_max = 500;
constexpr std::size_t id_letters = 20, secret_letters = 32;
constexpr const char* key_id = "tenant";

Status bad_field(const char* field, std::string issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", std::move(issue)).dump());
}

AuditEntry audit_of(const WebhookService::Caller& caller, std::string action, const std::string& target, Json detail = Json::object()) {
  AuditEntry audit = caller.audit;
  audit.tenant_id = caller.tenant.id;
  audit.action = std::move(action);
  audit.target = target;
  audit.detail_json = detail.dump();
  return audit;
}

Json told_of(const WebhookService::Shown& shown) {
  Json detail = Json::object().set("url", shown.webhook.url).set("events", join(shown.webhook.events, ","));
  return detail.set("is_active", shown.webhook.is_active).set("secret_set", !shown.secret.empty());
}

// Binds a secret to its tenant and webhook: a row copied to another tenant cannot be opened.
std::string bound_to(const Webhook& webhook) { return fmt::format("{}:webhook:{}", webhook.tenant_id, webhook.id); }

// Each reads one member of the body into a webhook.
Status read_url(const Json& value, Webhook& webhook, bool allow_private) {
  if (!value.is_string()) return bad_field("url", "must be text");
  const Result<HttpUrl> url = check_http_url(value.text());
  if (!url.ok()) return bad_field("url", url.status().text().substr(std::string_view("the URL ").size()));
  const bool inside = !is_public_literal(url->host) || url->host == "localhost" || url->host.ends_with(".localhost");
  if (inside && !allow_private) return bad_field("url", "must lead to a public address");
  if (shows_secret(value.text())) return bad_field("url", "looks like it holds a secret; requests are signed with the webhook's own");
  webhook.url = value.text();
  return {};
}

Status read_events(const Json& value, Webhook& webhook) {
  const std::vector<std::string> known = event_names();
  if (!value.is_array() || value.size() == 0) return bad_field("events", "must be a list of at least one event");
  webhook.events.clear();
  for (const Json& item : value.items()) {
    if (!item.is_string() || (item.text() != "*" && std::find(known.begin(), known.end(), item.text()) == known.end()))
      return bad_field("events", fmt::format("may hold {} and *", join(known, ", ")));
    if (std::find(webhook.events.begin(), webhook.events.end(), item.text()) == webhook.events.end()) webhook.events.push_back(item.text());
  }
  return {};
}

Status read_description(const Json& value, Webhook& webhook) {
  if (!value.is_string() || value.text().size() > description_bytes_max)
    return bad_field("description", fmt::format("must be text of at most {} bytes", description_bytes_max));
  const bool controls = std::any_of(value.text().begin(), value.text().end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (controls) return bad_field("description", "holds control characters");
  if (shows_secret(value.text())) return bad_field("description", "looks like it holds a secret");
  webhook.description = value.text();
  return {};
}

Status read_active(const Json& value, Webhook& webhook) {
  if (!value.is_bool()) return bad_field("is_active", "must be true or false");
  webhook.is_active = value.boolean();
  if (webhook.is_active) webhook.disabled_reason.clear();
  return {};
}

Status check_secret(const Json& value) {
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  const bool good = value.is_string() && value.text().size() >= secret_bytes_min && value.text().size() <= secret_bytes_max &&
                    std::all_of(value.text().begin(), value.text().end(), printable);
  return good ? Status() : bad_field("secret", fmt::format("must be {} to {} printable ASCII letters without blanks", secret_bytes_min, secret_bytes_max));
}

}  // namespace

Status WebhookService::seal(Shown& shown, std::string secret) {
  CVG_ASSIGN(shown.webhook.encrypted_secret, parts_.keys.wrap(key_id, secret, bound_to(shown.webhook)));
  shown.secret = std::move(secret);
  return {};
}

Result<std::string> WebhookService::secret_of(const Webhook& webhook) {
  return parts_.keys.unwrap(key_id, webhook.encrypted_secret, bound_to(webhook));
}

Status WebhookService::apply(const Json& body, Shown& shown, const std::vector<const char*>& required) {
  FieldProblems problems;
  for (const char* name : required)
    if (body.find(name) == nullptr) problems.add(name, "is required");
  for (const auto& [name, value] : body.members()) {
    if (name == "url") problems.add(read_url(value, shown.webhook, parts_.allow_private_addresses));
    if (name == "events") problems.add(read_events(value, shown.webhook));
    if (name == "description") problems.add(read_description(value, shown.webhook));
    if (name == "is_active") problems.add(read_active(value, shown.webhook));
    if (name == "secret" && !value.is_null()) problems.add(check_secret(value));
  }
  problems.add_unknown(body, {"url", "events", "description", "is_active", "secret"});
  CVG_RETURN_IF_ERROR(problems.status());
  const Json* secret = body.find("secret");
  if (!secret && !shown.webhook.encrypted_secret.empty()) return {};
  return seal(shown, secret && !secret->is_null() ? secret->text() : "whsec_" + random_base62(secret_letters));
}

Result<WebhookService::Shown> WebhookService::create(const Caller& caller, const Json& body, const WebhookStore::Beside& beside) {
  Shown shown;
  shown.webhook.id = "wh_" + random_base62(id_letters);
  shown.webhook.tenant_id = caller.tenant.id;
  CVG_RETURN_IF_ERROR(apply(body, shown, {"url", "events"}));
  CVG_RETURN_IF_ERROR(parts_.webhooks.create(shown.webhook, parts_.per_tenant_max, audit_of(caller, "webhook.create", shown.webhook.id, told_of(shown)), beside));
  CVG_ASSIGN(shown.webhook, get(caller.tenant.id, shown.webhook.id));
  return shown;
}

Result<WebhookService::Shown> WebhookService::update(const Caller& caller, const std::string& webhook_id, const Json& body) {
  Shown shown;
  CVG_ASSIGN(shown.webhook, get(caller.tenant.id, webhook_id));
  CVG_RETURN_IF_ERROR(apply(body, shown, {}));
  CVG_RETURN_IF_ERROR(parts_.webhooks.update(shown.webhook, audit_of(caller, "webhook.update", webhook_id, told_of(shown))));
  CVG_ASSIGN(shown.webhook, get(caller.tenant.id, webhook_id));
  return shown;
}

Status WebhookService::remove(const Caller& caller, const std::string& webhook_id) {
  return parts_.webhooks.remove(caller.tenant.id, webhook_id, audit_of(caller, "webhook.delete", webhook_id));
}

Result<Webhook> WebhookService::get(const std::string& tenant_id, const std::string& webhook_id) {
  CVG_ASSIGN(std::optional<Webhook> webhook, parts_.webhooks.get(tenant_id, webhook_id));
  if (!webhook) return Status(Code::not_found, fmt::format("There is no webhook {}", webhook_id));
  return std::move(*webhook);
}

Result<std::vector<Webhook>> WebhookService::list(const std::string& tenant_id) { return parts_.webhooks.list(tenant_id); }

Result<std::vector<Delivery>> WebhookService::deliveries(const std::string& tenant_id, const std::string& webhook_id,
                                                         std::optional<DeliveryState> state, int limit) {
  CVG_RETURN_IF_ERROR(get(tenant_id, webhook_id).status());
  return parts_.deliveries.list(webhook_id, state, limit);
}

Result<Delivery> WebhookService::test(const Caller& caller, const std::string& webhook_id) {
  CVG_ASSIGN(const Webhook webhook, get(caller.tenant.id, webhook_id));
  if (!webhook.is_active) return Status(Code::conflict, "The webhook is switched off").with_retryable(false);
  const std::int64_t now = parts_.clock.now_ms();
  Delivery delivery;
  delivery.id = random_uuid();
  const Announcement announcement =
      announcement_of(test_event, caller.tenant, delivery.id, now, Json::object().set("webhook_id", webhook_id));
  delivery.webhook_id = webhook_id;
  delivery.tenant_id = caller.tenant.id;
  delivery.event = announcement.event;
  delivery.event_id = announcement.event_id;
  delivery.body = announcement.body;
  delivery.next_ms = delivery.created_ms = now;
  CVG_RETURN_IF_ERROR(parts_.deliveries.add(delivery, audit_of(caller, "webhook.test", webhook_id)));
  if (parts_.added) parts_.added();
  return delivery;
}

}  // namespace cvg
