// WebhookStore: tenants' webhooks.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/model/webhook.h"
#include "core/state/database.h"

namespace cvg {

class WebhookStore {
 public:
  WebhookStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Writes beside a webhook, in the transaction that creates it; what fails there undoes the webhook.
  using Beside = std::function<Status(Connection&, const Webhook& stored)>;
  // Code::conflict when the tenant has per_tenant_max already.
  Status create(const Webhook& webhook, std::int64_t per_tenant_max, const AuditEntry& audit, const Beside& beside = {});
  // Everything but id, tenant and creation; Code::not_found.  What waits for a webhook that is switched off is given up.
  Status update(const Webhook& webhook, const AuditEntry& audit);
  // With its deliveries; Code::not_found.
  Status remove(const std::string& tenant_id, const std::string& webhook_id, const AuditEntry& audit);
  Result<std::optional<Webhook>> get(const std::string& tenant_id, const std::string& webhook_id);
  Result<std::vector<Webhook>> list(const std::string& tenant_id);  // oldest first

 private:
  Database& database_;
  Clock& clock_;
};

inline constexpr std::string_view webhook_columns =
    "w.webhook_id, w.tenant_id, w.url, w.events, w.description, w.encrypted_secret, w.is_active, w.disabled_reason, w.created_ms, "
    "w.updated_ms";
inline constexpr int webhook_column_count = 10;
Webhook read_webhook(const Statement& row);
// Gives up what waits for this webhook.  Inside write().
void fail_waiting(Connection& connection, const std::string& webhook_id, std::string_view reason, std::int64_t now_ms);

}  // namespace cvg
