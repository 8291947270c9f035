// Offboarding: a tenant's end: its runs are stopped, its data exported if that is wanted, its dataset and every row of it
// erased, and a certificate tells what that was.  Killed in the middle, the next start goes on.  Any thread.
#pragma once

#include <set>
#include <string>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/run/worker_pool.h"
#include "core/state/erasure_store.h"
#include "core/state/tenant_store.h"
#include "core/tenancy/tenant_export.h"
#include "core/warehouse/sessions.h"

namespace cvg {

class Offboarding {
 public:
  struct Parts {  // all outlive this
    ErasureStore& erasures;
    TenantStore& tenants;
    WorkerPool& workers;
    Warehouse& warehouse;
    Sessions& sessions;
    TenantExport& exports;
    const Clock& clock;
    Log& log;
    std::int64_t stop_ms_max = 30'000;  // how long a call waits for runs to end
  };
  explicit Offboarding(Parts parts) : parts_(parts) {}

  // The certificate.  Of a tenant that is gone already: its last certificate again.  Code::unavailable when its runs do not
  // end in time, or when the state store's log cannot be emptied: the call may be repeated.
  Result<Json> erase(const std::string& tenant_id, bool with_export, const AuditEntry& audit);
  // Ends the erasures that an earlier server was killed in the middle of; after the workers have taken its runs back. What
  // cannot be ended stays open, is logged, and is ended by the next call or start.
  Status recover();
  Result<Json> certificate(const std::string& certificate_id);

 private:
  Result<Json> erase_now(const std::string& tenant_id, bool with_export, const AuditEntry& audit);
  Status stop_runs(const std::string& tenant_id);
  Status measure(Erasure& erasure);
  Status drop(const Erasure& erasure);

  const Parts parts_;
  Mutex mutex_;
  std::set<std::string> under_way_ CVG_GUARDED_BY(mutex_);
};

}  // namespace cvg
