#include "host/app/plugin_reload.h"

#include <algorithm>

#include "core/base/text.h"
#include "host/app/plugin_rows.h"

namespace cvg {
namespace {

bool is_same(const PluginConfig& a, const PluginConfig& b) {
  return a.path == b.path && a.sha256 == b.sha256 && a.mode == b.mode && a.config.dump() == b.config.dump();
}

}  // namespace

PluginReload::PluginReload(PluginRegistry& registry, TemplateCatalog& templates, const ServerConfig& config,
                           std::function<Result<ServerConfig>()> reread)
    : registry_(registry), templates_(templates), reread_(std::move(reread)), config_(config) {
  for (PluginConfig& row : plugin_rows(config)) rows_.emplace(row.name, row);
}

Result<ReloadReport> PluginReload::run() {
  const MutexLock lock(mutex_);
  if (reread_) {
    CVG_ASSIGN(config_, reread_());
  }
  ReloadReport report;
  const std::vector<PluginConfig> wanted = plugin_rows(config_);
  for (const PluginConfig& row : wanted) load(row, report);
  for (const auto& [name, row] : rows_) {
    const auto is_it = [&, &running = name](const PluginConfig& one) { return one.name == running; };
    if (std::none_of(wanted.begin(), wanted.end(), is_it))
      report.needs_restart.push_back({name, "it is no longer configured; it runs until the next start"});
  }
  try_templates(report);
  return report;
}

void PluginReload::load(const PluginConfig& row, ReloadReport& report) {
  if (const auto running = rows_.find(row.name); running != rows_.end()) {
    if (is_same(running->second, row)) report.unchanged.push_back(row.name);
    else report.needs_restart.push_back({row.name, "its row in server.yml changed; what was loaded at the start runs on"});
    return;
  }
  if (const Status loaded = registry_.load({row}); !loaded.ok()) {
    report.refused.push_back({row.name, loaded.text()});
    return;
  }
  rows_.emplace(row.name, row);
  report.loaded.push_back(row.name);
  // Of these the server takes its one instance when it starts.
  for (const char* kind : {CVG_KIND_WAREHOUSE, CVG_KIND_KEY_MANAGER})
    for (const Component* component : registry_.components(kind))
      if (component->plugin == row.name)
        report.needs_restart.push_back({row.name, fmt::format("its {} is taken into use only at a start", component->name)});
}

void PluginReload::try_templates(ReloadReport& report) {
  for (const TemplateName& name : templates_.list()) {
    const auto tried = templates_.get(name.provider, name.domain, name.name);
    if (tried.ok()) ++report.templates;
    else report.templates_refused.push_back({fmt::format("{}/{}/{}", name.provider, name.domain, name.name), tried.status().text()});
  }
}

}  // namespace cvg
