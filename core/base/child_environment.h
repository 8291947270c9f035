// The environment of the processes that the server starts for others' code: plugins' workers and tenants' sessions.
#pragma once

#include <vector>

namespace cvg {

// What a child sees of the server's environment: where programs, the home, the zone and temporary files are, the language,
// and a sanitizer's options; nothing that could hold a secret.  Ends with a null pointer, as posix_spawn wants it; the texts
// are the environment's own, so nobody may change that before the child was started.
std::vector<char*> child_environment();

}  // namespace cvg
