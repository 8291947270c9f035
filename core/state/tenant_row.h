// Rows of tenant_profiles with tenant_subscriptions, and of tenant_api_keys, as values: one list of columns each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// Of `tenant_profiles p JOIN tenant_subscriptions s`, in the order of read_tenant().
inline constexpr std::string_view tenant_columns =
    "p.tenant_id, p.display_id, p.company_name, p.admin_email, p.status, p.created_ms, s.plan_name, s.daily_limit, "
    "s.monthly_limit, s.concurrent_limit, s.team_limit, s.provider_limit";
inline constexpr int tenant_column_count = 12;
// Of `tenant_api_keys k`, in the order of read_key().
inline constexpr std::string_view key_columns =
    "k.key_id, k.tenant_id, k.api_key_hash, k.encrypted_api_key, k.scopes, k.is_active, k.created_ms, k.expires_ms, "
    "k.last_used_ms, k.key_name, k.revoked_ms";

Tenant read_tenant(const Statement& row);
ApiKey read_key(const Statement& row, int at);  // at: the number of the first column
void insert_key(Connection& connection, const ApiKey& key, std::int64_t now_ms);
bool tenant_exists(Connection& connection, const std::string& tenant_id);
// Code::conflict from the beginning of the tenant's erasure to its end: what came now would be in no export or certificate.
Status refuse_while_erased(Connection& connection, const std::string& tenant_id);

// Profile, plan, keys or credentials of a tenant changed: an entry for the mirror, in the change's own transaction, so that the tenant's
// dataset follows even when the server dies in between.
void note_tenant_changed(Connection& connection, const std::string& tenant_id, std::int64_t now_ms);
// How the keys of such entries begin; the others are ids of runs.
inline constexpr std::string_view tenant_changed_prefix = "tenant:";

}  // namespace cvg
