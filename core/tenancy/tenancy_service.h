// TenancyService: the port that the routes call for a tenant's credentials, the master key, and a tenant's end.  Each
// answers the reply's body.  audit says who asks and from where; action and target are the service's.  Any thread.
#pragma once

#include <memory>
#include <string>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/model/tenant.h"

namespace cvg {

class TenancyService {
 public:
  virtual ~TenancyService() = default;
  virtual Result<Json> put_credential(const Tenant& tenant, const Json& body, const AuditEntry& audit) = 0;
  virtual Result<Json> list_credentials(const Tenant& tenant) = 0;
  virtual Result<Json> remove_credential(const Tenant& tenant, const std::string& id, const AuditEntry& audit) = 0;
  virtual Result<Json> check_credential(const Tenant& tenant, const std::string& id, const AuditEntry& audit) = 0;
  virtual Result<Json> rotate_keys(const AuditEntry& audit) = 0;
  // An archive of everything that is kept of the tenant.  It has no name any more: it goes when the descriptor does.
  virtual Result<std::shared_ptr<const OpenFile>> export_tenant(const Tenant& tenant, const AuditEntry& audit) = 0;
  virtual Result<Json> erase_tenant(const std::string& tenant_id, bool with_export, const AuditEntry& audit) = 0;
  virtual Result<Json> certificate(const std::string& certificate_id) = 0;
};

}  // namespace cvg
