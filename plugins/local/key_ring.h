// The versions of the master key: the key file is version 1, and beside it lie FILE.2, FILE.3, ... of later rotations.  The
// highest one wraps; each unwraps what it wrapped.  Version 1 is made when something is to be wrapped and there is no version
// at all: reading never makes a key, so that a key file that is missing is told and not replaced.  Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <shared_mutex>
#include <string>

namespace local_keys {

class KeyRing {
 public:
  // Reads the versions that are there; throws like load_or_create_key.
  explicit KeyRing(std::string path);
  ~KeyRing();
  KeyRing(const KeyRing &) = delete;
  KeyRing &operator=(const KeyRing &) = delete;

  struct Version {
    uint32_t number;
    std::string key;
  };
  Version newest();
  // Looks at the folder again for a version that it does not know; throws CVG_E_DATA when the file is not there.
  std::string key(uint32_t number);
  // Makes the next version, durably.
  void add();

 private:
  void load();
  void make_first();

  const std::string path_;
  std::shared_mutex mutex_;
  std::map<uint32_t, std::string> keys_;
};

}  // namespace local_keys
