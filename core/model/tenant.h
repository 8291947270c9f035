// Tenants, their keys, plans and usage.  Plain values; times are milliseconds since the epoch, UTC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

struct PlanLimits {
  std::string name;  // upper case
  std::int64_t daily = 0, monthly = 0, concurrent = 0, team = 0, providers = 0;
  bool operator==(const PlanLimits&) const = default;
};

struct Tenant {
  std::string id;          // lower case: schema, folder, comparison
  std::string display_id;  // as it was onboarded: replies and the key's prefix
  std::string company_name, admin_email;
  PlanLimits plan;         // the limits as of now
  std::string status;      // ACTIVE, SUSPENDED
  std::int64_t created_ms = 0;
};

struct ApiKey {
  std::string id;         // opaque, for lists and audit
  std::string tenant_id;  // lower case
  std::string hash;       // SHA-256 of the key, hex
  std::string ciphertext;  // of the key manager, bytes
  std::string scopes;     // comma list; "*" = all
  bool is_active = true;
  std::int64_t created_ms = 0, expires_ms = 0, last_used_ms = 0;
  std::string name = {};        // the operator's own word for it
  std::int64_t revoked_ms = 0;  // 0: it was not
};

// A row of tenant_usage_quotas with what is derived from live rows.
struct Usage {
  std::string usage_date;  // YYYY-MM-DD, UTC
  std::int64_t run_today = 0, run_month = 0, succeeded_today = 0, failed_today = 0;
  std::int64_t concurrent_running = 0, max_concurrent_reached = 0;
};

// actor: "admin", "key:{key_id}", "public", or "server" for what it goes on with by itself after a crash.
struct AuditEntry {
  std::int64_t at_ms = 0;
  std::string tenant_id = {}, action = {}, actor = {}, target = {}, request_id = {}, client_address = {}, detail_json = {};
  std::string user_id = {};  // of X-User-ID: what the client says, believed by nobody
};

// ^[a-zA-Z0-9_]{3,50}$ and not reserved (api.md section 1); the Status names field and issue.
Status check_tenant_id_format(std::string_view id);
Status check_tenant_id_reserved(std::string_view id);
// What a suspended tenant hears: Code::denied with the code TENANT_SUSPENDED.
Status suspended_status(std::string_view display_id);
std::string lower_tenant_id(std::string_view id);

}  // namespace cvg
