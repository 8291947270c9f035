// CredentialStore: a tenant's credentials of clouds, one for each provider, as sealed bytes.  Every method is one
// transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

struct Credential {
  std::string id, tenant_id;
  std::string provider;  // lower case
  std::string name;
  std::string sealed;  // bytes of the vault
  std::int64_t created_ms = 0, updated_ms = 0, last_check_ms = 0;
  std::string last_check_status = {}, last_check_message = {};
};

class CredentialStore {
 public:
  CredentialStore(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  struct Put {
    std::string id;
    bool created = false;
  };
  // Inserts, or replaces what the tenant had for this provider, which then counts as never checked.  Code::denied when the
  // plan allows no further provider, Code::not_found when there is no such tenant.
  Result<Put> put(const Credential& credential, std::int64_t providers_max, const AuditEntry& audit);
  Result<std::vector<Credential>> list(const std::string& tenant_id);  // without their bytes, by provider
  Result<std::optional<Credential>> get(const std::string& tenant_id, const std::string& id);
  // Code::not_found, identically, for an unknown id and another tenant's.
  Status remove(const std::string& tenant_id, const std::string& id, const AuditEntry& audit);
  // Nothing is stored when the credential was replaced since it was read (another updated_ms).
  Status set_check(const Credential& credential, const AuditEntry& audit);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace cvg
