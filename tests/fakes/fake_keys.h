// FakeKeys: a key manager whose sealed text tells its binding; nothing is secret.  Any thread.
#pragma once

#include <string>

#include "core/access/key_manager.h"

namespace cvg {

class FakeKeys final : public KeyManager {
 public:
  Result<std::string> wrap(std::string_view key_id, std::string_view plain, std::string_view aad) override {
    return prefix(key_id, aad) + std::string(plain.rbegin(), plain.rend());
  }
  Result<std::string> unwrap(std::string_view key_id, std::string_view blob, std::string_view aad) override {
    const std::string bound = prefix(key_id, aad);
    if (!blob.starts_with(bound)) return Status(Code::auth, "sealed for somebody else");
    blob.remove_prefix(bound.size());
    return std::string(blob.rbegin(), blob.rend());
  }

 private:
  static std::string prefix(std::string_view key_id, std::string_view aad) { return std::string(key_id) + "|" + std::string(aad) + "|"; }
};

}  // namespace cvg
