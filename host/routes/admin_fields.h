// How tenants, their keys and the audit log look to the operator: each field is told once.  Values; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/access/tenant_admin.h"
#include "core/base/json.h"
#include "core/state/audit_log.h"
#include "host/routes/schemas.h"
#include "host/routes/services.h"

namespace cvg {

Json tenant_json(const Tenant& tenant);
// Never the key, its hash or its ciphertext.
Json key_json(const ApiKey& key, std::int64_t now_ms);
// With the key itself: the one time that it is told.
Json issued_key_json(const IssuedKey& issued, std::int64_t now_ms);
Json audit_json(const AuditRow& row);
Json audit_chain_json(const AuditChain& chain);
Json plugin_json(const LoadedPlugin& plugin);
Json reload_json(const ReloadReport& report);

// Requests and replies of the routes below /api/v1/admin.
std::vector<Schema> admin_schemas();

}  // namespace cvg
