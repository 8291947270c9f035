// What of server.yml each plugin is loaded with: its row, and for the configured warehouse and key manager what the server
// knows and they need (folders, limits).  What a row says itself is left as it is.
#pragma once

#include <vector>

#include "core/config/server_config.h"
#include "core/plugin/registry.h"
#include "core/warehouse/sessions.h"

namespace cvg {

std::vector<PluginConfig> plugin_rows(const ServerConfig& config);
SessionLimits session_limits(const ServerConfig& config);

// The one argument of the hidden command session-parent: what it needs to load the warehouse's plugin, as JSON.
std::string session_parent_argument(const ServerConfig& config, const LoadedPlugin& plugin, const Component& warehouse);

}  // namespace cvg
