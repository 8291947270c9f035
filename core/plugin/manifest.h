// PluginManifest: what a plugin says about itself in its file, before any of its code is loaded.  Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct PluginManifest {
  struct Offer {
    std::string kind, name;
    auto operator<=>(const Offer&) const = default;
  };
  std::string text;  // byte for byte as it stands in the file
  std::string id, version;
  std::vector<Offer> offers;  // sorted
  Json json;
};

// Code::config: no JSON, a member missing, an ABI that this host cannot serve, an unknown kind, one component twice.
Result<PluginManifest> parse_manifest(const std::string& text);
// Refuses a kind that this host does not know, and a name that is not [a-z][a-z0-9_]{0,63}.
Status check_offer(std::string_view kind, std::string_view name);
// "cvg.provider/1" is "provider" in sentences.
std::string_view short_kind(std::string_view kind);

}  // namespace cvg
