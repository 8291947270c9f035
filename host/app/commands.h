// The commands of the program; each returns its exit code: 0, or 1 with one sentence on err.
#pragma once

#include <iosfwd>

#include "core/base/status.h"
#include "core/config/server_config.h"
#include "host/app/command_line.h"
#include "host/app/installation.h"

namespace cvg {

int run_command(const CommandLine& line, std::ostream& out, std::ostream& err);

// The configuration that the command line, the environment and server.yml give together, with absolute paths.
Result<ServerConfig> load_configuration(const CommandLine& line, const Installation& installation);

Status serve(const CommandLine& line, const Installation& installation, std::ostream& out);
Status write_sample_files(const CommandLine& line, std::ostream& out);
Status query(const CommandLine& line, const Installation& installation, std::ostream& out);
Status list_plugins(const CommandLine& line, const Installation& installation, std::ostream& out);
Status inspect_plugin(const CommandLine& line, const Installation& installation, std::ostream& out);
Status lint_template(const CommandLine& line, const Installation& installation, std::ostream& out);
Status print_docs(const CommandLine& line, std::ostream& out);
// Returns when the server that started it is gone.
Status be_session_parent(const std::string& argument);
Status be_plugin_worker();

}  // namespace cvg
