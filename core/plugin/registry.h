// PluginRegistry: loads shared objects as server.yml says, checks them before any of their code runs, and offers their
// components by kind and name.  load() on one thread at a time; the rest from any thread, also while it loads: a component
// that was found stays.  Never dlcloses.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <convergence/plugin.h>

#include "core/base/json.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/plugin/isolation.h"

namespace cvg {

// A row of `plugins:` in server.yml.
struct PluginConfig {
  std::string name;    // of the plugin, for messages; the file's manifest must offer what the config configures
  std::string path;    // of the .so; relative paths are below plugins_dir
  std::string sha256;  // hex; empty: not pinned
  std::string mode = "in_process";
  Json config;         // for every component of the plugin, or by component name under "components"
};

// A component with its instance for host-wide use; steps and providers get an instance per call by create().
struct Component {
  const cvg_component* abi = nullptr;
  std::string plugin, kind, name, config_json;
  Json description;  // what describe() wrote: summary, config_schema, spec_schema, ...
  std::shared_ptr<IsolatedComponent> isolated;  // makes the instances of mode isolated; null: in this process
};

// An instance of a component; destroy() on the way out.  One call at a time unless REENTRANT.
class Instance {
 public:
  // Code::state when the component is CVG_SINGLETON and has an instance already.
  static Result<Instance> create(const Component& component, cvg_call* call);
  Instance(Instance&& other) noexcept;
  Instance& operator=(Instance&& other) noexcept;
  ~Instance();
  const Component& component() const { return *component_; }
  cvg_instance* raw() const { return raw_; }
  void interrupt() const;  // any thread
  template <class Table>
  const Table& table() const { return *static_cast<const Table*>(component_->abi->vtbl); }

 private:
  Instance(const Component& component, cvg_instance* raw) : component_(&component), raw_(raw) {}
  const Component* component_;
  cvg_instance* raw_;
};

struct LoadedPlugin {
  std::string name, id, version, sdk, path, sha256, mode;
  std::string copy_path;  // the verified bytes, named by their digest: what another process of ours loads
  Json manifest;
};

struct ComponentTable;  // component_table.h

class PluginRegistry {
 public:
  struct Options {
    std::string plugins_dir;
    std::string private_dir;  // below the data directory: copies named by digest
    PluginIsolation* isolation = nullptr;     // outlives the registry; null: mode isolated is refused
    // In a worker: what its plugin is lent.  The file is a verified copy already, and a crash costs the worker alone.
    const cvg_host* worker_services = nullptr;
  };
  explicit PluginRegistry(Options options);
  // Calls shutdown() of every plugin whose instances are all gone; the code stays in the process.
  ~PluginRegistry();
  PluginRegistry(const PluginRegistry&) = delete;
  PluginRegistry& operator=(const PluginRegistry&) = delete;
  // All or a sentence that names the plugin, the rule and what to do.
  Status load(const std::vector<PluginConfig>& plugins);
  // Null when no loaded plugin offers it.
  const Component* find(std::string_view kind, std::string_view name) const;
  std::vector<const Component*> components(std::string_view kind) const;
  std::vector<LoadedPlugin> plugins() const;
  // An extension of the plugin that offers this component, or null.
  const void* extension(const Component& component, const char* id) const;

 private:
  friend class PluginLoader;
  using Tables = std::vector<std::unique_ptr<ComponentTable>>;
  using Components = std::vector<std::unique_ptr<Component>>;
  // All of a plugin at once; entry: null when it is isolated.
  void adopt(LoadedPlugin plugin, const cvg_entry* entry, Tables tables, Components components);

  const Options options_;
  mutable Mutex mutex_;
  std::vector<LoadedPlugin> plugins_ CVG_GUARDED_BY(mutex_);
  Tables tables_ CVG_GUARDED_BY(mutex_);  // what Component::abi points to
  Components components_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, const cvg_entry*, std::less<>> entries_ CVG_GUARDED_BY(mutex_);
};

// How many instances of a component exist.  Any thread.
std::size_t live_instances(const Component& component);

// Reads the manifest note of a file without loading it (convergence plugins inspect).
Result<Json> read_manifest(const std::string& path);

}  // namespace cvg
