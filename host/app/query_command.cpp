// convergence query, and the hidden session-parent that its sessions and the server's are forked from.
#include <unistd.h>

#include <ostream>

#include <convergence/session.h>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/model/tenant.h"
#include "core/plugin/registry.h"
#include "core/warehouse/sessions.h"
#include "host/app/commands.h"
#include "host/app/plugin_rows.h"
#include "host/app/text_table.h"

namespace cvg {
namespace {

std::optional<LoadedPlugin> plugin_called(const PluginRegistry& registry, const std::string& name) {
  for (const LoadedPlugin& plugin : registry.plugins())
    if (plugin.name == name) return plugin;
  return std::nullopt;
}

// Only the warehouse's row: a query needs no other plugin.
std::vector<PluginConfig> warehouse_rows(const ServerConfig& config) {
  std::vector<PluginConfig> rows = plugin_rows(config);
  std::erase_if(rows, [&](const PluginConfig& row) { return row.name != config.warehouse.plugin; });
  return rows;
}

void print_answer(const SessionAnswer& answer, const std::string& format, std::ostream& out) {
  if (format != "table") {
    out << answer.body << (answer.body.ends_with('\n') ? "" : "\n");
    return;
  }
  const Result<Json> parsed = parse_json(answer.body);
  if (parsed.ok()) out << text_table(*parsed);
  out << fmt::format("({} {}{})\n", answer.row_count, answer.row_count == 1 ? "row" : "rows", answer.truncated ? ", and there are more" : "");
}

}  // namespace

Status query(const CommandLine& line, const Installation& installation, std::ostream& out) {
  CVG_ASSIGN(const ServerConfig config, load_configuration(line, installation));
  CVG_RETURN_IF_ERROR(check_tenant_id_format(line.tenant));
  if (!path_exists(config.data_dir + "/lakes"))
    return Status(Code::not_found, fmt::format("{} is no data folder of a server: --data names the folder that a server was started with",
                                               config.data_dir));
  if (!path_exists(fmt::format("{}/lakes/{}", config.data_dir, lower_tenant_id(line.tenant))))
    return Status(Code::not_found, fmt::format("There is no tenant {} in {}", line.tenant, config.data_dir));
  PluginRegistry registry({config.plugins_dir, config.data_dir + "/plugins"});
  CVG_RETURN_IF_ERROR(registry.load(warehouse_rows(config)));
  const Component* warehouse = registry.find(CVG_KIND_WAREHOUSE, config.warehouse.plugin);
  const std::optional<LoadedPlugin> plugin = warehouse == nullptr ? std::nullopt : plugin_called(registry, warehouse->plugin);
  if (!plugin) return Status(Code::config, fmt::format("No configured plugin offers the warehouse {}", config.warehouse.plugin));
  const SystemClock clock;
  const std::string scratch = fmt::format("{}/query-{}", config.data_dir, ::getpid());
  CVG_ASSIGN(const std::unique_ptr<Sessions> sessions,
             start_sessions({installation.program(), "session-parent", session_parent_argument(config, *plugin, *warehouse)},
                            scratch, session_limits(config), clock));
  SessionQuery request;
  request.tenant_id = lower_tenant_id(line.tenant);
  request.display_id = line.tenant;
  request.sql = line.argument;
  request.format = line.format == "table" ? "json" : line.format;
  request.max_rows = line.rows_max;
  const Result<SessionAnswer> answer = sessions->query(request);
  sessions->stop();
  CVG_RETURN_IF_ERROR(remove_tree(scratch));
  if (!answer.ok()) return answer.status();
  print_answer(*answer, line.format, out);
  return {};
}

Status be_session_parent(const std::string& argument) {
  CVG_ASSIGN(const Json json, parse_json(argument));
  PluginRegistry registry({"", json["private_dir"].text()});
  CVG_ASSIGN(Json config, parse_json(json["config"].text()));
  CVG_RETURN_IF_ERROR(registry.load({{json["plugin"].text(), json["path"].text(), json["sha256"].text(), "in_process", config}}));
  const Component* warehouse = registry.find(CVG_KIND_WAREHOUSE, json["component"].text());
  const void* extension = warehouse == nullptr ? nullptr : registry.extension(*warehouse, CVG_EXT_SESSION);
  if (extension == nullptr) return Status(Code::config, "The warehouse's plugin offers no sessions");
  SessionLimits limits;
  limits.memory_mb = json["memory_mb"].integer();
  limits.query_timeout_ms = json["query_timeout_ms"].integer();
  limits.kill_grace_ms = json["kill_grace_ms"].integer();
  limits.sql_bytes_max = json["sql_bytes_max"].integer();
  limits.result_bytes_max = json["result_bytes_max"].integer();
  limits.rows_max = json["rows_max"].integer();
  const int code = run_session_parent(*static_cast<const cvg_session*>(extension), warehouse->config_json, limits);
  return code == 0 ? Status() : Status(Code::host, fmt::format("The session parent ended with code {}", code));
}

}  // namespace cvg
