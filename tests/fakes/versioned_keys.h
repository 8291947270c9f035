// VersionedKeys: a key manager whose blobs can be read: "v1|aad|secret".  Refuses another aad and a version that is gone.
// Any thread, except for the fields.
#pragma once

#include <atomic>
#include <string>

#include "core/access/key_manager.h"

namespace cvg {

class VersionedKeys final : public KeyManager {
 public:
  Result<std::string> wrap(std::string_view, std::string_view plain, std::string_view aad) override {
    if (down || wraps_left == 0) return Status(Code::unavailable, "the key manager is down");
    if (wraps_left > 0) --wraps_left;
    return prefix(version, aad) + std::string(plain);
  }
  Result<std::string> unwrap(std::string_view, std::string_view blob, std::string_view aad) override {
    for (int v = oldest; v <= version; ++v)
      if (const std::string start = prefix(v, aad); blob.starts_with(start)) return std::string(blob.substr(start.size()));
    return Status(Code::data, "wrapped for somebody else, or under a version that is gone");
  }
  Status rotate() override {
    ++version;
    return {};
  }
  bool down = false;
  int wraps_left = -1;  // then it is down; negative: for ever
  int oldest = 1;
  std::atomic<int> version{1};

 private:
  static std::string prefix(int version, std::string_view aad) { return "v" + std::to_string(version) + "|" + std::string(aad) + "|"; }
};

}  // namespace cvg
