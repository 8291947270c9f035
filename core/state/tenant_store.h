// TenantStore: profiles, keys and subscriptions.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"
#include "core/state/key_cache.h"

namespace cvg {

class TenantStore {
 public:
  TenantStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Profile, key, subscription and usage row in one transaction; Code::conflict when the tenant exists.
  Status create(const Tenant& tenant, const ApiKey& key, const AuditEntry& audit);
  // Undoes create() as a whole (a failed onboarding).
  Status remove(const std::string& tenant_id);
  Result<std::optional<Tenant>> get(const std::string& tenant_id);  // lower case
  // The active, unexpired key with this SHA-256 and its tenant.
  struct KeyOwner {
    ApiKey key;
    Tenant tenant;
  };
  Result<std::optional<KeyOwner>> find_key(const std::string& hash);
  Result<std::vector<ApiKey>> keys(const std::string& tenant_id);
  // The next key replaces the old ones in one transaction (force_recreate of an existing tenant).
  Status replace_keys(const std::string& tenant_id, const ApiKey& key, const AuditEntry& audit);

 private:
  Database& database_;
  Clock& clock_;
  KeyCache<KeyOwner> owners_;
};

}  // namespace cvg
