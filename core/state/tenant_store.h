// TenantStore: profiles, keys and subscriptions.  Every method is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"
#include "core/state/commit_cache.h"

namespace cvg {

struct TenantFilter {
  std::string status = {}, plan_name = {};  // empty: any
  int limit = 100;
  std::string cursor = {};  // of the previous page
};
struct TenantPage {
  std::vector<Tenant> tenants;  // by id
  std::string next_cursor;      // empty: the end
};
// What an operator may change; absent: stays.
struct TenantChange {
  std::optional<PlanLimits> plan;
  std::optional<std::string> status;  // ACTIVE, SUSPENDED
};

class TenantStore {
 public:
  TenantStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Profile, key, subscription and usage row in one transaction; Code::conflict when the tenant exists.  One that is not
  // whole yet is named by half_made() until set_whole().
  Status create(const Tenant& tenant, const ApiKey& key, const AuditEntry& audit, bool is_whole = true);
  Status set_whole(const std::string& tenant_id);
  Result<std::vector<std::string>> half_made();
  // Undoes create() as a whole (a failed onboarding).
  Status remove(const std::string& tenant_id);
  Result<std::optional<Tenant>> get(const std::string& tenant_id);  // lower case
  // The active, unexpired key with this SHA-256 and its tenant; null: there is none.  Shared with whoever asks for the same.
  struct KeyOwner {
    ApiKey key;
    Tenant tenant;
  };
  Result<std::shared_ptr<const KeyOwner>> find_key(const std::string& hash);
  Result<std::vector<ApiKey>> keys(const std::string& tenant_id);
  // The next key replaces the old ones in one transaction.
  Status replace_keys(const std::string& tenant_id, const ApiKey& key, const AuditEntry& audit);
  // An existing tenant's dataset is going to be made anew: from here to the end recreations() names it, and the audit log
  // tells of it.  Code::conflict while the tenant is being erased.
  Status begin_recreation(const std::string& tenant_id, const AuditEntry& audit);
  // Everything that the dataset mirrors waits to be mirrored again; a key that is given replaces the old ones.
  Status end_recreation(const std::string& tenant_id, const std::optional<ApiKey>& key);
  Result<std::vector<std::string>> recreations();

  Result<TenantPage> list(const TenantFilter& filter);
  // The tenant as it is now; Code::not_found.  A suspension holds at once: no key is accepted, no run begins, none that waits
  // is leased; those under way end.  A plan holds for the next run that begins.  Nothing changed: nothing is written.
  Result<Tenant> change(const std::string& tenant_id, const TenantChange& change, AuditEntry audit);

 private:
  Database& database_;
  Clock& clock_;
  CommitCache<KeyOwner> owners_;
};

}  // namespace cvg
