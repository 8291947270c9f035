#include "core/state/delivery_store.h"

#include <algorithm>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/state/notice_row.h"
#include "core/state/run_row.h"
#include "core/state/usage_row.h"
#include "core/state/webhook_store.h"

namespace cvg {
namespace {

constexpr std::string_view delivery_columns =
    "delivery_id, webhook_id, tenant_id, event, event_id, body_json, status, attempts, next_ms, http_status, error_message, "
    "created_ms, ended_ms, duration_ms";

Delivery read_delivery(const Statement& row) {
  Delivery delivery;
  delivery.id = row.text(0);
  delivery.webhook_id = row.text(1);
  delivery.tenant_id = row.text(2);
  delivery.event = row.text(3);
  delivery.event_id = row.text(4);
  delivery.body = row.text(5);
  delivery_state_from_text(row.text(6), delivery.state);
  delivery.attempts = row.integer(7);
  delivery.next_ms = row.integer(8);
  delivery.http_status = static_cast<std::int32_t>(row.integer(9));
  delivery.error_message = row.text(10);
  delivery.created_ms = row.integer(11);
  delivery.ended_ms = row.integer(12);
  delivery.duration_ms = row.integer(13);
  return delivery;
}

void insert_delivery(Connection& c, const Delivery& delivery) {
  c.prepare("INSERT INTO webhook_deliveries (delivery_id, webhook_id, tenant_id, event, event_id, body_json, status, next_ms, "
            "error_message, created_ms, ended_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
            "ON CONFLICT (webhook_id, event_id) DO NOTHING")
      .bind(1, delivery.id).bind(2, delivery.webhook_id).bind(3, delivery.tenant_id).bind(4, delivery.event)
      .bind(5, delivery.event_id).bind(6, delivery.body).bind(7, to_text(delivery.state)).bind(8, delivery.next_ms)
      .bind(9, delivery.error_message).bind(10, delivery.created_ms).bind(11, delivery.ended_ms)
      .step();
}

std::vector<Webhook> subscribers(Connection& c, const Announcement& announcement) {
  static const std::string sql =
      fmt::format("SELECT {} FROM tenant_webhooks w WHERE w.tenant_id = ?1 AND w.is_active = 1", webhook_columns);
  std::vector<Webhook> webhooks;
  Statement& row = c.prepare(sql);
  row.bind(1, announcement.tenant_id);
  while (row.step()) {
    Webhook webhook = read_webhook(row);
    const bool wanted = std::any_of(webhook.events.begin(), webhook.events.end(),
                                    [&](const std::string& event) { return event == "*" || event == announcement.event; });
    if (wanted) webhooks.push_back(std::move(webhook));
  }
  return webhooks;
}

bool is_full(Connection& c, const std::string& webhook_id, std::int64_t waiting_max) {
  Statement& row = c.prepare(
      "SELECT 1 FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'WAITING' LIMIT 1 OFFSET ?2");
  return row.bind(1, webhook_id).bind(2, waiting_max - 1).step();
}

}  // namespace

Result<std::int64_t> DeliveryStore::fan_out(const std::vector<Announcement>& announcements, std::int64_t waiting_max) {
  std::int64_t made = 0;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    made = 0;
    const std::int64_t now = clock_.now_ms();
    for (const Announcement& announcement : announcements) {
      for (const Webhook& webhook : subscribers(c, announcement)) {
        Delivery delivery;
        delivery.id = random_uuid();
        delivery.webhook_id = webhook.id;
        delivery.tenant_id = announcement.tenant_id;
        delivery.event = announcement.event;
        delivery.event_id = announcement.event_id;
        delivery.body = announcement.body;
        delivery.next_ms = delivery.created_ms = now;
        if (is_full(c, webhook.id, waiting_max)) {
          delivery.state = DeliveryState::failed;
          delivery.error_message = fmt::format("{} deliveries were waiting already (webhooks.waiting_max)", waiting_max);
          delivery.ended_ms = now;
        }
        insert_delivery(c, delivery);
        made += c.changes();
      }
      c.prepare("DELETE FROM outbox WHERE outbox_id = ?1").bind(1, announcement.outbox_id).step();
    }
    return Status();
  }));
  return made;
}

Status DeliveryStore::add(const Delivery& delivery, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    insert_delivery(c, delivery);
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Status DeliveryStore::note_failures(const std::string& tenant_id, std::int64_t percent, std::int64_t runs_min) {
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    const Usage usage = read_usage(c, tenant_id, now);
    const std::int64_t ended = usage.succeeded_today + usage.failed_today;
    if (ended < runs_min || usage.failed_today * 100 <= ended * percent) return Status();
    Json data = Json::object().set("usage_date", usage.usage_date).set("runs_ended", ended).set("runs_failed", usage.failed_today);
    raise_notice(c, tenant_id, failure_rate_warning, usage.usage_date, std::move(data.set("threshold_percent", percent)), now);
    return Status();
  });
}

// One look-up in the index per webhook, however many deliveries wait for it.
Result<std::vector<WaitingWebhook>> DeliveryStore::waiting() {
  static const std::string sql = fmt::format(
      "WITH RECURSIVE ids (id) AS (SELECT min(webhook_id) FROM webhook_deliveries WHERE status = 'WAITING' UNION ALL "
      "SELECT (SELECT min(webhook_id) FROM webhook_deliveries WHERE status = 'WAITING' AND webhook_id > ids.id) FROM ids "
      "WHERE ids.id IS NOT NULL) SELECT {}, (SELECT min(next_ms) FROM webhook_deliveries d WHERE d.webhook_id = w.webhook_id AND "
      "d.status = 'WAITING') FROM ids JOIN tenant_webhooks w ON w.webhook_id = ids.id ORDER BY w.webhook_id", webhook_columns);
  std::vector<WaitingWebhook> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    while (row.step()) found.push_back({read_webhook(row), row.integer(webhook_column_count)});
    return row.status();
  }));
  return found;
}

Result<std::optional<Delivery>> DeliveryStore::first_due(const std::string& webhook_id) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM webhook_deliveries WHERE webhook_id = ?1 AND status = 'WAITING' AND next_ms <= ?2 ORDER BY next_ms LIMIT 1",
      delivery_columns);
  std::optional<Delivery> delivery;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, webhook_id).bind(2, clock_.now_ms()).step()) delivery = read_delivery(row);
    return row.status();
  }));
  return delivery;
}

Status DeliveryStore::record(const Delivery& delivery, const DeliveryOutcome& outcome) {
  return database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    c.prepare("UPDATE webhook_deliveries SET status = ?2, attempts = attempts + 1, next_ms = ?3, http_status = ?4, "
              "error_message = ?5, ended_ms = ?6, duration_ms = ?7 WHERE delivery_id = ?1 AND status = 'WAITING'")
        .bind(1, delivery.id).bind(2, to_text(outcome.state)).bind(3, outcome.next_ms).bind(4, outcome.http_status)
        .bind(5, outcome.error_message).bind(6, outcome.state == DeliveryState::waiting ? 0 : now).bind(7, outcome.duration_ms)
        .step();
    if (c.changes() != 1) return Status(Code::not_found, "The delivery is gone or has ended.", delivery.id);
    if (outcome.disable_reason.empty()) return Status();
    c.prepare("UPDATE tenant_webhooks SET is_active = 0, disabled_reason = ?2, updated_ms = ?3 WHERE webhook_id = ?1")
        .bind(1, delivery.webhook_id).bind(2, outcome.disable_reason).bind(3, now)
        .step();
    fail_waiting(c, delivery.webhook_id, outcome.disable_reason, now);
    return Status();
  });
}

Result<std::vector<Delivery>> DeliveryStore::list(const std::string& webhook_id, std::optional<DeliveryState> state, int limit) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM webhook_deliveries WHERE webhook_id = ?1 AND (?2 = '' OR status = ?2) ORDER BY created_ms DESC, rowid DESC "
      "LIMIT ?3", delivery_columns);
  std::vector<Delivery> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, webhook_id).bind(2, state ? to_text(*state) : std::string_view()).bind(3, limit);
    while (row.step()) found.push_back(read_delivery(row));
    return row.status();
  }));
  return found;
}

Result<std::int64_t> DeliveryStore::count_waiting() {
  std::int64_t count = 0;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT count(*) FROM webhook_deliveries WHERE status = 'WAITING'");
    if (row.step()) count = row.integer(0);
    return row.status();
  }));
  return count;
}

Result<std::int64_t> DeliveryStore::prune(std::int64_t before_ms, int limit) {
  std::int64_t removed = 0;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    c.prepare("DELETE FROM webhook_deliveries WHERE delivery_id IN (SELECT delivery_id FROM webhook_deliveries "
              "WHERE status IN ('DELIVERED', 'FAILED') AND ended_ms < ?1 ORDER BY ended_ms LIMIT ?2)")
        .bind(1, before_ms).bind(2, limit)
        .step();
    removed = c.changes();
    // The key of a notice is its day; one that cannot be raised again needs no memory.
    c.prepare("DELETE FROM tenant_notices WHERE created_ms < ?1").bind(1, clock_.now_ms() - 2 * day_ms).step();
    return Status();
  }));
  return removed;
}

}  // namespace cvg
