// ErasureStore: how far the erasure of a tenant has come, its end, and the certificates of erasures that ended.  Every method
// is one transaction; what it answers ok is durable.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

struct Erasure {
  std::string tenant_id, display_id, certificate_id;
  std::int64_t requested_ms = 0;
  std::string export_file;     // empty: none is wanted
  std::string warehouse_json;  // what the dataset held; empty: not measured yet
};

// What the end of an erasure knows.
struct Erased {
  Erasure erasure;
  std::int64_t erased_ms = 0;
  std::vector<std::pair<std::string, std::int64_t>> rows;  // by table of the state store
  std::string audit_chain_hash;  // of the row that tells of the end
};

class ErasureStore {
 public:
  ErasureStore(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Suspends the tenant, ends what waits and stops its schedules; or the erasure that was begun before, whose wish for an
  // export is kept or added.  Code::not_found when there is no such tenant.
  Result<Erasure> begin(const Erasure& wanted, const AuditEntry& audit);
  // Tenants whose erasure has begun and not ended.
  Result<std::vector<std::string>> open();
  // Ends the runs that wait; the ids of those that are executed.
  Result<std::vector<std::string>> end_waiting(const std::string& tenant_id);
  Status set_measured(const Erasure& erasure);
  // Takes every row away, writes the audit log and keeps what certify makes of it, all in one transaction.  Code::conflict
  // while a run is executed.
  Result<std::string> finish(const Erasure& erasure, const AuditEntry& audit, const std::function<std::string(const Erased&)>& certify);
  // Nothing that was erased is left in the store's files when this answers ok: the log is copied into the database, where
  // erased rows are overwritten, and emptied.  Code::unavailable while another use of the store keeps it from that.
  Status empty_log();
  Result<std::optional<std::string>> certificate(const std::string& certificate_id);
  // Of the last erasure of a tenant that was called so.
  Result<std::optional<std::string>> last_certificate(const std::string& tenant_id);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace cvg
