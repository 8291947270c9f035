#include "core/state/tenant_row.h"

#include "core/base/random.h"
#include "core/base/text.h"

namespace cvg {

Tenant read_tenant(const Statement& row) {
  Tenant tenant;
  tenant.id = row.text(0);
  tenant.display_id = row.text(1);
  tenant.company_name = row.text(2);
  tenant.admin_email = row.text(3);
  tenant.status = row.text(4);
  tenant.created_ms = row.integer(5);
  tenant.plan = {row.text(6), row.integer(7), row.integer(8), row.integer(9), row.integer(10), row.integer(11)};
  return tenant;
}

ApiKey read_key(const Statement& row, int at) {
  ApiKey key;
  key.id = row.text(at);
  key.tenant_id = row.text(at + 1);
  key.hash = row.text(at + 2);
  key.ciphertext = row.text(at + 3);
  key.scopes = row.text(at + 4);
  key.is_active = row.integer(at + 5) != 0;
  key.created_ms = row.integer(at + 6);
  key.expires_ms = row.integer(at + 7);
  key.last_used_ms = row.integer(at + 8);
  key.name = row.text(at + 9);
  key.revoked_ms = row.integer(at + 10);
  return key;
}

void insert_key(Connection& connection, const ApiKey& key, std::int64_t now_ms) {
  connection
      .prepare("INSERT INTO tenant_api_keys (key_id, tenant_id, api_key_hash, encrypted_api_key, scopes, is_active, created_ms, "
               "expires_ms, last_used_ms, key_name, revoked_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
      .bind(1, key.id).bind(2, key.tenant_id).bind(3, key.hash).bind_bytes(4, key.ciphertext).bind(5, key.scopes)
      .bind(6, key.is_active ? 1 : 0).bind(7, key.created_ms != 0 ? key.created_ms : now_ms).bind(8, key.expires_ms)
      .bind(9, key.last_used_ms).bind(10, key.name).bind(11, key.revoked_ms)
      .step();
}

bool tenant_exists(Connection& connection, const std::string& tenant_id) {
  return connection.prepare("SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1").bind(1, tenant_id).step();
}

Status refuse_while_erased(Connection& connection, const std::string& tenant_id) {
  if (!connection.prepare("SELECT 1 FROM tenant_erasures WHERE tenant_id = ?1").bind(1, tenant_id).step()) return {};
  return Status(Code::conflict, fmt::format("The tenant '{}' is being erased: nothing of it can be changed. Ask for its erasure again to end it", tenant_id))
      .with_retryable(false);
}

// Each change has a key of its own: one that comes while the mirror copies must not be done with what was read before it.
void note_tenant_changed(Connection& connection, const std::string& tenant_id, std::int64_t now_ms) {
  connection
      .prepare("INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (?1, 'mirror', ?2, '{}', ?3)")
      .bind(1, tenant_id).bind(2, std::string(tenant_changed_prefix) + random_base62(16)).bind(3, now_ms)
      .step();
}

}  // namespace cvg
