#include "core/tenancy/tenancy.h"

#include "core/state/audit_log.h"

namespace cvg {

Tenancy::Tenancy(Parts parts)
    : parts_(std::move(parts)),
      providers_(make_plugin_provider_check(parts_.registry, parts_.clock)),
      credentials_({credential_store_, vault_, *providers_, parts_.clock, parts_.credential_bytes_max}) {}

void Tenancy::recover() {
  const auto tell = [&](const char* what, const Status& status) {
    if (!status.ok()) parts_.log.error(what, {{"error", status.log_text()}});
  };
  tell("A rotation of the master key could not be ended", rotator_.resume());
  tell("What an interrupted export left could not be removed", exports_.sweep());
}

void Tenancy::end_erasures() {
  const Status status = offboarding_.recover();
  if (!status.ok()) parts_.log.error("Interrupted erasures could not be looked up", {{"error", status.log_text()}});
}

Result<Json> Tenancy::mirrored(const Tenant& tenant, Result<Json> answer) {
  if (answer.ok()) parts_.mirror.soon(tenant.id);
  return answer;
}

Result<std::shared_ptr<const OpenFile>> Tenancy::export_tenant(const Tenant& tenant, const AuditEntry& audit) {
  AuditEntry entry = audit;
  entry.action = "tenant.export";
  entry.target = tenant.id;
  CVG_RETURN_IF_ERROR(parts_.database.write([&](Connection& connection) {
    insert_audit(connection, entry, parts_.clock);
    return Status();
  }));
  return exports_.open(tenant);
}

}  // namespace cvg
