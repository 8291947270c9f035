// Installation: where the program's own files lie, found from where the program itself lies: a build folder
// ({build}/bin/convergence, the configs in the source tree above it) or a prefix ({prefix}/bin, {prefix}/share/convergence).
// Values.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/config/server_config.h"

namespace cvg {

class Installation {
 public:
  // program: the path of the executable.
  explicit Installation(std::string program) : program_(std::move(program)) {}
  static Result<Installation> of_this_process();

  const std::string& program() const { return program_; }
  // What starts a worker of an isolated plugin.
  std::vector<std::string> worker_command() const { return {program_, "plugin-worker"}; }
  std::string plugins_dir() const;
  // configs/server.yml of the working folder or of the installation; empty: there is none.
  std::string default_config_file() const;
  // An absolute path as it is; a relative one below the working folder or, when it is not there, below the installation.
  std::string resolve(const std::string& path) const;
  // Makes every path of the configuration absolute and fills the empty ones.
  void complete(ServerConfig& config) const;

 private:
  std::string program_;
};

}  // namespace cvg
