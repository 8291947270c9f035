// A tenant's webhook, and what was or will be sent to it.  Plain values; times are milliseconds since the epoch, UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvg {

struct Webhook {
  std::string id;         // opaque
  std::string tenant_id;  // lower case
  std::string url;
  std::vector<std::string> events;  // names of events, or "*"
  std::string description;
  std::string encrypted_secret;  // of the key manager, bytes
  bool is_active = true;
  std::string disabled_reason;  // why the server switched it off; empty: it did not
  std::int64_t created_ms = 0, updated_ms = 0;
};

enum class DeliveryState : std::uint8_t { waiting, delivered, failed };

// One event on its way to one webhook.  failed: given up, kept to be looked at (a dead letter).
struct Delivery {
  std::string id;  // the same on every attempt, so that a receiver recognises what it has seen
  std::string webhook_id, tenant_id;
  std::string event, event_id;
  std::string body;  // the same bytes on every attempt
  DeliveryState state = DeliveryState::waiting;
  std::int64_t attempts = 0;
  std::int64_t next_ms = 0;  // of a waiting one: not before
  std::int32_t http_status = 0;  // of the last answer; 0: none came
  std::string error_message;
  std::int64_t created_ms = 0, ended_ms = 0, duration_ms = 0;  // duration of the last attempt
};

std::string_view to_text(DeliveryState state);  // "WAITING", "DELIVERED", "FAILED"
bool delivery_state_from_text(std::string_view text, DeliveryState& out);  // case-insensitive

}  // namespace cvg
