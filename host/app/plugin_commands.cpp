// convergence plugins list, plugins inspect, template lint.
#include <ostream>

#include "core/base/text.h"
#include "core/config/template_catalog.h"
#include "core/plugin/registry.h"
#include "core/run/plugin_components.h"
#include "host/app/commands.h"
#include "host/app/plugin_rows.h"

namespace cvg {
namespace {

Result<std::unique_ptr<PluginRegistry>> load_plugins(const CommandLine& line, const Installation& installation) {
  CVG_ASSIGN(const ServerConfig config, load_configuration(line, installation));
  auto registry = std::make_unique<PluginRegistry>(PluginRegistry::Options{config.plugins_dir, config.data_dir + "/plugins"});
  CVG_RETURN_IF_ERROR(registry->load(plugin_rows(config)));
  return registry;
}

}  // namespace

Status list_plugins(const CommandLine& line, const Installation& installation, std::ostream& out) {
  CVG_ASSIGN(const std::unique_ptr<PluginRegistry> registry, load_plugins(line, installation));
  for (const LoadedPlugin& plugin : registry->plugins()) {
    out << fmt::format("{} {} ({}, ABI of {}) {}\n", plugin.name, plugin.version, plugin.id, plugin.sdk, plugin.mode);
    for (const char* kind : {CVG_KIND_PROVIDER, CVG_KIND_STEP, CVG_KIND_WAREHOUSE, CVG_KIND_KEY_MANAGER})
      for (const Component* component : registry->components(kind))
        if (component->plugin == plugin.name)
          out << fmt::format("  {:<18} {:<10} {}\n", kind, component->name, component->description["summary"].text_or(""));
  }
  return {};
}

Status inspect_plugin(const CommandLine& line, std::ostream& out) {
  CVG_ASSIGN(const Json manifest, read_manifest(line.argument));
  out << manifest.dump() << '\n';
  return {};
}

Status lint_template(const CommandLine& line, const Installation& installation, std::ostream& out) {
  CVG_ASSIGN(const std::unique_ptr<PluginRegistry> registry, load_plugins(line, installation));
  const SystemClock clock;
  const PluginComponents kinds(*registry, clock, default_server_config().run.outputs_bytes_max);
  const std::vector<TemplateProblem> problems = lint_template_file(line.argument, "", kinds);
  for (const TemplateProblem& problem : problems)
    out << fmt::format("{}:{}: {}{}{}\n", line.argument, problem.line, problem.field, problem.field.empty() ? "" : ": ", problem.message);
  if (!problems.empty()) return Status(Code::config, fmt::format("{} problems in {}", problems.size(), line.argument));
  out << line.argument << " is sound\n";
  return {};
}

}  // namespace cvg
