#include "core/state/key_store.h"

#include <algorithm>
#include <optional>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/state/audit_log.h"
#include "core/state/tenant_row.h"

namespace cvg {
namespace {

Status no_tenant(const std::string& tenant_id) {
  return Status(Code::not_found, fmt::format("There is no tenant '{}'", tenant_id));
}
Status no_key(const std::string& key_id) { return Status(Code::not_found, fmt::format("This tenant has no usable key '{}'", key_id)); }

bool is_usable(const ApiKey& key, std::int64_t now_ms) {
  return key.is_active && (key.expires_ms == 0 || key.expires_ms > now_ms);
}

std::vector<ApiKey> usable_keys(Connection& c, const std::string& tenant_id, std::int64_t now_ms) {
  static const std::string sql = fmt::format("SELECT {} FROM tenant_api_keys k WHERE k.tenant_id = ?1 ORDER BY k.created_ms, k.key_id", key_columns);
  std::vector<ApiKey> keys;
  Statement& row = c.prepare(sql);
  row.bind(1, tenant_id);
  while (row.step())
    if (ApiKey key = read_key(row, 0); is_usable(key, now_ms)) keys.push_back(std::move(key));
  return keys;
}

std::optional<ApiKey> find(Connection& c, const std::string& tenant_id, const std::string& key_id) {
  static const std::string sql = fmt::format("SELECT {} FROM tenant_api_keys k WHERE k.key_id = ?1 AND k.tenant_id = ?2", key_columns);
  Statement& row = c.prepare(sql);
  if (!row.bind(1, key_id).bind(2, tenant_id).step()) return std::nullopt;
  return read_key(row, 0);
}

void end_key(Connection& c, ApiKey& key, std::int64_t now_ms, std::int64_t grace_ms) {
  if (grace_ms == 0) {
    key.is_active = false;
    key.revoked_ms = now_ms;
  } else if (key.expires_ms == 0 || key.expires_ms > now_ms + grace_ms) {
    key.expires_ms = now_ms + grace_ms;
  }
  c.prepare("UPDATE tenant_api_keys SET is_active = ?2, revoked_ms = ?3, expires_ms = ?4 WHERE key_id = ?1")
      .bind(1, key.id).bind(2, key.is_active ? 1 : 0).bind(3, key.revoked_ms).bind(4, key.expires_ms)
      .step();
}

void tell(Connection& c, AuditEntry audit, const std::string& key_id, const Json& detail, const Clock& clock) {
  audit.target = key_id;
  audit.detail_json = detail.dump();
  insert_audit(c, audit, clock);
}

Json described(const ApiKey& key) {
  Json detail = Json::object().set("scopes", key.scopes).set("name", key.name);
  if (key.expires_ms != 0) detail.set("expires_at", format_time(key.expires_ms));
  return detail;
}

void inherit(ApiKey& next, const ApiKey& old) {
  if (next.scopes.empty()) next.scopes = old.scopes;
  if (next.name.empty()) next.name = old.name;
  if (next.expires_ms == 0) next.expires_ms = old.expires_ms;
}

}  // namespace

Status KeyStore::add(const ApiKey& key, std::int64_t usable_max, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    if (!tenant_exists(c, key.tenant_id)) return no_tenant(key.tenant_id);
    CVG_RETURN_IF_ERROR(refuse_while_erased(c, key.tenant_id));
    const std::int64_t now = clock_.now_ms();
    if (static_cast<std::int64_t>(usable_keys(c, key.tenant_id, now).size()) >= usable_max)
      return Status(Code::conflict, fmt::format("The tenant has {} usable keys already: revoke one first", usable_max)).with_retryable(false);
    insert_key(c, key, now);
    tell(c, audit, key.id, described(key), clock_);
    note_tenant_changed(c, key.tenant_id, now);
    return Status();
  });
}

Result<ApiKey> KeyStore::revoke(const std::string& tenant_id, const std::string& key_id, const AuditEntry& audit) {
  ApiKey revoked;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    std::optional<ApiKey> key = find(c, tenant_id, key_id);
    if (!key) return Status(Code::not_found, fmt::format("This tenant has no key '{}'", key_id));
    if (key->is_active) {
      const std::int64_t now = clock_.now_ms();
      end_key(c, *key, now, 0);
      tell(c, audit, key_id, Json::object().set("name", key->name), clock_);
      note_tenant_changed(c, tenant_id, now);
    }
    revoked = std::move(*key);
    return Status();
  }));
  return revoked;
}

Result<KeyStore::Rotated> KeyStore::rotate(const ApiKey& asked, const std::string& key_id, std::int64_t grace_ms, const AuditEntry& audit) {
  Rotated rotated;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    if (!tenant_exists(c, asked.tenant_id)) return no_tenant(asked.tenant_id);
    CVG_RETURN_IF_ERROR(refuse_while_erased(c, asked.tenant_id));
    const std::int64_t now = clock_.now_ms();
    rotated = {asked, usable_keys(c, asked.tenant_id, now)};
    if (!key_id.empty()) {
      std::erase_if(rotated.replaced, [&](const ApiKey& key) { return key.id != key_id; });
      if (rotated.replaced.empty()) return no_key(key_id);
      inherit(rotated.next, rotated.replaced.front());
    }
    if (rotated.next.scopes.empty()) rotated.next.scopes = "*";
    Json ended = Json::array();
    for (ApiKey& key : rotated.replaced) {
      end_key(c, key, now, grace_ms);
      ended.push(key.id);
    }
    insert_key(c, rotated.next, now);
    tell(c, audit, rotated.next.id, described(rotated.next).set("replaced", ended).set("grace_seconds", grace_ms / 1000), clock_);
    note_tenant_changed(c, asked.tenant_id, now);
    return Status();
  }));
  return rotated;
}

Status KeyStore::note_uses(const std::vector<KeyUse>& uses) {
  if (uses.empty()) return {};
  return database_.write([&](Connection& c) {
    for (const KeyUse& use : uses)
      c.prepare("UPDATE tenant_api_keys SET last_used_ms = max(last_used_ms, ?2) WHERE key_id = ?1").bind(1, use.key_id).bind(2, use.at_ms).step();
    return Status();
  });
}

}  // namespace cvg
