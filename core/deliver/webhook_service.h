// WebhookService: what the webhook routes call: a body checked, a secret sealed, a row written.  A secret is shown by the
// call that sets it and never again.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/access/key_manager.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/model/tenant.h"
#include "core/model/webhook.h"
#include "core/state/delivery_store.h"
#include "core/state/webhook_store.h"

namespace cvg {

class WebhookService {
 public:
  struct Parts {  // all outlive the service
    WebhookStore& webhooks;
    DeliveryStore& deliveries;
    KeyManager& keys;
    Clock& clock;
    std::int64_t per_tenant_max = 20;
    bool allow_private_addresses = false;
    std::function<void()> added;  // a delivery was added; may be empty
  };
  explicit WebhookService(Parts parts) : parts_(std::move(parts)) {}

  // For whom, and the audit row without action, target and detail.
  struct Caller {
    Tenant tenant;
    AuditEntry audit;
  };
  struct Shown {
    Webhook webhook;
    std::string secret;  // in clear when this call set it, else empty
  };
  // body: url and events; optional is_active, description, secret (else one is made).  Code::invalid names field and issue.
  // beside hears of the webhook as it is stored, inside the transaction that stores it.
  Result<Shown> create(const Caller& caller, const Json& body, const WebhookStore::Beside& beside = {});
  // body: any of them; secret: null makes a new one.
  Result<Shown> update(const Caller& caller, const std::string& webhook_id, const Json& body);
  Status remove(const Caller& caller, const std::string& webhook_id);
  Result<Webhook> get(const std::string& tenant_id, const std::string& webhook_id);
  Result<std::vector<Webhook>> list(const std::string& tenant_id);
  Result<std::vector<Delivery>> deliveries(const std::string& tenant_id, const std::string& webhook_id,
                                           std::optional<DeliveryState> state, int limit);
  // Sends webhook.test soon, whatever the webhook subscribed to; Code::conflict when it is switched off.
  Result<Delivery> test(const Caller& caller, const std::string& webhook_id);

  // In clear, for the signature.
  Result<std::string> secret_of(const Webhook& webhook);

 private:
  Status apply(const Json& body, Shown& shown, const std::vector<const char*>& required);
  Status seal(Shown& shown, std::string secret);
  const Parts parts_;
};

}  // namespace cvg
