// DeliveryStore: the way of an event from the outbox to the tenants' webhooks, durable at every step.  Every method is one
// transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/model/webhook.h"
#include "core/state/database.h"
#include "core/state/run_store.h"

namespace cvg {

// An event as it will be sent, and the outbox row that it comes from.
struct Announcement {
  std::int64_t outbox_id = 0;
  std::string tenant_id, event, event_id, body;
};

// How an attempt ended.
struct DeliveryOutcome {
  DeliveryState state = DeliveryState::waiting;
  std::int64_t next_ms = 0;  // of waiting
  std::int32_t http_status = 0;
  std::string error_message = {};
  std::int64_t duration_ms = 0;
  std::string disable_reason = {};  // not empty: the webhook is switched off, and all that waits for it is given up
};

// A webhook for which something waits.
struct WaitingWebhook {
  Webhook webhook;
  std::int64_t next_ms = 0;  // of its first delivery
};

class DeliveryStore {
 public:
  DeliveryStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Makes a delivery for every active webhook that wants the event and removes the outbox rows.  A webhook for which
  // waiting_max wait already gets a dead letter instead.  The number made.
  Result<std::int64_t> fan_out(const std::vector<Announcement>& announcements, std::int64_t waiting_max);
  Status add(const Delivery& delivery, const AuditEntry& audit);
  // failure_rate.warning, once a UTC day, when more than this share of today's ended runs failed.
  Status note_failures(const std::string& tenant_id, std::int64_t percent, std::int64_t runs_min);

  Result<std::vector<WaitingWebhook>> waiting();
  // The delivery of this webhook that is due first; nullopt: none is due.
  Result<std::optional<Delivery>> first_due(const std::string& webhook_id);
  // Code::not_found when it is gone or has ended meanwhile.
  Status record(const Delivery& delivery, const DeliveryOutcome& outcome);

  // Newest first.
  Result<std::vector<Delivery>> list(const std::string& webhook_id, std::optional<DeliveryState> state, int limit);
  Result<std::int64_t> count_waiting();
  // Removes ended ones that are older, at most limit of them, and notices of earlier days.
  Result<std::int64_t> prune(std::int64_t before_ms, int limit);

 private:
  Database& database_;
  Clock& clock_;
};

}  // namespace cvg
