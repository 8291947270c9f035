#include "core/base/text.h"
#include "core/config/server_config.h"
#include "core/config/server_options.h"

namespace cvg {
namespace {

constexpr std::size_t width = 110;

std::string comment(const std::string& indent, std::string_view text) {
  std::string out, line = indent + "#";
  for (const std::string_view word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > width) {
      out += line + '\n';
      line = indent + "#";
    }
    line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string value_text(const ServerOption& option) {
  if (option.field.index() == 1 || option.field.index() == 2) return std::string(option.initial);
  if (option.field.index() == 0) return Json(std::string(option.initial)).dump();
  ServerConfig config;
  if (!set_option(config, option, option.initial).ok()) return {};
  Json list = Json::array();
  for (const std::string& item : *std::get<3>(option.field)(config)) list.push(item);
  return list.dump();
}

std::string facts(const ServerOption& option) {
  std::string out;
  if (option.field.index() == 1) out = fmt::format("{}, {}..{}. ", option.unit, option.min, option.max);
  else if (!option.unit.empty()) out = fmt::format("{}. ", option.unit);
  out += environment_name(option);
  if (!option.seed_name.empty()) out += fmt::format(" or {}", option.seed_name);
  return out;
}

}  // namespace

std::string server_config_doc() {
  std::string out =
      "# Configuration of the Convergence server. Every option stands here with its default; leave out what you do not\n"
      "# change, but not the plugins. Flags beat the environment, which beats this file. Lists in variables are comma-separated.\n"
      "# Printed from the table in core/config/server_options.cpp; a test keeps both equal.\n";
  std::string section;
  for (const ServerOption& option : server_options()) {
    const std::size_t dot = option.key.find('.');
    const std::string own(dot == std::string_view::npos ? "" : option.key.substr(0, dot));
    if (own != section) out += fmt::format("\n{}:\n", own);
    else if (own.empty()) out += '\n';
    section = own;
    const std::string indent = own.empty() ? "" : "  ";
    out += comment(indent, option.doc) + comment(indent, facts(option));
    out += fmt::format("{}{}: {}\n", indent, dot == std::string_view::npos ? option.key : option.key.substr(dot + 1), value_text(option));
  }
  return out +
         "\n# Plugins: what is not listed is not loaded. path: below plugins_dir unless absolute (default NAME.so);\n"
         "# sha256: the file must have this digest; config: for the plugin's components, checked by their JSON Schema;\n"
         "# mode: in_process (default) or isolated (steps and providers in worker processes).\n"
         "plugins:\n";
}

}  // namespace cvg
