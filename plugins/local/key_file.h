// The master key's file: 32 random bytes, mode 0600, made when absent.
#pragma once

#include <string>

namespace local_keys {

// The key in the file at path.  An absent file is made: written whole under another name, synced, then linked into place,
// so that two servers that start at once agree on one key and a crash leaves no half key.
// Throws convergence::Error CVG_E_CONFIG, one sentence each, for: a relative path, a symbolic link, anything that is not
// a regular file, another owner, access for group or others, a length other than 32.
std::string load_or_create_key(const std::string &path);

}  // namespace local_keys
