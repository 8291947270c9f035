#include "host/app/plugin_rows.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

ServerConfig config_with_plugins() {
  ServerConfig config = default_server_config();
  config.data_dir = "/srv/data";
  config.extensions_dir = "/srv/extensions";
  config.key_manager.key_file = "/srv/data/keys/master.key";
  for (const char* name : {"ducklake", "local", "aws"}) {
    PluginOption plugin;
    plugin.name = name;
    plugin.path = plugin.name + ".so";
    config.plugins.push_back(plugin);
  }
  return config;
}

TEST(PluginRows, TheWarehouseGetsTheServersFoldersAndLimits) {
  ServerConfig config = config_with_plugins();
  config.warehouse.memory_mb = 333;
  const Json row = plugin_rows(config)[0].config;
  EXPECT_EQ(row["lakes_dir"].text(), "/srv/data/lakes");
  EXPECT_EQ(row["extensions_dir"].text(), "/srv/extensions");
  EXPECT_EQ(row["memory_limit_mb"].integer(), 333);
  EXPECT_GE(row["threads_per_engine"].integer(), 1);
}

TEST(PluginRows, WhatARowSaysItselfWins) {
  ServerConfig config = config_with_plugins();
  config.plugins[0].config = Json::object().set("lakes_dir", "/mnt/lakes");
  EXPECT_EQ(plugin_rows(config)[0].config["lakes_dir"].text(), "/mnt/lakes");
}

TEST(PluginRows, TheKeyManagerGetsItsFileAndOthersNothing) {
  const std::vector<PluginConfig> rows = plugin_rows(config_with_plugins());
  EXPECT_EQ(rows[1].config["key_file"].text(), "/srv/data/keys/master.key");
  EXPECT_EQ(rows[2].config.size(), 0u);
  EXPECT_EQ(rows[2].path, "aws.so");
}

TEST(PluginRows, SessionLimitsAreThoseOfTheConfiguration) {
  ServerConfig config = default_server_config();
  config.sessions.memory_mb = 512;
  config.sessions.rows_max = 7;
  EXPECT_EQ(session_limits(config).memory_mb, 512);
  EXPECT_EQ(session_limits(config).rows_max, 7);
}

TEST(PluginRows, TheSessionParentIsToldWhatItLoads) {
  LoadedPlugin plugin;
  plugin.name = "lake";
  plugin.path = "/srv/lake.so";
  plugin.sha256 = "abc";
  Component warehouse;
  warehouse.name = "ducklake";
  warehouse.config_json = "{\"lakes_dir\":\"/srv\"}";
  const Result<Json> json = parse_json(session_parent_argument(config_with_plugins(), plugin, warehouse));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["path"].text(), "/srv/lake.so");
  EXPECT_EQ((*json)["component"].text(), "ducklake");
  EXPECT_EQ((*json)["config"].text(), warehouse.config_json);
  EXPECT_GT((*json)["query_timeout_ms"].integer(), 0);
}

}  // namespace
}  // namespace cvg
