#include "host/app/commands.h"

#include <ostream>

#include "core/base/text.h"

namespace cvg {
namespace {

using Command = CommandLine::Command;

Status run(const CommandLine& line, const Installation& installation, std::ostream& out) {
  switch (line.command) {
    case Command::serve: return serve(line, installation, out);
    case Command::sample: return write_sample_files(line, out);
    case Command::query: return query(line, installation, out);
    case Command::plugins_list: return list_plugins(line, installation, out);
    case Command::plugins_inspect: return inspect_plugin(line, installation, out);
    case Command::template_lint: return lint_template(line, installation, out);
    case Command::docs: return print_docs(line, out);
    case Command::session_parent: return be_session_parent(line.argument);
    case Command::plugin_worker: return be_plugin_worker();
    case Command::none: break;
  }
  return {};
}

}  // namespace

int run_command(const CommandLine& line, std::ostream& out, std::ostream& err) {
  if (line.command == Command::none) {
    (line.exit_code == 0 ? out : err) << line.text;
    return line.exit_code;
  }
  const Result<Installation> installation = Installation::of_this_process();
  const Status status = installation.ok() ? run(line, *installation, out) : installation.status();
  out.flush();
  if (!status.ok()) err << "convergence: " << status.log_text() << std::endl;
  return status.ok() ? 0 : 1;
}

Result<ServerConfig> load_configuration(const CommandLine& line, const Installation& installation) {
  ConfigSources sources;
  sources.file = line.config_file.empty() ? installation.default_config_file() : line.config_file;
  sources.environment = process_environment();
  sources.flags = line.flags;
  CVG_ASSIGN(ServerConfig config, load_server_config(sources));
  installation.complete(config);
  if (config.data_dir.find('\\') != std::string::npos)
    return Status(Code::config, fmt::format("data_dir: {} has a backslash in its path, and the warehouse's engine cannot open such paths: "
                                            "choose another folder", config.data_dir));
  return config;
}

Status write_sample_files(const CommandLine& line, std::ostream& out) {
  CVG_ASSIGN(const Json totals, write_sample(line.sample));
  out << totals.dump() << '\n';
  return {};
}

}  // namespace cvg
