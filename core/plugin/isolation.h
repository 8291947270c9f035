// PluginIsolation: how plugins of mode isolated run; implemented by core/isolated.  Their components look like any other's,
// but for create(): the tables of the ABI carry no context there.  Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <convergence/plugin.h>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct PluginConfig;  // registry.h

class IsolatedComponent {
 public:
  virtual ~IsolatedComponent() = default;
  // Every slot but describe and create may be called with an instance that create() made.
  virtual const cvg_component& table() const = 0;
  virtual cvg_status create(cvg_call* call, const cvg_str* config_json, cvg_instance** out, cvg_error* error) = 0;
};

struct IsolatedPlugin {
  struct Offer {
    std::shared_ptr<IsolatedComponent> component;
    Json description;
  };
  std::string sdk;
  std::vector<Offer> components;
};

class PluginIsolation {
 public:
  virtual ~PluginIsolation() = default;
  // The file at copy_path holds verified bytes.  A refusal is a sentence about "its" plugin.
  virtual Result<IsolatedPlugin> load(const PluginConfig& row, const std::string& copy_path, const std::string& sha256) = 0;
};

}  // namespace cvg
