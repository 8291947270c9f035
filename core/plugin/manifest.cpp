#include "core/plugin/manifest.h"

#include <algorithm>
#include <vector>

#include <convergence/plugin.h>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t component_name_bytes_max = 64;

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

// "1.0" as two numbers.
bool parse_abi(const std::string& text, std::int64_t& major, std::int64_t& minor) {
  const std::vector<std::string_view> parts = split(text, '.');
  return parts.size() == 2 && parse_integer(parts[0], major) && parse_integer(parts[1], minor) && major >= 0 && minor >= 0;
}

Status check_abi(const Json& json) {
  std::int64_t major = 0, minor = 0;
  if (!json["abi"].is_string() || !parse_abi(json["abi"].text(), major, minor))
    return refused("its manifest names no ABI version (\"abi\":\"1.0\")");
  if (major != CVG_ABI_MAJOR)
    return refused(fmt::format("it was built for ABI {}, this host serves ABI {} only", json["abi"].text(), CVG_ABI_MAJOR));
  if (minor > static_cast<std::int64_t>(CVG_ABI_MINOR))
    return refused(fmt::format("it needs ABI {}, this host serves up to {}.{}", json["abi"].text(), CVG_ABI_MAJOR, CVG_ABI_MINOR));
  return Status();
}

Result<std::vector<PluginManifest::Offer>> read_offers(const Json& components) {
  if (!components.is_array() || components.size() == 0) return refused("its manifest offers no components");
  std::vector<PluginManifest::Offer> offers;
  for (const Json& item : components.items()) {
    PluginManifest::Offer offer{item["kind"].text(), item["name"].text()};
    CVG_RETURN_IF_ERROR(check_offer(offer.kind, offer.name));
    offers.push_back(std::move(offer));
  }
  std::sort(offers.begin(), offers.end());
  const auto twice = std::adjacent_find(offers.begin(), offers.end());
  if (twice != offers.end()) return refused(fmt::format("its manifest offers the {} {} twice", short_kind(twice->kind), twice->name));
  return offers;
}

}  // namespace

std::string_view short_kind(std::string_view kind) {
  if (kind.starts_with("cvg.")) kind.remove_prefix(4);
  kind = kind.substr(0, kind.find('/'));
  return kind == "key_manager" ? "key manager" : kind;
}

Status check_offer(std::string_view kind, std::string_view name) {
  static const std::vector<std::string> kinds = {CVG_KIND_PROVIDER, CVG_KIND_STEP, CVG_KIND_WAREHOUSE, CVG_KIND_KEY_MANAGER};
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    const std::string near = nearest_name(kind, kinds);
    return refused(fmt::format("it offers a component of the unknown kind '{}'{}", kind, near.empty() ? "" : " (is it " + near + "?)"));
  }
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const bool good = !name.empty() && name.size() <= component_name_bytes_max && name[0] >= 'a' && name[0] <= 'z' &&
                    name.find_first_not_of(letters) == std::string_view::npos;
  if (good) return Status();
  return refused(fmt::format("it offers a {} whose name '{}' is not [a-z][a-z0-9_]* of at most {} bytes", short_kind(kind), name,
                             component_name_bytes_max));
}

Result<PluginManifest> parse_manifest(const std::string& text) {
  const Result<Json> json = parse_json(text);
  if (!json.ok()) return refused("its manifest is no JSON: " + json.status().text());
  if (!json->is_object()) return refused("its manifest is no JSON object");
  PluginManifest manifest;
  manifest.text = text;
  manifest.json = *json;
  for (const auto& [member, to] : {std::pair{"id", &manifest.id}, std::pair{"version", &manifest.version}}) {
    if (!(*json)[member].is_string() || (*json)[member].text().empty())
      return refused(fmt::format("its manifest lacks the member '{}'", member));
    *to = (*json)[member].text();
  }
  CVG_RETURN_IF_ERROR(check_abi(*json));
  CVG_ASSIGN(manifest.offers, read_offers((*json)["components"]));
  return manifest;
}

}  // namespace cvg
