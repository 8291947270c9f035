#include "core/state/tenant_store.h"

#include <algorithm>
#include <utility>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/state/audit_log.h"
#include "core/state/tenant_removal.h"
#include "core/state/tenant_row.h"
#include "core/state/usage_row.h"
#include "core/state/usage_upkeep.h"

namespace cvg {
namespace {

constexpr int page_rows_max = 1000;

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

// Queued runs that waited for what may have changed now; one that still cannot begin waits again.
void look_again(Connection& c, const std::string& tenant_id, std::string_view hold) {
  c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE tenant_id = ?1 AND hold = ?2").bind(1, tenant_id).bind(2, hold).step();
  c.notify_after_commit();
}

void write_plan(Connection& c, const std::string& tenant_id, const PlanLimits& plan, std::int64_t now) {
  c.prepare("UPDATE tenant_subscriptions SET plan_name = ?2, daily_limit = ?3, monthly_limit = ?4, concurrent_limit = ?5, "
            "team_limit = ?6, provider_limit = ?7, updated_ms = ?8 WHERE tenant_id = ?1")
      .bind(1, tenant_id).bind(2, plan.name).bind(3, plan.daily).bind(4, plan.monthly).bind(5, plan.concurrent)
      .bind(6, plan.team).bind(7, plan.providers).bind(8, now)
      .step();
  look_again(c, tenant_id, "slot");
  look_at_quota_waits_again(c, tenant_id, now);
}

// Waiting runs of a suspended tenant leave the queue's index and come back with their place in it; running ones end as ever.
void write_status(Connection& c, const std::string& tenant_id, const std::string& status, std::int64_t now) {
  c.prepare("UPDATE tenant_profiles SET status = ?2, updated_ms = ?3 WHERE tenant_id = ?1").bind(1, tenant_id).bind(2, status).bind(3, now).step();
  c.prepare("UPDATE tenant_pipeline_runs SET is_held = ?2 WHERE tenant_id = ?1 AND status = 'PENDING'")
      .bind(1, tenant_id).bind(2, status == "SUSPENDED" ? 1 : 0)
      .step();
  look_again(c, tenant_id, "tenant");
}

void write_next_key(Connection& c, const std::string& tenant_id, const ApiKey& key, std::int64_t now) {
  c.prepare("UPDATE tenant_api_keys SET is_active = 0, revoked_ms = ?2 WHERE tenant_id = ?1 AND is_active = 1").bind(1, tenant_id).bind(2, now).step();
  insert_key(c, key, now);
}

// The keys that a recreation ends and the one that it gives out, each with a row by whoever began it.
void tell_of_keys(Connection& c, const std::string& tenant_id, const ApiKey& next, const Clock& clock) {
  AuditEntry audit;
  audit.tenant_id = tenant_id;
  Statement& begun = c.prepare("SELECT actor, user_id, request_id, client_address FROM audit_log "
                               "WHERE tenant_id = ?1 AND action = 'tenant.recreate' ORDER BY audit_id DESC LIMIT 1");
  if (begun.bind(1, tenant_id).step()) {
    audit.actor = begun.text(0);
    audit.user_id = begun.text(1);
    audit.request_id = begun.text(2);
    audit.client_address = begun.text(3);
  }
  const auto tell = [&](const char* action, const std::string& key_id, const Json& detail) {
    audit.action = action;
    audit.target = key_id;
    audit.detail_json = detail.dump();
    insert_audit(c, audit, clock);
  };
  std::vector<std::pair<std::string, std::string>> ended;
  Statement& keys = c.prepare("SELECT key_id, key_name FROM tenant_api_keys WHERE tenant_id = ?1 AND is_active = 1 ORDER BY created_ms, key_id");
  keys.bind(1, tenant_id);
  while (keys.step()) ended.emplace_back(keys.text(0), keys.text(1));
  for (const auto& [key_id, name] : ended) tell("key.revoke", key_id, Json::object().set("name", name));
  tell("key.create", next.id, Json::object().set("scopes", next.scopes).set("name", next.name));
}

// Entries that are there already are made anew: the mirror may be done with what it read of them into the former dataset.
void mirror_all(Connection& c, const std::string& tenant_id, std::int64_t now) {
  c.prepare("DELETE FROM outbox WHERE kind = 'mirror' AND tenant_id = ?1").bind(1, tenant_id).step();
  c.prepare("INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) SELECT tenant_id, 'mirror', pipeline_logging_id, '{}', ?2 "
            "FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status IN ('COMPLETE', 'FAILED') ORDER BY run_number")
      .bind(1, tenant_id).bind(2, now)
      .step();
  note_tenant_changed(c, tenant_id, now);
}

Result<std::vector<std::string>> marked(Database& database, bool recreations) {
  std::vector<std::string> found;
  CVG_RETURN_IF_ERROR(database.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT tenant_id FROM tenant_onboardings WHERE is_recreation = ?1 ORDER BY tenant_id");
    row.bind(1, recreations ? 1 : 0);
    while (row.step()) found.push_back(row.text(0));
    return row.status();
  }));
  return found;
}

}  // namespace

Status TenantStore::create(const Tenant& tenant, const ApiKey& key, const AuditEntry& audit, bool is_whole) {
  return database_.write([&](Connection& c) {
    if (tenant_exists(c, tenant.id))
      return Status(Code::conflict, fmt::format("Tenant '{}' already exists.", tenant.display_id)).with_retryable(false);
    const std::int64_t now = clock_.now_ms();
    insert_profile(c, tenant, now);
    insert_key(c, key, now);
    add_usage(c, tenant.id, now, {});
    if (!is_whole) c.prepare("INSERT INTO tenant_onboardings (tenant_id, started_ms) VALUES (?1, ?2)").bind(1, tenant.id).bind(2, now).step();
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Status TenantStore::remove(const std::string& tenant_id) {
  return database_.write([&](Connection& c) {
    remove_tenant_rows(c, tenant_id);
    return Status();
  });
}

Status TenantStore::set_whole(const std::string& tenant_id) {
  return database_.write([&](Connection& c) {
    c.prepare("DELETE FROM tenant_onboardings WHERE tenant_id = ?1").bind(1, tenant_id).step();
    return Status();
  });
}

Result<std::vector<std::string>> TenantStore::half_made() { return marked(database_, false); }
Result<std::vector<std::string>> TenantStore::recreations() { return marked(database_, true); }

Status TenantStore::begin_recreation(const std::string& tenant_id, const AuditEntry& audit) {
  return database_.write([&](Connection& c) {
    if (!tenant_exists(c, tenant_id)) return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
    CVG_RETURN_IF_ERROR(refuse_while_erased(c, tenant_id));
    c.prepare("INSERT INTO tenant_onboardings (tenant_id, started_ms, is_recreation) VALUES (?1, ?2, 1) ON CONFLICT (tenant_id) DO NOTHING")
        .bind(1, tenant_id).bind(2, clock_.now_ms())
        .step();
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Status TenantStore::end_recreation(const std::string& tenant_id, const std::optional<ApiKey>& key) {
  return database_.write([&](Connection& c) {
    if (!tenant_exists(c, tenant_id)) return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
    const std::int64_t now = clock_.now_ms();
    if (key) {
      tell_of_keys(c, tenant_id, *key, clock_);
      write_next_key(c, tenant_id, *key, now);
    }
    mirror_all(c, tenant_id, now);
    c.prepare("DELETE FROM tenant_onboardings WHERE tenant_id = ?1").bind(1, tenant_id).step();
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

Result<std::shared_ptr<const TenantStore::KeyOwner>> TenantStore::find_key(const std::string& hash) {
  static const std::string sql = fmt::format(
      "SELECT {}, {} FROM tenant_api_keys k JOIN tenant_profiles p USING (tenant_id) JOIN tenant_subscriptions s USING (tenant_id) "
      "WHERE k.api_key_hash = ?1 AND k.is_active = 1 AND (k.expires_ms = 0 OR k.expires_ms > ?2)", tenant_columns, key_columns);
  const std::int64_t now = clock_.now_ms(), commits = database_.commits();
  std::shared_ptr<const KeyOwner> owner = owners_.find(hash, commits);
  if (owner && (owner->key.expires_ms == 0 || owner->key.expires_ms > now)) return owner;
  owner.reset();
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (row.bind(1, hash).bind(2, now).step()) owner = std::make_shared<const KeyOwner>(KeyOwner{read_key(row, tenant_column_count), read_tenant(row)});
    return row.status();
  }));
  if (owner) owners_.put(hash, commits, owner);
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
    if (!tenant_exists(c, tenant_id)) return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", tenant_id));
    write_next_key(c, tenant_id, key, clock_.now_ms());
    insert_audit(c, audit, clock_);
    return Status();
  });
}

Result<TenantPage> TenantStore::list(const TenantFilter& filter) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM tenant_profiles p JOIN tenant_subscriptions s USING (tenant_id) WHERE p.tenant_id > ?1 AND (?2 = '' OR p.status = ?2) "
      "AND (?3 = '' OR s.plan_name = ?3) ORDER BY p.tenant_id LIMIT ?4", tenant_columns);
  const int limit = std::clamp(filter.limit, 1, page_rows_max);
  TenantPage page;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    row.bind(1, filter.cursor).bind(2, filter.status).bind(3, filter.plan_name).bind(4, limit + 1);
    while (row.step()) {
      if (static_cast<int>(page.tenants.size()) == limit) {
        page.next_cursor = page.tenants.back().id;
        return Status();
      }
      page.tenants.push_back(read_tenant(row));
    }
    return row.status();
  }));
  return page;
}

Result<Tenant> TenantStore::change(const std::string& tenant_id, const TenantChange& change, AuditEntry audit) {
  static const std::string sql = fmt::format(
      "SELECT {} FROM tenant_profiles p JOIN tenant_subscriptions s USING (tenant_id) WHERE p.tenant_id = ?1", tenant_columns);
  Tenant tenant;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    Statement& row = c.prepare(sql);
    if (!row.bind(1, tenant_id).step())
      return row.status().ok() ? Status(Code::not_found, fmt::format("There is no tenant '{}'", tenant_id)) : row.status();
    tenant = read_tenant(row);
    CVG_RETURN_IF_ERROR(refuse_while_erased(c, tenant_id));
    const std::int64_t now = clock_.now_ms();
    Json detail = Json::object();
    if (change.plan && !(*change.plan == tenant.plan)) {
      detail.set("plan", Json::object().set("from", tenant.plan.name).set("to", change.plan->name));
      write_plan(c, tenant_id, tenant.plan = *change.plan, now);
    }
    if (change.status && *change.status != tenant.status) {
      detail.set("status", Json::object().set("from", tenant.status).set("to", *change.status));
      write_status(c, tenant_id, tenant.status = *change.status, now);
    }
    if (detail.size() == 0) return Status();
    audit.detail_json = detail.dump();
    insert_audit(c, audit, clock_);
    note_tenant_changed(c, tenant_id, now);
    return Status();
  }));
  return tenant;
}

}  // namespace cvg
