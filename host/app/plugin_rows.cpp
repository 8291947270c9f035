#include "host/app/plugin_rows.h"

#include <algorithm>
#include <thread>

namespace cvg {
namespace {

void set_default(Json& config, const std::string& name, Json value) {
  if (config.find(name) == nullptr) config.set(name, std::move(value));
}

std::int64_t engine_threads(const ServerConfig& config) {
  if (config.warehouse.threads > 0) return config.warehouse.threads;
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

Json warehouse_config(const ServerConfig& config, Json row) {
  if (!row.is_object()) row = Json::object();
  set_default(row, "lakes_dir", config.data_dir + "/lakes");
  set_default(row, "extensions_dir", config.extensions_dir);
  set_default(row, "temp_dir", config.data_dir + "/spill");
  set_default(row, "threads_per_engine", engine_threads(config));
  set_default(row, "memory_limit_mb", config.warehouse.memory_mb);
  set_default(row, "pool_engines_max", config.warehouse.engines_max);
  return row;
}

Json key_manager_config(const ServerConfig& config, Json row) {
  if (!row.is_object()) row = Json::object();
  set_default(row, "key_file", config.key_manager.key_file);
  return row;
}

}  // namespace

std::vector<PluginConfig> plugin_rows(const ServerConfig& config) {
  std::vector<PluginConfig> rows;
  for (const PluginOption& option : config.plugins) {
    PluginConfig row{option.name, option.path, option.sha256, option.mode, option.config};
    if (option.name == config.warehouse.plugin) row.config = warehouse_config(config, row.config);
    if (option.name == config.key_manager.plugin) row.config = key_manager_config(config, row.config);
    rows.push_back(std::move(row));
  }
  return rows;
}

SessionLimits session_limits(const ServerConfig& config) {
  SessionLimits limits;
  limits.sessions_max = config.sessions.sessions_max;
  limits.tenant_sessions_max = config.sessions.tenant_sessions_max;
  limits.idle_seconds = config.sessions.idle_seconds;
  limits.memory_mb = config.sessions.memory_mb;
  limits.query_timeout_ms = config.sessions.query_timeout_ms;
  limits.kill_grace_ms = config.sessions.kill_grace_ms;
  limits.sql_bytes_max = config.sessions.sql_bytes_max;
  limits.result_bytes_max = config.sessions.result_bytes_max;
  limits.rows_max = config.sessions.rows_max;
  return limits;
}

std::string session_parent_argument(const ServerConfig& config, const LoadedPlugin& plugin, const Component& warehouse) {
  const SessionLimits limits = session_limits(config);
  Json json = Json::object();
  json.set("path", plugin.path).set("sha256", plugin.sha256).set("plugin", plugin.name).set("component", warehouse.name);
  json.set("private_dir", config.data_dir + "/plugins").set("config", warehouse.config_json);
  json.set("memory_mb", limits.memory_mb).set("query_timeout_ms", limits.query_timeout_ms);
  json.set("kill_grace_ms", limits.kill_grace_ms).set("sql_bytes_max", limits.sql_bytes_max);
  json.set("result_bytes_max", limits.result_bytes_max).set("rows_max", limits.rows_max);
  return json.dump();
}

}  // namespace cvg
