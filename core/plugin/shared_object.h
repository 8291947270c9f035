// Loading a shared object and finding its entry; the wall around dlfcn.h.  Nothing is ever unloaded.  One thread.
#pragma once

#include <string>

#include <convergence/plugin.h>

#include "core/base/status.h"

namespace cvg {

// Loads the file at an absolute path that holds verified bytes (VerifiedCopy) and checks the entry's magic, sizes, versions
// and required members.  Static constructors are the only code of the plugin that runs.  A path that this process loaded
// through here before gives the same entry again.
Result<const cvg_entry*> open_entry(const std::string& path);

}  // namespace cvg
