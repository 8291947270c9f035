// KeyRotationStore: how far a rotation of the master key has come, and the wrapped secrets that it goes through, in batches.
// Place and secrets move in one transaction: after a crash the rotation goes on where it was.  Any thread; one rotation at
// a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// A column of secrets that the key manager wrapped itself.
struct WrappedColumn {
  std::string_view table, key, column;
  std::string_view purpose;  // what is bound beside the tenant
  bool binds_key = false;    // and the row's key behind it
};

struct KeyRotation {
  std::int64_t id = 0, started_ms = 0, rewrapped = 0, failed = 0;
  bool master_made = false;
  std::string place, last_key;  // the table and the last row that is done
};

struct WrappedSecret {
  std::string key, tenant_id, blob;
  std::string again;  // wrapped anew; empty: that failed, and the blob stays
};

// What a stored secret was bound to when it was wrapped.
std::string wrapped_aad(const WrappedColumn& column, const WrappedSecret& secret);

class KeyRotationStore {
 public:
  KeyRotationStore(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Everything that is wrapped, in the order in which a rotation goes through it.
  static const std::vector<WrappedColumn>& columns();

  Result<std::optional<KeyRotation>> under_way();
  // The one under way, or a new one.
  Result<KeyRotation> begin(const AuditEntry& audit);
  Status set_master_made(const KeyRotation& rotation);
  // The next rows of a column behind last_key.
  Result<std::vector<WrappedSecret>> batch(const WrappedColumn& column, const std::string& last_key, int rows_max);
  // Stores what was wrapped anew and moves the place; a secret that was replaced meanwhile stays as it is.
  Status store(KeyRotation& rotation, const WrappedColumn& column, const std::vector<WrappedSecret>& secrets);
  Status finish(const KeyRotation& rotation, const AuditEntry& audit);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace cvg
