// convergence plugins list, plugins inspect, template lint, and the hidden plugin-worker that isolated plugins run in.
#include <ostream>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/isolated/isolated_plugins.h"
#include "core/isolated/plugin_worker.h"
#include "core/config/template_catalog.h"
#include "core/plugin/registry.h"
#include "core/run/plugin_components.h"
#include "host/app/commands.h"
#include "host/app/config_limits.h"
#include "host/app/plugin_rows.h"
#include "host/app/scratch_folder.h"

namespace cvg {
namespace {

// The configured plugins, loaded from copies that leave with them: these commands change nothing of a server's data.
class LoadedPlugins {
 public:
  Status load(const ServerConfig& config, const Installation& installation) {
    CVG_ASSIGN(scratch_, ScratchFolder::create());
    isolation_.emplace(installation.worker_command(), isolation_limits(config));
    registry_.emplace(PluginRegistry::Options{config.plugins_dir, scratch_->path(), &*isolation_});
    return registry_->load(plugin_rows(config));
  }
  const PluginRegistry& registry() const { return *registry_; }

 private:
  std::unique_ptr<ScratchFolder> scratch_;
  std::optional<IsolatedPlugins> isolation_;
  std::optional<PluginRegistry> registry_;
};

// Stands in for the plugins where no configuration names any.
class UnknownStepKinds final : public StepKinds {
 public:
  bool known() const override { return false; }
  const Json* spec_schema(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }
  Json plan(std::string_view, const Json&) const override { return Json::array(); }
};

void tell(const std::string& file, const char* word, const std::vector<TemplateProblem>& problems, std::ostream& out) {
  for (const TemplateProblem& problem : problems)
    out << fmt::format("{}:{}: {}{}{}{}\n", file, problem.line, word, problem.field, problem.field.empty() ? "" : ": ", problem.message);
}

Status tell(const std::string& file, const TemplateReading& reading, std::ostream& out) {
  tell(file, "", reading.problems, out);
  tell(file, "warning: ", reading.warnings, out);
  if (reading.problems.empty()) return {};
  return Status(Code::config, fmt::format("{} problem{} in {}", reading.problems.size(), reading.problems.size() == 1 ? "" : "s", file));
}

std::string listed(const std::vector<PluginOption>& plugins) {
  std::vector<std::string> names;
  for (const PluginOption& plugin : plugins) names.push_back(plugin.name);
  return names.empty() ? "none" : join(names, ", ");
}

// A configured plugin's name, else a path.
Result<std::string> plugin_file(const CommandLine& line, const Installation& installation) {
  const std::string& word = line.argument;
  if (word.find('/') != std::string::npos) return word;
  CVG_ASSIGN(const ServerConfig config, load_configuration(line, installation));
  for (const PluginOption& plugin : config.plugins) {
    if (plugin.name == word) return plugin.path.starts_with('/') ? plugin.path : config.plugins_dir + '/' + plugin.path;
  }
  if (path_exists(word)) return word;
  return Status(Code::not_found, fmt::format("{} is neither a configured plugin ({}) nor a file", word, listed(config.plugins)));
}

}  // namespace

Status list_plugins(const CommandLine& line, const Installation& installation, std::ostream& out) {
  CVG_ASSIGN(const ServerConfig config, load_configuration(line, installation));
  LoadedPlugins loaded;
  CVG_RETURN_IF_ERROR(loaded.load(config, installation));
  for (const LoadedPlugin& plugin : loaded.registry().plugins()) {
    out << fmt::format("{} {} ({}, ABI of {}) {}\n", plugin.name, plugin.version, plugin.id, plugin.sdk, plugin.mode);
    for (const char* kind : {CVG_KIND_PROVIDER, CVG_KIND_STEP, CVG_KIND_WAREHOUSE, CVG_KIND_KEY_MANAGER})
      for (const Component* component : loaded.registry().components(kind))
        if (component->plugin == plugin.name)
          out << fmt::format("  {:<18} {:<10} {}\n", kind, component->name, component->description["summary"].text_or(""));
  }
  return {};
}

Status inspect_plugin(const CommandLine& line, const Installation& installation, std::ostream& out) {
  CVG_ASSIGN(const std::string file, plugin_file(line, installation));
  CVG_ASSIGN(const Json manifest, read_manifest(file));
  out << manifest.dump() << '\n';
  return {};
}

Status lint_template(const CommandLine& line, const Installation& installation, std::ostream& out) {
  const std::string& file = line.argument;
  if (line.config_file.empty() && installation.default_config_file().empty()) {
    CVG_RETURN_IF_ERROR(tell(file, lint_template_file(file, "", UnknownStepKinds()), out));
    out << "No server.yml was found (configs/server.yml here or beside the program; --config names another), so the plugins are "
           "unknown: the types of the steps and their options were not checked.\n"
        << file << " is sound in everything else\n";
    return {};
  }
  CVG_ASSIGN(const ServerConfig config, load_configuration(line, installation));
  LoadedPlugins loaded;
  CVG_RETURN_IF_ERROR(loaded.load(config, installation));
  const SystemClock clock;
  const PluginComponents kinds(loaded.registry(), clock, default_server_config().run.outputs_bytes_max);
  CVG_RETURN_IF_ERROR(tell(file, lint_template_file(file, "", kinds), out));
  out << file << " is sound\n";
  return {};
}

Status be_plugin_worker() {
  const int code = run_plugin_worker();
  return code == 0 ? Status() : Status(Code::host, fmt::format("The worker ended with code {}", code));
}

}  // namespace cvg
