// Mirror: brings what the state store knows of a tenant into the x_meta tables of its dataset, by key, a batch a transaction.
// Ended runs follow within a second on a thread of its own; bring_up_to_date() is for a reader who must not see any lag.
// Any thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/state/credential_store.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"
#include "core/warehouse/warehouse.h"

namespace cvg {

class Mirror {
 public:
  struct Parts {  // all outlive the mirror
    RunStore& runs;
    TenantStore& tenants;
    CredentialStore& credentials;
    Warehouse& warehouse;
    const Clock& clock;
    Log& log;
    std::int64_t rows_max = 500;  // runs in one transaction
    std::int64_t delay_ms = 500;  // so that runs that end together are mirrored together
  };
  explicit Mirror(Parts parts);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  // Everything that ended before the call is in the tables when it returns ok.
  Status bring_up_to_date(const std::string& tenant_id);
  // Profile, subscription, keys, credentials and usage too: after an onboarding.
  Status bring_tenant(const std::string& tenant_id);
  // A run of this tenant ended, or something of the tenant changed: mirror it soon.
  void soon(const std::string& tenant_id);
  // Called after rows were written; may be empty.  Set before the first use.
  std::function<void(const std::string& tenant_id)> on_written;

 private:
  Status bring(const std::string& tenant_id, bool with_profile);
  // The tables that tell of these entries' runs.
  Result<Json> tables_of(const std::string& tenant_id, std::span<const OutboxEntry> entries);
  // Writes the entries' runs and tables of the tenant's own.  What the warehouse refuses as wrong data is looked for by
  // halves and left out with an error in the log, so that nothing behind it waits.
  Status write(const Tenant& tenant, std::span<const OutboxEntry> entries, const Json& own);
  Status write_batch(const Tenant& tenant, const Json& tables);
  void loop();

  const Parts parts_;
  Mutex mutex_;
  CondVar changed_;
  std::set<std::string> waiting_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<Mutex>> tenant_locks_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::string> usage_ CVG_GUARDED_BY(mutex_);  // as it was mirrored last
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
