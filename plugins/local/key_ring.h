// The versions of the master key: the key file is version 1, and beside it lie FILE.2, FILE.3, ... of later rotations.  The
// highest one wraps; each unwraps what it wrapped.  Version 1 is made when there is no version at all, so that files that
// are no longer needed may be removed.  Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <shared_mutex>
#include <string>

namespace local_keys {

class KeyRing {
 public:
  // Throws like load_or_create_key.
  explicit KeyRing(std::string path);
  ~KeyRing();
  KeyRing(const KeyRing &) = delete;
  KeyRing &operator=(const KeyRing &) = delete;

  struct Version {
    uint32_t number;
    std::string key;
  };
  Version newest() const;
  // Looks at the folder again for a version that it does not know; throws CVG_E_DATA when the file is not there.
  std::string key(uint32_t number);
  // Makes the next version, durably.
  void add();

 private:
  void load();

  const std::string path_;
  mutable std::shared_mutex mutex_;
  std::map<uint32_t, std::string> keys_;
};

}  // namespace local_keys
