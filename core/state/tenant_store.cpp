#include "core/state/tenant_store.h"

#include <array>

#include "core/base/text.h"
#include "core/state/run_row.h"
#include "core/state/usage_row.h"

namespace cvg {
namespace {

// Columns of a tenant with its plan, in the order of read_tenant().
constexpr std::string_view tenant_columns =
    "p.tenant_id, p.display_id, p.company_name, p.admin_email, p.status, p.created_ms, s.plan_name, s.daily_limit, "
    "s.monthly_limit, s.concurrent_limit, s.team_limit, s.provider_limit";
constexpr int tenant_column_count = 12;
constexpr std::string_view key_columns =
    "k.key_id, k.tenant_id, k.api_key_hash, k.encrypted_api_key, k.scopes, k.is_active, k.created_ms, k.expires_ms, k.last_used_ms";

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
  return key;
}

void insert_key(Connection& c, const ApiKey& key, std::int64_t now) {
  c.prepare("INSERT INTO tenant_api_keys (key_id, tenant_id, api_key_hash, encrypted_api_key, scopes, is_active, created_ms, "
            "expires_ms, last_used_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .bind(1, key.id).bind(2, key.tenant_id).bind(3, key.hash).bind_bytes(4, key.ciphertext).bind(5, key.scopes)
      .bind(6, key.is_active ? 1 : 0).bind(7, key.created_ms != 0 ? key.created_ms : now).bind(8, key.expires_ms)
      .bind(9, key.last_used_ms)
      .step();
}

void insert_profile(Connection& c, const Tenant& tenant, std::int64_t now) {
  c.prepare("INSERT INTO tenant_profiles (tenant_id, display_id, company_name, admin_email, status, created_ms, updated_ms) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
      .bind(1, tenant.id).bind(2, tenant.display_id).bind(3, tenant.company_name).bind(4, tenant.admin_email)
      .bind(5, tenant.status.empty() ? "ACTIVE" : tenant.status).bind(6, tenant.created_ms != 0 ? tenant.created_ms : now).bind(7, now)
      .step();
  c.prepare("INSERT INTO tenant_subscriptions (tenant_id, plan_name, daily_limit, monthly_limit, concurrent_limit, team_limit, "
            "provider_limit, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
      .bind(1, tenant.id).bind(2, tenant.plan.name).bind(3, tenant.plan.daily).bind(4, tenant.plan.monthly)
      .bind(5, tenant.plan.concurrent).bind(6, tenant.plan.team).bind(7, tenant.plan.providers).bind(8, now)
      .step();
}

bool exists(Connection& c, const std::string& tenant_id) {
  return c.prepare("SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1").bind(1, tenant_id).step();
}

// The tenant's rows, those that refer to others first; the audit log stays.
constexpr std::array<std::string_view, 13> removals{
    "DELETE FROM outbox WHERE tenant_id = ?1", "DELETE FROM idempotency_keys WHERE tenant_id = ?1",
    "DELETE FROM tenant_dq_results WHERE tenant_id = ?1", "DELETE FROM tenant_step_logs WHERE tenant_id = ?1",
    "DELETE FROM tenant_pipeline_runs WHERE tenant_id = ?1", "DELETE FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1",
    "DELETE FROM tenant_scheduled_pipeline_runs WHERE tenant_id = ?1", "DELETE FROM tenant_pipeline_configs WHERE tenant_id = ?1",
    "DELETE FROM tenant_cloud_credentials WHERE tenant_id = ?1", "DELETE FROM tenant_usage_quotas WHERE tenant_id = ?1",
    "DELETE FROM tenant_subscriptions WHERE tenant_id = ?1", "DELETE FROM tenant_api_keys WHERE tenant_id = ?1",
    "DELETE FROM tenant_profiles WHERE tenant_id = ?1"};

}  // namespace

Status TenantStore::create(const Tenant& tenant, const ApiKey& key, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    if (exists(c, tenant.id))
      return Status(Code::conflict, fmt::format("Tenant '{}' already exists.", tenant.display_id)).with_retryable(false);
    const std::int64_t now = clock_.now_ms();
    insert_profile(c, tenant, now);
    insert_key(c, key, now);
    add_usage(c, tenant.id, now, {});
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Status TenantStore::remove(const std::string& tenant_id) {
  return database_.write([&](Connection& c) {
    for (const std::string_view sql : removals) c.prepare(sql).bind(1, tenant_id).step();
    return Status();
  });
}

Result<std::optional<Tenant>> TenantStore::get(const std::string& tenant_id) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM tenant_profiles p JOIN tenant_subscriptions s USING (tenant_id) WHERE p.tenant_id = ?1", tenant_columns);
  std::optional<Tenant> tenant;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, tenant_id).step()) tenant = read_tenant(row);
    return row.status();
  }));
  return tenant;
}

Result<std::optional<TenantStore::KeyOwner>> TenantStore::find_key(const std::string& hash) {
  static const std::string sql = fmt::format(
      "SELECT {}, {} FROM tenant_api_keys k JOIN tenant_profiles p USING (tenant_id) JOIN tenant_subscriptions s USING (tenant_id) "
      "WHERE k.api_key_hash = ?1 AND k.is_active = 1 AND (k.expires_ms = 0 OR k.expires_ms > ?2)", tenant_columns, key_columns);
  const std::int64_t now = clock_.now_ms(), commits = database_.commits();
  const std::shared_ptr<const KeyOwner> known = owners_.find(hash, commits);
  if (known && (known->key.expires_ms == 0 || known->key.expires_ms > now)) return std::optional<KeyOwner>(*known);
  std::optional<KeyOwner> owner;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, hash).bind(2, now).step()) owner = KeyOwner{read_key(row, tenant_column_count), read_tenant(row)};
    return row.status();
  }));
  if (owner) owners_.put(hash, commits, std::make_shared<const KeyOwner>(*owner));
  return owner;
}

Result<std::vector<ApiKey>> TenantStore::keys(const std::string& tenant_id) {
  static const std::string sql = fmt::format("SELECT {} FROM tenant_api_keys k WHERE k.tenant_id = ?1 ORDER BY k.created_ms, k.key_id", key_columns);
  std::vector<ApiKey> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, tenant_id);
    while (row.step()) found.push_back(read_key(row, 0));
    return row.status();
  }));
  return found;
}

Status TenantStore::replace_keys(const std::string& tenant_id, const ApiKey& key, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    if (!exists(c, tenant_id)) return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
    c.prepare("UPDATE tenant_api_keys SET is_active = 0 WHERE tenant_id = ?1").bind(1, tenant_id).step();
    insert_key(c, key, clock_.now_ms());
    insert_audit(c, audit, clock_);
    return Status();
  });
}

}  // namespace cvg
