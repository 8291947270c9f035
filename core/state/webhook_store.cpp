#include "core/state/webhook_store.h"

#include "core/base/text.h"
#include "core/state/run_row.h"

namespace cvg {
namespace {

Status no_webhook(const std::string& webhook_id) { return Status(Code::not_found, fmt::format("There is no webhook {}", webhook_id)); }

}  // namespace

Webhook read_webhook(const Statement& row) {
  Webhook webhook;
  webhook.id = row.text(0);
  webhook.tenant_id = row.text(1);
  webhook.url = row.text(2);
  for (const std::string& events = row.text(3); const std::string_view event : split(events, ',')) webhook.events.emplace_back(event);
  webhook.description = row.text(4);
  webhook.encrypted_secret = row.text(5);
  webhook.is_active = row.integer(6) != 0;
  webhook.disabled_reason = row.text(7);
  webhook.created_ms = row.integer(8);
  webhook.updated_ms = row.integer(9);
  return webhook;
}

void fail_waiting(Connection& connection, const std::string& webhook_id, std::string_view reason, std::int64_t now_ms) {
  connection
      .prepare("UPDATE webhook_deliveries SET status = 'FAILED', error_message = ?2, ended_ms = ?3 "
               "WHERE webhook_id = ?1 AND status = 'WAITING'")
      .bind(1, webhook_id).bind(2, reason).bind(3, now_ms)
      .step();
}

Status WebhookStore::create(const Webhook& webhook, std::int64_t per_tenant_max, const AuditEntry& audit, const Beside& beside) {
  return database_.write([&](Connection& c) {
    Statement& count = c.prepare("SELECT count(*) FROM tenant_webhooks WHERE tenant_id = ?1");
    if (count.bind(1, webhook.tenant_id).step() && count.integer(0) >= per_tenant_max)
      return Status(Code::conflict, fmt::format("A tenant may have {} webhooks (webhooks.per_tenant_max)", per_tenant_max))
          .with_retryable(false);
    const std::int64_t now = clock_.now_ms();
    c.prepare("INSERT INTO tenant_webhooks (webhook_id, tenant_id, url, events, description, encrypted_secret, is_active, "
              "created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)")
        .bind(1, webhook.id).bind(2, webhook.tenant_id).bind(3, webhook.url).bind(4, join(webhook.events, ","))
        .bind(5, webhook.description).bind_bytes(6, webhook.encrypted_secret).bind(7, webhook.is_active ? 1 : 0).bind(8, now)
        .step();
    insert_audit(c, audit, clock_);
    if (!beside) return Status();
    Webhook stored = webhook;
    stored.created_ms = stored.updated_ms = now;
    return beside(c, stored);
  });
}

Status WebhookStore::update(const Webhook& webhook, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    c.prepare("UPDATE tenant_webhooks SET url = ?3, events = ?4, description = ?5, encrypted_secret = ?6, is_active = ?7, "
              "disabled_reason = ?8, updated_ms = ?9 WHERE webhook_id = ?1 AND tenant_id = ?2")
        .bind(1, webhook.id).bind(2, webhook.tenant_id).bind(3, webhook.url).bind(4, join(webhook.events, ","))
        .bind(5, webhook.description).bind_bytes(6, webhook.encrypted_secret).bind(7, webhook.is_active ? 1 : 0)
        .bind(8, webhook.disabled_reason).bind(9, now)
        .step();
    if (c.changes() != 1) return no_webhook(webhook.id);
    if (!webhook.is_active) fail_waiting(c, webhook.id, "the webhook was switched off", now);
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Status WebhookStore::remove(const std::string& tenant_id, const std::string& webhook_id, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    c.prepare("DELETE FROM tenant_webhooks WHERE webhook_id = ?1 AND tenant_id = ?2").bind(1, webhook_id).bind(2, tenant_id).step();
    if (c.changes() != 1) return no_webhook(webhook_id);
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Result<std::optional<Webhook>> WebhookStore::get(const std::string& tenant_id, const std::string& webhook_id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM tenant_webhooks w WHERE w.webhook_id = ?1 AND w.tenant_id = ?2", webhook_columns);
  std::optional<Webhook> webhook;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, webhook_id).bind(2, tenant_id).step()) webhook = read_webhook(row);
    return row.status();
  }));
  return webhook;
}

Result<std::vector<Webhook>> WebhookStore::list(const std::string& tenant_id) {
  static const std::string sql =
      fmt::format("SELECT {} FROM tenant_webhooks w WHERE w.tenant_id = ?1 ORDER BY w.created_ms, w.webhook_id", webhook_columns);
  std::vector<Webhook> webhooks;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, tenant_id);
    while (row.step()) webhooks.push_back(read_webhook(row));
    return row.status();
  }));
  return webhooks;
}

}  // namespace cvg
