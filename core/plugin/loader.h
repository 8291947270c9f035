// PluginLoader: the steps from a row of `plugins:` to components in the registry, in an order in which nothing of the
// plugin runs before everything that can be read has been checked.  One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/plugin/component_table.h"
#include "core/plugin/manifest.h"
#include "core/plugin/registry.h"
#include "core/plugin/verified_copy.h"

namespace cvg {

constexpr std::uint32_t plugin_components_max = 64;

class PluginLoader {
 public:
  explicit PluginLoader(PluginRegistry& registry) : registry_(registry) {}
  // A Status that begins with "the plugin NAME is refused: ".
  Status load(const PluginConfig& config);

 private:
  using Tables = std::vector<std::unique_ptr<ComponentTable>>;
  Status check_row(const PluginConfig& config) const;
  Status load_checked(const PluginConfig& config);
  Result<VerifiedCopy> verify(const PluginConfig& config, const std::string& path) const;
  Status start(const PluginConfig& config, const PluginManifest& manifest, LoadedPlugin plugin);
  Status start_isolated(const PluginConfig& config, const PluginManifest& manifest, LoadedPlugin plugin);
  Result<Tables> enumerate(const cvg_entry& entry, const PluginManifest& manifest) const;
  Result<std::unique_ptr<Component>> admit(const PluginConfig& config, const cvg_component& table, Json description) const;

  PluginRegistry& registry_;
};

}  // namespace cvg
