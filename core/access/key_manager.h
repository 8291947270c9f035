// KeyManager: the port to whoever keeps the key that wraps secrets.  A loaded plugin's is made by core/tenancy.  Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

class KeyManager {
 public:
  virtual ~KeyManager() = default;
  // aad binds tenant and purpose: what was wrapped under one is not unwrapped under another.
  virtual Result<std::string> wrap(std::string_view key_id, std::string_view plain, std::string_view aad) = 0;
  virtual Result<std::string> unwrap(std::string_view key_id, std::string_view blob, std::string_view aad) = 0;
  // Makes a new version of the master key, which wrap() uses from now on; unwrap() still reads what older ones wrapped.
  // Code::unsupported when the keeper rotates its key by itself.
  virtual Status rotate() { return Status(Code::unsupported, "The key manager rotates its master key by itself"); }
};

}  // namespace cvg
