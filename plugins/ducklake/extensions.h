// The engine's extensions on disk: found in the configured folder and checked by digest once per process.
#pragma once

#include <string>
#include <vector>

namespace ducklake {

// The paths of the extensions in the order in which they are loaded. The first call for a folder hashes the files and
// compares them with {dir}/extensions.sha256; a difference or a missing file is CVG_E_CONFIG. Thread-safe.
std::vector<std::string> checked_extensions(const std::string &dir);

}  // namespace ducklake
