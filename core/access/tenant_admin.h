// TenantAdmin: what the operator does with tenants and their keys.  Every mutation is one transaction with its audit row and
// the entry that brings it to the tenant's dataset.  Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/access/key_manager.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/config/plans.h"
#include "core/state/key_store.h"
#include "core/state/tenant_store.h"

namespace cvg {

struct TenantAdminParts {  // all outlive the service
  TenantStore& tenants;
  KeyStore& keys;
  KeyManager& key_manager;
  const Plans& plans;
  const Clock& clock;
  std::function<void(const std::string& tenant_id)> changed;  // the mirror of this tenant is behind; must not wait
  std::int64_t keys_max = 100;                                // usable ones of a tenant
  std::int64_t grace_seconds_max = 30 * 86'400;
};

// A key as it is told once.
struct IssuedKey {
  Tenant tenant;
  ApiKey row;
  std::string api_key;
  std::vector<ApiKey> replaced;  // of a rotation
};

class TenantAdmin {
 public:
  explicit TenantAdmin(TenantAdminParts parts) : parts_(std::move(parts)) {}

  // tenant_id in any case.  Code::not_found: no such tenant; of a key: this tenant has none with that id.
  // who: actor, user and address; tenant, action and target are filled in here.
  Result<Tenant> tenant(const std::string& tenant_id);
  Result<Tenant> change(const std::string& tenant_id, const Json& body, AuditEntry who);
  Result<std::vector<ApiKey>> keys(const std::string& tenant_id);
  Result<IssuedKey> create_key(const std::string& tenant_id, const Json& body, AuditEntry who);
  Result<IssuedKey> rotate_key(const std::string& tenant_id, const Json& body, AuditEntry who);
  Result<ApiKey> revoke_key(const std::string& tenant_id, const std::string& key_id, AuditEntry who);

 private:
  Result<IssuedKey> new_key(const std::string& tenant_id);

  const TenantAdminParts parts_;
};

}  // namespace cvg
