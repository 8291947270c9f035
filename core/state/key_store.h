// KeyStore: what changes a tenant's keys.  Every method is one transaction with its audit row; what it answers ok is durable
// and holds for the next request, since a commit makes every cached key stale.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// When a key was used last.
struct KeyUse {
  std::string key_id;
  std::int64_t at_ms = 0;
};

class KeyStore {
 public:
  KeyStore(Database& database, Clock& clock) : database_(database), clock_(clock) {}

  // Code::not_found: no such tenant; conflict: it has usable_max keys that are neither revoked nor expired.
  Status add(const ApiKey& key, std::int64_t usable_max, const AuditEntry& audit);
  // The row as it is now; one that was revoked before stays as it was.  Code::not_found: this tenant has no such key.
  Result<ApiKey> revoke(const std::string& tenant_id, const std::string& key_id, const AuditEntry& audit);
  // next takes the place of the key key_id, or of all usable ones when that is empty.  Those are revoked, or expire grace_ms
  // from now unless they do so before.  A rotation of one key hands its scopes, name and expiry on where next has none.
  struct Rotated {
    ApiKey next;
    std::vector<ApiKey> replaced;  // as they are now
  };
  Result<Rotated> rotate(const ApiKey& next, const std::string& key_id, std::int64_t grace_ms, const AuditEntry& audit);
  // Never moves a time back; keys that are gone are left out.
  Status note_uses(const std::vector<KeyUse>& uses);

 private:
  Database& database_;
  Clock& clock_;
};

}  // namespace cvg
