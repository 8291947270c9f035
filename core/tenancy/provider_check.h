// ProviderCheck: asks a provider whether credentials work.  The port, and the one of the loaded plugins.  Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/registry.h"

namespace cvg {

class ProviderCheck {
 public:
  struct Verdict {
    std::string status;   // VALID, INVALID, UNSUPPORTED (the provider does not look at credentials), ERROR
    std::string message;  // for the tenant; holds nothing of the credentials
  };
  virtual ~ProviderCheck() = default;
  virtual std::vector<std::string> providers() const = 0;  // names, lower case
  virtual Verdict check(const std::string& tenant_id, const std::string& provider, const Json& credentials) = 0;
};

// The providers of the loaded plugins, which get the credentials in their instance's configuration as "credentials".
// registry and clock outlive it.
std::unique_ptr<ProviderCheck> make_plugin_provider_check(const PluginRegistry& registry, const Clock& clock);

// text with every text of document that has 6 bytes or more replaced by "[redacted]".
std::string without_secrets(std::string text, const Json& document);

}  // namespace cvg
