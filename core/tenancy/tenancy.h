// Tenancy: what keeps tenants' secrets and ends their life, joined behind the port of the routes.  Any thread.
#pragma once

#include <memory>

#include "core/access/tenant_vault.h"
#include "core/tenancy/credentials.h"
#include "core/tenancy/key_rotation.h"
#include "core/tenancy/offboarding.h"
#include "core/tenancy/tenancy_service.h"

namespace cvg {

class Tenancy final : public TenancyService {
 public:
  struct Parts {  // all outlive this
    Database& database;
    KeyManager& keys;
    const PluginRegistry& registry;
    TenantStore& tenants;
    WorkerPool& workers;
    Warehouse& warehouse;
    Sessions& sessions;
    Mirror& mirror;
    const Clock& clock;
    Log& log;
    std::int64_t credential_bytes_max = 65536;
    std::string exports_folder;
    std::int64_t export_bytes_max = std::int64_t{16} << 30;
  };
  explicit Tenancy(Parts parts);

  // Ends what an earlier server was killed in.  A failure is logged: the server works without it.
  void recover();
  // The same for erasures, once the workers have begun: they take back the runs that must end first.
  void end_erasures();
  TenantVault& vault() { return vault_; }

  Result<Json> put_credential(const Tenant& tenant, const Json& body, const AuditEntry& audit) override { return mirrored(tenant, credentials_.put(tenant, body, audit)); }
  Result<Json> list_credentials(const Tenant& tenant) override { return credentials_.list(tenant); }
  Result<Json> remove_credential(const Tenant& tenant, const std::string& id, const AuditEntry& audit) override { return mirrored(tenant, credentials_.remove(tenant, id, audit)); }
  Result<Json> check_credential(const Tenant& tenant, const std::string& id, const AuditEntry& audit) override { return mirrored(tenant, credentials_.check(tenant, id, audit)); }
  Result<Json> rotate_keys(const AuditEntry& audit) override { return rotator_.rotate(audit); }
  Result<std::shared_ptr<const OpenFile>> export_tenant(const Tenant& tenant, const AuditEntry& audit) override;
  Result<Json> erase_tenant(const std::string& tenant_id, bool with_export, const AuditEntry& audit) override { return offboarding_.erase(tenant_id, with_export, audit); }
  Result<Json> certificate(const std::string& certificate_id) override { return offboarding_.certificate(certificate_id); }

 private:
  // The answer; what it tells of a credential is in the tenant's dataset soon.
  Result<Json> mirrored(const Tenant& tenant, Result<Json> answer);

  Parts parts_;
  DataKeyStore data_keys_{parts_.database, parts_.clock};
  CredentialStore credential_store_{parts_.database, parts_.clock};
  KeyRotationStore rotations_{parts_.database, parts_.clock};
  TenantVault vault_{parts_.keys, data_keys_};
  std::unique_ptr<ProviderCheck> providers_;
  Credentials credentials_;
  ErasureStore erasures_{parts_.database, parts_.clock};
  TenantExport exports_{{parts_.database, parts_.warehouse, parts_.mirror, parts_.clock, parts_.exports_folder, parts_.export_bytes_max}};
  Offboarding offboarding_{{erasures_, parts_.tenants, parts_.workers, parts_.warehouse, parts_.sessions, exports_, parts_.clock, parts_.log}};
  KeyRotator rotator_{parts_.keys, rotations_, parts_.clock, parts_.log};
};

}  // namespace cvg
