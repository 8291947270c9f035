// StackFixture: a configuration of the whole server with the built plugins, on a data folder of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "host/app/installation.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {

class StackFixture : public testing::Test {
 protected:
  StackFixture() : installation(std::string(CVG_BINARY_DIR) + "/bin/convergence") {}

  ServerConfig config() const {
    ServerConfig config = default_server_config();
    config.listen = "127.0.0.1:0";
    config.data_dir = std::string(folder.path()) + "/data";
    config.configs_dirs = {std::string(CVG_SOURCE_DIR) + "/configs"};
    config.plans_file = std::string(CVG_SOURCE_DIR) + "/configs/plans.yml";
    config.log.level = "error";
    for (const char* name : {"ducklake", "local", "query", "wait"}) {
      PluginOption plugin;
      plugin.name = name;
      plugin.path = plugin.name + ".so";
      plugin.config = Json::object();
      config.plugins.push_back(plugin);
    }
    installation.complete(config);
    return config;
  }
  // The same as a file for --config.
  std::string config_file() const {
    const std::string path = std::string(folder.path()) + "/server.yml";
    std::ofstream file(path);
    file << "data_dir: " << folder.path() << "/data\nplugins_dir: " << installation.plugins_dir() << "\nconfigs_dirs: [" << CVG_SOURCE_DIR
         << "/configs]\nplans_file: " << CVG_SOURCE_DIR << "/configs/plans.yml\nlisten: 127.0.0.1:0\nlog: {level: error}\n"
         << "plugins: [{name: ducklake}, {name: local}, {name: query}, {name: wait}]\n";
    return path;
  }

  TempFolder folder;
  const Installation installation;
};

}  // namespace cvg
