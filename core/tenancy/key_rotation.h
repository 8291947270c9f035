// KeyRotator: rotates the master key while the server works: a new version, then everything that an older one wrapped is
// wrapped again, batch by batch.  Killed in the middle it goes on at the next call, or at the next start.  Any thread.
#pragma once

#include "core/access/key_manager.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "core/state/key_rotation_store.h"

namespace cvg {

class KeyRotator {
 public:
  // All outlive the rotator.
  KeyRotator(KeyManager& keys, KeyRotationStore& store, const Clock& clock, Log& log)
      : keys_(keys), store_(store), clock_(clock), log_(log) {}

  // Begins a rotation, or ends the one that was interrupted; the reply's body.  Code::conflict while one is under way.
  Result<Json> rotate(const AuditEntry& audit);
  // Ends what an earlier server began; nothing to do is fine.
  Status resume();

 private:
  Result<KeyRotation> go_on(KeyRotation rotation, const AuditEntry& audit);
  Status rewrap(KeyRotation& rotation, const WrappedColumn& column);

  KeyManager& keys_;
  KeyRotationStore& store_;
  const Clock& clock_;
  Log& log_;
  Mutex mutex_;
  bool busy_ CVG_GUARDED_BY(mutex_) = false;
};

}  // namespace cvg
