// Credentials: a tenant's credentials of clouds: taken, sealed under the tenant's data key, checked by the provider's plugin
// and never shown again.  Any thread.
#pragma once

#include <string>

#include "core/access/tenant_vault.h"
#include "core/base/json.h"
#include "core/model/tenant.h"
#include "core/state/credential_store.h"
#include "core/tenancy/provider_check.h"

namespace cvg {

class Credentials {
 public:
  struct Parts {  // all outlive this
    CredentialStore& store;
    TenantVault& vault;
    ProviderCheck& providers;
    const Clock& clock;
    std::int64_t document_bytes_max = 65536;
  };
  explicit Credentials(Parts parts) : parts_(parts) {}

  // Each answers the reply's body.  audit says who and from where; action and target are set here.
  Result<Json> put(const Tenant& tenant, const Json& body, const AuditEntry& audit);
  Result<Json> list(const Tenant& tenant);
  Result<Json> remove(const Tenant& tenant, const std::string& id, const AuditEntry& audit);
  Result<Json> check(const Tenant& tenant, const std::string& id, const AuditEntry& audit);

 private:
  Result<Credential> read_order(const Tenant& tenant, const Json& body) const;

  const Parts parts_;
};

}  // namespace cvg
