// A private copy of a lake's catalog, taken beside a writer (lake.md, "Sessions"). Only in processes that do not have the
// catalog open through the engine: closing any descriptor of a file drops the POSIX locks of the whole process on it.
#pragma once

#include <string>

namespace ducklake {

// Copies source to target with SQLite's online backup, so that the copy is one committed state, and leaves it in journal
// mode DELETE, which a read-only process can open. Waits up to busy_ms for a writer. Throws convergence::Error:
// CVG_E_NOT_FOUND (no such catalog), CVG_E_UNAVAILABLE (busy, disk full).
void copy_catalog(const std::string &source, const std::string &target, int busy_ms);

}  // namespace ducklake
