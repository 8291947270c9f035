// Sandbox: what the kernel still allows a session: reading below the given folders, nothing else of the file system.
// Landlock needs no privilege and cannot be taken back; it holds for the calling thread and all threads that it starts.
#pragma once

#include <string>
#include <vector>

namespace ducklake {

// Confines the calling process (while it has one thread).  Throws convergence::Error(CVG_E_UNSUPPORTED) where the kernel
// has no Landlock, unless CONVERGENCE_ALLOW_NO_LANDLOCK=1 is set by the operator.
// readable: folders whose files may be read; writable: folders in which files may also be made (for results).
void confine_to(const std::vector<std::string>& readable, const std::vector<std::string>& writable);

}  // namespace ducklake
