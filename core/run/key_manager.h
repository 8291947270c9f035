// KeyManager: the port to whoever keeps the key that wraps secrets; key_manager_component has a loaded plugin's.  Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <convergence/plugin.h>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/plugin/registry.h"

namespace cvg {

class KeyManager {
 public:
  virtual ~KeyManager() = default;
  // aad binds tenant and purpose: what was wrapped under one is not unwrapped under another.
  virtual Result<std::string> wrap(std::string_view key_id, std::string_view plain, std::string_view aad) = 0;
  virtual Result<std::string> unwrap(std::string_view key_id, std::string_view blob, std::string_view aad) = 0;
};

// The key manager of a loaded plugin; component and clock outlive it.
Result<std::unique_ptr<KeyManager>> make_plugin_key_manager(const Component& component, const Clock& clock);

}  // namespace cvg
