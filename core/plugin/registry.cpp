#include "core/plugin/registry.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/plugin/component_table.h"
#include "core/plugin/elf_note.h"
#include "core/plugin/loader.h"
#include "core/plugin/manifest.h"

namespace cvg {

PluginRegistry::PluginRegistry(Options options) : options_(std::move(options)) {}

PluginRegistry::~PluginRegistry() {
  for (const auto& [name, entry] : entries_) {
    const bool busy = std::any_of(components_.begin(), components_.end(), [&, &plugin = name](const auto& component) {
      return component->plugin == plugin && live_instances(*component) > 0;
    });
    if (!busy && entry->shutdown) entry->shutdown();
  }
}

Status PluginRegistry::load(const std::vector<PluginConfig>& plugins) {
  for (const PluginConfig& plugin : plugins) CVG_RETURN_IF_ERROR(PluginLoader(*this).load(plugin));
  return Status();
}

std::vector<LoadedPlugin> PluginRegistry::plugins() const {
  const MutexLock lock(mutex_);
  return plugins_;
}

void PluginRegistry::adopt(LoadedPlugin plugin, const cvg_entry* entry, Tables tables, Components components) {
  const MutexLock lock(mutex_);
  std::move(tables.begin(), tables.end(), std::back_inserter(tables_));
  std::move(components.begin(), components.end(), std::back_inserter(components_));
  if (entry) entries_[plugin.name] = entry;
  plugins_.push_back(std::move(plugin));
}

const Component* PluginRegistry::find(std::string_view kind, std::string_view name) const {
  const MutexLock lock(mutex_);
  for (const std::unique_ptr<Component>& component : components_)
    if (component->kind == kind && component->name == name) return component.get();
  return nullptr;
}

std::vector<const Component*> PluginRegistry::components(std::string_view kind) const {
  const MutexLock lock(mutex_);
  std::vector<const Component*> found;
  for (const std::unique_ptr<Component>& component : components_)
    if (component->kind == kind) found.push_back(component.get());
  return found;
}

const void* PluginRegistry::extension(const Component& component, const char* id) const {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(component.plugin);
  return found != entries_.end() && found->second->get_ext ? found->second->get_ext(id) : nullptr;
}

Result<Json> read_manifest(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return status_from_errno(errno, "opened", path);
  const Result<std::string> text = read_manifest_note(fd.get());
  if (!text.ok()) return Status(text.status().code(), fmt::format("{}: {}", path, text.status().text()));
  const Result<PluginManifest> manifest = parse_manifest(*text);
  if (!manifest.ok()) return Status(manifest.status().code(), fmt::format("{}: {}", path, manifest.status().text()));
  return manifest->json;
}

}  // namespace cvg
