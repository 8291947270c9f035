// The check of the master key at a start: it must open what is stored, or every secret of every tenant is lost unnoticed and
// new ones are sealed under another key.  Called once, before anything is wrapped.
#pragma once

#include "core/access/key_manager.h"
#include "core/base/log.h"
#include "core/state/key_rotation_store.h"

namespace cvg {

// Tries a few wrapped secrets of each kind.  Code::config with a sentence for the operator when none of them opens; some
// that do not open are logged.  Where nothing is wrapped yet, a text is wrapped and read back: a fresh installation makes its
// key here.  Fails with the key manager's own status when that is what fails.
Status check_master_key(KeyRotationStore& store, KeyManager& keys, Log& log);

}  // namespace cvg
