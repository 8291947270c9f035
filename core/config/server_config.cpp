#include "core/config/server_config.h"

#include <unistd.h>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/config/server_options.h"
#include "core/config/yaml.h"

namespace cvg {
namespace {

constexpr std::string_view environment_prefix = "CONVERGENCE_";
constexpr std::size_t admin_key_bytes_min = 16;

const ServerOption* find_option(std::string_view key) {
  for (const ServerOption& option : server_options()) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

Status unknown(const std::string& place, const std::string& what, const std::string& name, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(name, names);
  return Status(Code::config, fmt::format("{}: unknown {} '{}'{}", place, what, name,
                                          nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

std::vector<std::string> known_keys() {
  std::vector<std::string> names = {"plugins"};
  for (const ServerOption& option : server_options()) names.emplace_back(option.key);
  return names;
}

bool is_section(const std::string& name) {
  for (const ServerOption& option : server_options()) {
    if (option.key.size() > name.size() && option.key.starts_with(name) && option.key[name.size()] == '.') return true;
  }
  return false;
}

Status wrong_value(const std::string& place, std::string_view key, const Status& status) {
  return Status(Code::config, fmt::format("{}: {}: {}", place, key, status.text()));
}

// The text that set_option reads, or no value for a shape that the option cannot have.
std::optional<std::string> option_text(const ServerOption& option, const Json& value) {
  if (option.field.index() == 3) {
    if (value.is_array()) return value.dump();
    return value.is_null() ? std::optional<std::string>("") : std::nullopt;
  }
  if (value.is_bool()) return std::string(value.boolean() ? "true" : "false");
  if (value.is_string() || value.is_number()) return value.text();
  return value.is_null() ? std::optional<std::string>("") : std::nullopt;
}

class FileReader {
 public:
  FileReader(const std::string& path, const YamlDocument& document, ServerConfig& config)
      : path_(path), document_(document), config_(config) {}

  Status read() {
    if (document_.value.is_null()) return {};
    if (!document_.value.is_object()) return Status(Code::config, path_ + ": the file is not a map of options");
    for (const auto& [name, value] : document_.value.members()) {
      if (name == "plugins") CVG_RETURN_IF_ERROR(read_plugins(value));
      else if (is_section(name)) CVG_RETURN_IF_ERROR(read_section(name, value));
      else CVG_RETURN_IF_ERROR(read_option(name, '/' + pointer_token(name), value));
    }
    return {};
  }

 private:
  std::string place(const std::string& pointer) const { return fmt::format("{}:{}", path_, document_.line_of(pointer)); }

  Status read_section(const std::string& section, const Json& members) {
    const std::string pointer = '/' + pointer_token(section);
    if (members.is_null()) return {};
    if (!members.is_object()) return Status(Code::config, fmt::format("{}: '{}' must be a section", place(pointer), section));
    for (const auto& [name, value] : members.members()) {
      CVG_RETURN_IF_ERROR(read_option(section + '.' + name, pointer + '/' + pointer_token(name), value));
    }
    return {};
  }
  Status read_option(const std::string& key, const std::string& pointer, const Json& value) {
    const ServerOption* option = find_option(key);
    if (!option) return unknown(place(pointer), "key", key, known_keys());
    const std::optional<std::string> text = option_text(*option, value);
    if (!text) return wrong_value(place(pointer), key, Status(Code::config, option->field.index() == 3 ? "a list is expected" : "one value is expected"));
    const Status status = set_option(config_, *option, *text);
    return status.ok() ? Status() : wrong_value(place(pointer), key, status);
  }
  Status read_plugins(const Json& rows) {
    if (rows.is_null()) return {};
    if (!rows.is_array()) return Status(Code::config, fmt::format("{}: 'plugins' must be a list", place("/plugins")));
    for (std::size_t i = 0; i < rows.size(); ++i) CVG_RETURN_IF_ERROR(read_plugin(rows.items()[i], fmt::format("/plugins/{}", i)));
    return {};
  }
  static bool is_text_key(std::string_view name) { return name == "name" || name == "path" || name == "sha256" || name == "mode"; }
  Status read_plugin(const Json& row, const std::string& pointer) {
    if (!row.is_object()) return Status(Code::config, place(pointer) + ": a plugin must be a map with a name");
    PluginOption plugin;
    plugin.config = Json::object();
    for (const auto& [name, value] : row.members()) {
      const std::string at = place(pointer + '/' + name);
      if (name == "config" && value.is_object()) plugin.config = value;
      else if (name == "config") return Status(Code::config, at + ": plugins.config must be a map");
      else if (!is_text_key(name)) return unknown(at, fmt::format("key of the plugin '{}'", row["name"].text_or("")), name, {"name", "path", "sha256", "mode", "config"});
      else if (!value.is_string() && !value.is_number()) return Status(Code::config, fmt::format("{}: plugins.{} must be text", at, name));
      else if (name == "name") plugin.name = value.text();
      else if (name == "path") plugin.path = value.text();
      else if (name == "sha256") plugin.sha256 = value.text();
      else plugin.mode = value.text();
    }
    if (plugin.name.empty()) return Status(Code::config, place(pointer) + ": a plugin needs a name");
    if (plugin.path.empty()) plugin.path = plugin.name + ".so";
    if (plugin.mode != "in_process" && plugin.mode != "isolated") {
      return Status(Code::config, fmt::format("{}: the plugin '{}': plugins.mode: '{}' is neither in_process nor isolated", place(pointer), plugin.name, plugin.mode));
    }
    for (const PluginOption& other : config_.plugins) {
      if (other.name == plugin.name) return Status(Code::config, fmt::format("{}: the plugin '{}' stands there twice", place(pointer), plugin.name));
    }
    config_.plugins.push_back(std::move(plugin));
    return {};
  }

  const std::string& path_;
  const YamlDocument& document_;
  ServerConfig& config_;
};

Status read_config_file(const std::string& path, ServerConfig& config) {
  Result<std::string> text = read_file(path);
  if (!text.ok()) return Status(Code::config, fmt::format("The configuration {} cannot be read: {}", path, text.status().text()));
  CVG_ASSIGN(const YamlDocument document, parse_yaml(*text, path));
  return FileReader(path, document, config).read();
}

// PORT of the seeds: the port alone; all interfaces unless somebody chose a host.
Status apply_port(ServerConfig& config, const std::string& port, bool host_chosen) {
  std::int64_t number = 0;
  if (!parse_integer(port, number) || number < 0 || number > 65535) {
    return Status(Code::config, fmt::format("environment variable PORT: '{}' is not a port between 0 and 65535", port));
  }
  const std::string host = host_chosen ? config.listen.substr(0, config.listen.rfind(':')) : "0.0.0.0";
  config.listen = fmt::format("{}:{}", host, number);
  return {};
}

Status apply_environment(const std::map<std::string, std::string>& environment, ServerConfig& config) {
  const std::string default_listen = default_server_config().listen;
  const auto port = environment.find("PORT");
  if (port != environment.end() && !port->second.empty()) {
    CVG_RETURN_IF_ERROR(apply_port(config, port->second, config.listen != default_listen));
  }
  for (const ServerOption& option : server_options()) {
    // The project's own name is read last: it is the stronger one.
    for (const std::string& name : {std::string(option.seed_name), environment_name(option)}) {
      const auto found = environment.find(name);
      if (name.empty() || found == environment.end()) continue;
      if (found->second.empty() && !option.seed_name.empty()) continue;
      const Status status = set_option(config, option, found->second);
      if (!status.ok()) return wrong_value("environment variable " + name, option.key, status);
    }
  }
  return {};
}

// A misspelt variable of a section would silently leave a limit at its default.
Status check_environment_names(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> names;
  for (const ServerOption& option : server_options()) names.push_back(environment_name(option));
  for (auto it = environment.lower_bound(std::string(environment_prefix)); it != environment.end(); ++it) {
    if (!it->first.starts_with(environment_prefix)) break;
    if (std::find(names.begin(), names.end(), it->first) != names.end()) continue;
    for (const ServerOption& option : server_options()) {
      const std::size_t dot = option.key.find('.');
      if (dot == std::string_view::npos) continue;
      const std::string section = environment_name(option).substr(0, environment_prefix.size() + dot + 1);
      if (it->first.starts_with(section)) return unknown("environment", "variable", it->first, names);
    }
  }
  return {};
}

// Two keys that both stand there: whoever trusts the one would be locked out by the other without a word.
Status check_one_admin_key(const std::map<std::string, std::string>& environment) {
  for (const ServerOption& option : server_options()) {
    if (!option.key.starts_with("admin.api_key")) continue;
    const auto seed = environment.find(std::string(option.seed_name)), own = environment.find(environment_name(option));
    if (seed == environment.end() || own == environment.end() || seed->second.empty() || own->second.empty()) continue;
    if (seed->second != own->second)
      return Status(Code::config, fmt::format("environment: {} and {} are both set and differ: keep one", seed->first, own->first));
  }
  return {};
}

Status read_admin_key(ServerConfig& config) {
  if (config.admin.api_key_file.empty()) return {};
  if (!config.admin.api_key.empty()) {
    return Status(Code::config, "admin.api_key and admin.api_key_file (ADMIN_API_KEY and ADMIN_API_KEY_FILE) are both set: keep one");
  }
  Result<std::string> text = read_file(config.admin.api_key_file, 4096);
  if (!text.ok()) return Status(Code::config, fmt::format("admin.api_key_file: {}", text.status().text()));
  config.admin.api_key = trim(*text);
  if (config.admin.api_key.empty()) {
    return Status(Code::config, fmt::format("admin.api_key_file: the file {} is empty", config.admin.api_key_file));
  }
  return {};
}

// What a browser sends as Origin: anything else would never match and keep its pages out without a word.
bool is_origin(const std::string& text) {
  const std::size_t scheme = text.find("://");
  return scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size() &&
         text.find_first_of("/ ,\"'?#@*", scheme + 3) == std::string::npos;
}

Status check_origins(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (origin != "*" && !is_origin(origin))
      return Status(Code::config, fmt::format("cors.origins (CORS_ORIGINS): '{}' is neither * nor scheme://host[:port]", origin));
  }
  return {};
}

Status check_whole(const ServerConfig& config) {
  CVG_RETURN_IF_ERROR(check_origins(config.cors.origins));
  const std::size_t colon = config.listen.rfind(':');
  std::int64_t port = 0;
  if (colon == std::string::npos || colon == 0 || !parse_integer(config.listen.substr(colon + 1), port) || port < 0 || port > 65535) {
    return Status(Code::config, fmt::format("listen: '{}' is not HOST:PORT", config.listen));
  }
  if (config.data_dir.empty()) return Status(Code::config, "data_dir: a folder is needed");
  if (config.lineage.transport == "http" && config.lineage.url.empty()) return Status(Code::config, "lineage.url: lineage.transport http needs the collector's URL");
  if (config.lineage.transport == "file" && config.lineage.file.empty()) return Status(Code::config, "lineage.file: lineage.transport file needs a file");
  if (config.configs_dirs.empty()) return Status(Code::config, "configs_dirs: at least one folder is needed");
  const std::int64_t session_ms = config.sessions.query_timeout_ms + config.sessions.kill_grace_ms;
  if (config.warehouse.file_grace_minutes * 60000 <= session_ms) {
    return Status(Code::config, fmt::format("warehouse.file_grace_minutes: {} minutes are not longer than a session's query ({} ms)",
                                            config.warehouse.file_grace_minutes, session_ms));
  }
  return {};
}

}  // namespace

ServerConfig default_server_config() {
  ServerConfig config;
  for (const ServerOption& option : server_options()) {
    if (!set_option(config, option, option.initial).ok()) std::abort();  // the table contradicts itself
  }
  return config;
}

Result<ServerConfig> load_server_config(const ConfigSources& sources) {
  ServerConfig config = default_server_config();
  if (!sources.file.empty()) CVG_RETURN_IF_ERROR(read_config_file(sources.file, config));
  CVG_RETURN_IF_ERROR(check_environment_names(sources.environment));
  CVG_RETURN_IF_ERROR(check_one_admin_key(sources.environment));
  CVG_RETURN_IF_ERROR(apply_environment(sources.environment, config));
  for (const auto& [key, text] : sources.flags) {
    const ServerOption* option = find_option(key);
    if (!option) return unknown("flag", "key", key, known_keys());
    const Status status = set_option(config, *option, text);
    if (!status.ok()) return wrong_value("flag", key, status);
  }
  CVG_RETURN_IF_ERROR(read_admin_key(config));
  CVG_RETURN_IF_ERROR(check_whole(config));
  return config;
}

std::vector<std::string> config_doubts(const ServerConfig& config) {
  if (config.admin.api_key.empty() || config.admin.api_key.size() >= admin_key_bytes_min) return {};
  return {fmt::format("The operator's key (ADMIN_API_KEY) has fewer than {} letters and can be guessed: set a longer one, for example "
                      "of `openssl rand -hex 32`", admin_key_bytes_min)};
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

}  // namespace cvg
