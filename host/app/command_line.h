// The command line: what the words mean, and --help; the wall around CLI11.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/server_config.h"
#include "host/sample/sample.h"

namespace cvg {

struct CommandLine {
  enum class Command { none, serve, sample, query, plugins_list, plugins_inspect, template_lint, docs, session_parent, plugin_worker };
  Command command = Command::none;  // none: exit_code and text say why
  int exit_code = 0;
  std::string text;  // help, version or what is wrong

  std::string config_file;
  std::vector<std::pair<std::string, std::string>> flags;  // for ConfigSources
  std::string argument;                                    // the file, the SQL, or session-parent's JSON
  std::string tenant, format = "table";                    // of query
  std::int64_t rows_max = 1000;
  SampleOptions sample;
};

CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace cvg
