#include "core/plugin/loader.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/plugin/component_config.h"
#include "core/plugin/elf_note.h"
#include "core/plugin/host_table.h"
#include "core/plugin/load_sentinel.h"
#include "core/plugin/plugin_call.h"
#include "core/plugin/shared_object.h"
#include "core/plugin/verified_copy.h"

namespace cvg {
namespace {

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

std::string full_path(const std::string& path, const std::string& folder) {
  return path.starts_with('/') ? path : folder + "/" + path;
}

// The file and the loaded entry must be of one mind, or what was read is not what runs.
Status check_same(const cvg_entry& entry, const PluginManifest& manifest) {
  if (manifest.text != entry.manifest_json) return refused("the manifest in its file differs from the one in its code");
  if (manifest.id != entry.id || manifest.version != entry.version)
    return refused(fmt::format("its manifest says {} {}, its code says {} {}", manifest.id, manifest.version, entry.id, entry.version));
  return Status();
}

std::string who_is(const cvg_component& component) { return fmt::format("{} {}", short_kind(component.kind), component.name); }

HostGrants grants_of(const PluginManifest& manifest) {
  const auto is_warehouse = [](const PluginManifest::Offer& offer) { return offer.kind == CVG_KIND_WAREHOUSE; };
  const bool any = std::any_of(manifest.offers.begin(), manifest.offers.end(), is_warehouse);
  return any ? HostGrants::warehouse : HostGrants::base;
}

}  // namespace

Status PluginLoader::load(const PluginConfig& config) {
  const Status loaded = load_checked(config);
  if (loaded.ok()) return loaded;
  return Status(Code::config, fmt::format("the plugin {} is refused: {}", config.name, loaded.log_text()));
}

Status PluginLoader::check_row(const PluginConfig& config) const {
  if (config.name.empty()) return refused("its row in the configuration has no name");
  if (config.path.empty()) return refused("its row in the configuration has no path");
  for (const LoadedPlugin& other : registry_.plugins())
    if (other.name == config.name) return refused("another row of the configuration has its name");
  if (config.mode == "in_process" || (config.mode == "isolated" && registry_.options_.isolation)) return Status();
  if (config.mode == "isolated") return refused("mode isolated is not offered here: set mode to in_process if you trust its code as your own");
  const std::string near = nearest_name(config.mode, {"in_process", "isolated"});
  return refused(fmt::format("its mode '{}' is unknown{}", config.mode, near.empty() ? "; it is in_process" : "; did you mean " + near + "?"));
}

Status PluginLoader::load_checked(const PluginConfig& config) {
  CVG_RETURN_IF_ERROR(check_row(config));
  LoadedPlugin plugin;
  plugin.name = config.name;
  plugin.mode = config.mode;
  plugin.path = full_path(config.path, registry_.options_.plugins_dir);
  CVG_ASSIGN(const VerifiedCopy copy, verify(config, plugin.path));
  plugin.sha256 = copy.sha256;
  plugin.copy_path = copy.path;
  CVG_ASSIGN(const std::string text, read_manifest_note(copy.fd.get()));
  CVG_ASSIGN(const PluginManifest manifest, parse_manifest(text));
  CVG_RETURN_IF_ERROR(check_config_names(config.config, manifest));
  for (const PluginManifest::Offer& offer : manifest.offers)
    if (const Component* other = registry_.find(offer.kind, offer.name))
      return refused(fmt::format("it offers the {} {}, which the plugin {} offers already", short_kind(offer.kind), offer.name, other->plugin));
  if (config.mode == "isolated") return start_isolated(config, manifest, std::move(plugin));
  if (registry_.options_.worker_services) return start(config, manifest, std::move(plugin));
  CVG_ASSIGN(const LoadSentinel sentinel, LoadSentinel::begin(registry_.options_.private_dir, copy.sha256, config.name));
  return start(config, manifest, std::move(plugin));
}

Result<VerifiedCopy> PluginLoader::verify(const PluginConfig& config, const std::string& path) const {
  return registry_.options_.worker_services ? open_verified_copy(path, config.sha256)
                                            : make_verified_copy(path, config.sha256, registry_.options_.private_dir);
}

// From here on code of the plugin runs.
Status PluginLoader::start(const PluginConfig& config, const PluginManifest& manifest, LoadedPlugin plugin) {
  CVG_ASSIGN(const cvg_entry* const entry, open_entry(plugin.copy_path));
  CVG_RETURN_IF_ERROR(check_same(*entry, manifest));
  const cvg_host* const lent = registry_.options_.worker_services;
  const cvg_host& host = lent ? *lent : host_table(grants_of(manifest));
  const Status ready = call_plugin("init", [&](cvg_error* e) { return entry->init(&host, e); });
  if (!ready.ok()) return refused("it cannot start: " + ready.log_text());
  CVG_ASSIGN(Tables tables, enumerate(*entry, manifest));
  std::vector<std::unique_ptr<Component>> components;
  for (const std::unique_ptr<ComponentTable>& table : tables) {
    CVG_ASSIGN(Json description, describe_component(table->component, who_is(table->component)));
    CVG_ASSIGN(std::unique_ptr<Component> component, admit(config, table->component, std::move(description)));
    components.push_back(std::move(component));
  }
  plugin.id = manifest.id;
  plugin.version = manifest.version;
  plugin.sdk = entry->sdk ? entry->sdk : "";
  plugin.manifest = manifest.json;
  registry_.adopt(std::move(plugin), entry, std::move(tables), std::move(components));
  return Status();
}

// No code of the plugin runs in this process; what its worker says about it is checked like a stranger's word.
Status PluginLoader::start_isolated(const PluginConfig& config, const PluginManifest& manifest, LoadedPlugin plugin) {
  for (const PluginManifest::Offer& offer : manifest.offers)
    if (offer.kind != CVG_KIND_STEP && offer.kind != CVG_KIND_PROVIDER)
      return refused(fmt::format("its {} {} works in the server's process only: set mode to in_process", short_kind(offer.kind), offer.name));
  CVG_ASSIGN(IsolatedPlugin started, registry_.options_.isolation->load(config, plugin.copy_path, plugin.sha256));
  std::vector<PluginManifest::Offer> offers;
  std::vector<std::unique_ptr<Component>> components;
  for (IsolatedPlugin::Offer& offer : started.components) {
    const cvg_component& table = offer.component->table();
    offers.push_back({table.kind, table.name});
    CVG_RETURN_IF_ERROR(check_description(offer.description, who_is(table)));
    CVG_ASSIGN(std::unique_ptr<Component> component, admit(config, table, std::move(offer.description)));
    component->isolated = std::move(offer.component);
    components.push_back(std::move(component));
  }
  std::sort(offers.begin(), offers.end());
  if (offers != manifest.offers) return refused("its worker offers other components than its manifest");
  plugin.id = manifest.id;
  plugin.version = manifest.version;
  plugin.sdk = std::move(started.sdk);
  plugin.manifest = manifest.json;
  registry_.adopt(std::move(plugin), nullptr, {}, std::move(components));
  return Status();
}

Result<PluginLoader::Tables> PluginLoader::enumerate(const cvg_entry& entry, const PluginManifest& manifest) const {
  Tables tables;
  std::vector<PluginManifest::Offer> offers;
  for (std::uint32_t i = 0; const cvg_component* component = entry.component(i); ++i) {
    if (i == plugin_components_max)
      return refused(fmt::format("it offers more than {} components (plugin_components_max)", plugin_components_max));
    const ProcessOf process = registry_.options_.worker_services ? ProcessOf::worker : ProcessOf::server;
    CVG_ASSIGN(std::unique_ptr<ComponentTable> table, read_component(component, process));
    offers.push_back({table->component.kind, table->component.name});
    tables.push_back(std::move(table));
  }
  std::sort(offers.begin(), offers.end());
  const auto twice = std::adjacent_find(offers.begin(), offers.end());
  if (twice != offers.end()) return refused(fmt::format("it offers the {} {} twice", short_kind(twice->kind), twice->name));
  if (offers != manifest.offers) return refused("its code offers other components than its manifest");
  return tables;
}

Result<std::unique_ptr<Component>> PluginLoader::admit(const PluginConfig& config, const cvg_component& table, Json description) const {
  auto component = std::make_unique<Component>();
  component->abi = &table;
  component->plugin = config.name;
  component->kind = table.kind;
  component->name = table.name;
  component->description = std::move(description);
  const std::string who = who_is(table);
  const Json own = config_of(config.config, component->name);
  CVG_RETURN_IF_ERROR(check_config(component->description, own, who));
  component->config_json = own.dump();
  return component;
}

}  // namespace cvg
