#include "core/state/credential_store.h"

#include "core/base/text.h"
#include "core/state/audit_log.h"
#include "core/state/tenant_row.h"

namespace cvg {
namespace {

constexpr std::string_view columns =
    "credential_id, tenant_id, provider, credential_name, created_ms, updated_ms, last_check_ms, last_check_status, "
    "last_check_message";

Credential read_credential(const Statement& row) {
  Credential credential;
  credential.id = row.text(0);
  credential.tenant_id = row.text(1);
  credential.provider = row.text(2);
  credential.name = row.text(3);
  credential.created_ms = row.integer(4);
  credential.updated_ms = row.integer(5);
  credential.last_check_ms = row.integer(6);
  credential.last_check_status = row.text(7);
  credential.last_check_message = row.text(8);
  return credential;
}

Status unknown_credential() { return Status(Code::not_found, "There is no such credential"); }

// The id of what the tenant has for this provider, or an empty text.
std::string id_of(Connection& c, const std::string& tenant_id, const std::string& provider) {
  Statement& row = c.prepare("SELECT credential_id FROM tenant_cloud_credentials WHERE tenant_id = ?1 AND provider = ?2");
  return row.bind(1, tenant_id).bind(2, provider).step() ? row.text(0) : std::string();
}

Status check_room(Connection& c, const std::string& tenant_id, std::int64_t providers_max) {
  Statement& row = c.prepare("SELECT count(*) FROM tenant_cloud_credentials WHERE tenant_id = ?1");
  const std::int64_t count = row.bind(1, tenant_id).step() ? row.integer(0) : 0;
  if (count < providers_max) return {};
  return Status(Code::denied, fmt::format("The plan allows credentials of {} providers, and there are {}. Delete one or upgrade.",
                                          providers_max, count));
}

}  // namespace

Result<CredentialStore::Put> CredentialStore::put(const Credential& credential, std::int64_t providers_max, const AuditEntry& audit) {
  Put out;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    if (!c.prepare("SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1").bind(1, credential.tenant_id).step())
      return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", credential.tenant_id));
    CVG_RETURN_IF_ERROR(refuse_while_erased(c, credential.tenant_id));
    const std::string known = id_of(c, credential.tenant_id, credential.provider);
    out = {known.empty() ? credential.id : known, known.empty()};
    if (out.created) CVG_RETURN_IF_ERROR(check_room(c, credential.tenant_id, providers_max));
    const std::int64_t now = clock_.now_ms();
    c.prepare("INSERT INTO tenant_cloud_credentials (credential_id, tenant_id, provider, credential_name, encrypted_credentials, "
              "created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (tenant_id, provider) DO UPDATE SET "
              "credential_name = excluded.credential_name, encrypted_credentials = excluded.encrypted_credentials, "
              "updated_ms = max(excluded.updated_ms, updated_ms + 1), last_check_ms = 0, last_check_status = '', last_check_message = ''")
        .bind(1, out.id).bind(2, credential.tenant_id).bind(3, credential.provider).bind(4, credential.name)
        .bind_bytes(5, credential.sealed).bind(6, now)
        .step();
    AuditEntry entry = audit;
    entry.action = out.created ? "credential.create" : "credential.update";
    entry.target = out.id;
    insert_audit(c, entry, clock_);
    note_tenant_changed(c, credential.tenant_id, now);
    return Status();
  }));
  return out;
}

Result<std::vector<Credential>> CredentialStore::list(const std::string& tenant_id) {
  static const std::string sql = fmt::format("SELECT {} FROM tenant_cloud_credentials WHERE tenant_id = ?1 ORDER BY provider", columns);
  std::vector<Credential> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, tenant_id);
    while (row.step()) found.push_back(read_credential(row));
    return row.status();
  }));
  return found;
}

Result<std::optional<Credential>> CredentialStore::get(const std::string& tenant_id, const std::string& id) {
  static const std::string sql = fmt::format(
      "SELECT {}, encrypted_credentials FROM tenant_cloud_credentials WHERE tenant_id = ?1 AND credential_id = ?2", columns);
  std::optional<Credential> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, tenant_id).bind(2, id).step()) {
      found = read_credential(row);
      found->sealed = row.text(9);
    }
    return row.status();
  }));
  return found;
}

Status CredentialStore::remove(const std::string& tenant_id, const std::string& id, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    c.prepare("DELETE FROM tenant_cloud_credentials WHERE tenant_id = ?1 AND credential_id = ?2").bind(1, tenant_id).bind(2, id).step();
    if (c.changes() == 0) return unknown_credential();
    insert_audit(c, audit, clock_);
    note_tenant_changed(c, tenant_id, clock_.now_ms());
    return Status();
  });
}

Status CredentialStore::set_check(const Credential& credential, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    c.prepare("UPDATE tenant_cloud_credentials SET last_check_ms = ?4, last_check_status = ?5, last_check_message = ?6 "
              "WHERE tenant_id = ?1 AND credential_id = ?2 AND updated_ms = ?3")
        .bind(1, credential.tenant_id).bind(2, credential.id).bind(3, credential.updated_ms).bind(4, credential.last_check_ms)
        .bind(5, credential.last_check_status).bind(6, credential.last_check_message)
        .step();
    if (c.changes() == 0) return unknown_credential();
    insert_audit(c, audit, clock_);
    note_tenant_changed(c, credential.tenant_id, clock_.now_ms());
    return Status();
  });
}

}  // namespace cvg
