// ShiftingKeyManager: hides a secret just so far that it is not found as it is, and shows what it was bound to.
#pragma once

#include "core/access/key_manager.h"

namespace cvg {

class ShiftingKeyManager final : public KeyManager {
 public:
  Result<std::string> wrap(std::string_view, std::string_view plain, std::string_view aad) override {
    if (!works) return Status(Code::unavailable, "The key manager is down");
    std::string blob(aad);
    for (const char c : plain) blob += static_cast<char>(c + 1);
    return blob;
  }
  Result<std::string> unwrap(std::string_view, std::string_view, std::string_view) override { return Status(Code::unsupported, "no"); }
  bool works = true;
};

}  // namespace cvg
