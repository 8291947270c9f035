// What a component says about itself (describe) and the operator's configuration for it, checked against its own JSON
// Schema before any instance exists.  Any thread.
#pragma once

#include <string>

#include <convergence/plugin.h>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/manifest.h"

namespace cvg {

constexpr std::size_t describe_bytes_max = std::size_t{1} << 20;

// describe()'s answer: a JSON object whose schemas are objects.  Code::config otherwise.
Result<Json> describe_component(const cvg_component& component, const std::string& who);
// What makes a description one: an object whose schemas are objects.
Status check_description(const Json& description, const std::string& who);
// The `config` of a plugin's row for the component of this name.
Json config_of(const Json& config, const std::string& component);
// Refuses a configuration for a component that the manifest does not offer.
Status check_config_names(const Json& config, const PluginManifest& manifest);
// A component without config_schema takes no configuration; a schema that says nothing about further keys takes none.
Status check_config(const Json& description, const Json& config, const std::string& who);

}  // namespace cvg
