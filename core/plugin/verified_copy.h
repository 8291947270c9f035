// VerifiedCopy: the bytes of a plugin's file under a name that is their SHA-256, in a folder that only this user can write.
// What is loaded later is exactly what was checked.  One thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/status.h"

namespace cvg {

constexpr std::int64_t plugin_file_bytes_max = std::int64_t{1} << 30;

struct VerifiedCopy {
  std::string path, sha256;
  Fd fd;  // of the copy, for reading
};

// pin: the SHA-256 that the operator wrote down, in hex; empty: none.  Code::config says why the file is refused.
Result<VerifiedCopy> make_verified_copy(const std::string& file, const std::string& pin, const std::string& private_dir);

// A copy that make_verified_copy() made, perhaps in another process.  Code::data: it holds other bytes than sha256 says.
Result<VerifiedCopy> open_verified_copy(const std::string& path, const std::string& sha256);

// Removes the copies of other digests than these, and half-made ones older than half_made_hours_max; answers how many.  Only
// for the one server that holds the data folder: a process that has mapped a copy keeps it, but cannot open it again.
constexpr int half_made_hours_max = 1;
Result<int> prune_copies(const std::string& private_dir, const std::vector<std::string>& kept_sha256);

}  // namespace cvg
