// PluginReload: what can be done about plugins and templates while the server runs.  A plugin that is configured since the
// start is loaded; one that runs is never replaced or taken out, since its code may be in use: that needs a restart.  Templates
// follow their files by themselves; here they are all tried.  Any thread; one reload at a time.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/base/mutex.h"
#include "core/config/server_config.h"
#include "core/config/template_catalog.h"
#include "core/plugin/registry.h"
#include "host/routes/services.h"

namespace cvg {

class PluginReload {
 public:
  // registry and templates outlive this object; config: what the registry was loaded with.
  PluginReload(PluginRegistry& registry, TemplateCatalog& templates, const ServerConfig& config,
               std::function<Result<ServerConfig>()> reread);
  // Code::config when the configuration as it is now cannot be read.
  Result<ReloadReport> run();

 private:
  void load(const PluginConfig& row, ReloadReport& report) CVG_REQUIRES(mutex_);
  void try_templates(ReloadReport& report) CVG_REQUIRES(mutex_);

  PluginRegistry& registry_;
  TemplateCatalog& templates_;
  const std::function<Result<ServerConfig>()> reread_;
  Mutex mutex_;
  ServerConfig config_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, PluginConfig> rows_ CVG_GUARDED_BY(mutex_);  // that run, as they were loaded
};

}  // namespace cvg
