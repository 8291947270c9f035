#include "core/state/tenant_rows.h"

#include "core/base/text.h"
#include "core/state/run_log.h"

namespace cvg {
namespace {

constexpr std::string_view run_log = "run_log";  // stands for the tables of all months

// The member of a row's JSON object: its name and its value as SQLite writes it.
std::string member(std::string_view column) {
  if (column.ends_with("_ms") && column != "duration_ms") {
    const std::string_view name = column.substr(0, column.size() - 3);
    return fmt::format("'{0}_at', CASE WHEN {1} > 0 THEN strftime('%Y-%m-%dT%H:%M:%fZ', {1} / 1000.0, 'unixepoch') END", name, column);
  }
  if (column.ends_with("_json")) {
    const std::string_view name = column.substr(0, column.size() - 5);
    return fmt::format("'{0}', CASE WHEN json_valid({1}) THEN json({1}) WHEN {1} <> '' THEN {1} END", name, column);
  }
  if (column.starts_with("is_")) return fmt::format("'{0}', json(CASE WHEN {0} THEN 'true' ELSE 'false' END)", column);
  return fmt::format("'{0}', {0}", column);
}

std::string select(const ShownTable& table, std::string_view name) {
  std::vector<std::string> members;
  for (const std::string_view column : table.columns) members.push_back(member(column));
  const std::string_view of_tenant = table.table == run_log
      ? "pipeline_logging_id IN (SELECT pipeline_logging_id FROM tenant_pipeline_runs WHERE tenant_id = ?1)" : "tenant_id = ?1";
  return fmt::format("SELECT json_object({}) FROM {} WHERE {} ORDER BY {}", join(members, ", "), name, of_tenant, table.order);
}

}  // namespace

const std::vector<ShownTable>& shown_tables() {
  static const std::vector<ShownTable> all = {
      {"profile", "tenant_profiles", {"display_id", "company_name", "admin_email", "status", "created_ms", "updated_ms"}, "tenant_id"},
      {"subscription", "tenant_subscriptions",
       {"plan_name", "daily_limit", "monthly_limit", "concurrent_limit", "team_limit", "provider_limit", "updated_ms"}, "tenant_id"},
      {"api_keys", "tenant_api_keys",
       {"key_id", "key_name", "scopes", "is_active", "created_ms", "expires_ms", "last_used_ms", "revoked_ms"}, "created_ms, key_id"},
      {"credentials", "tenant_cloud_credentials",
       {"credential_id", "provider", "credential_name", "created_ms", "updated_ms", "last_check_ms", "last_check_status", "last_check_message"},
       "provider"},
      {"usage", "tenant_usage_quotas",
       {"usage_date", "pipelines_run_today", "pipelines_run_month", "pipelines_succeeded_today", "pipelines_failed_today", "max_concurrent_reached"},
       "usage_date"},
      {"usage_history", "tenant_usage_history",
       {"usage_date", "pipelines_run_today", "pipelines_run_month", "pipelines_succeeded_today", "pipelines_failed_today", "max_concurrent_reached",
        "archived_ms"},
       "usage_date"},
      {"runs", "tenant_pipeline_runs",
       {"pipeline_logging_id", "pipeline_id", "provider", "domain", "template_name", "status", "trigger_type", "trigger_by", "user_id", "run_date",
        "parameters_json", "error_message", "request_id", "created_ms", "start_ms", "end_ms", "steps_total", "steps_complete", "rows_processed"},
       "run_number"},
      {"steps", "tenant_step_logs",
       {"pipeline_logging_id", "step_id", "step_name", "step_type", "step_index", "status", "attempt", "start_ms", "end_ms", "rows_processed",
        "bytes_processed", "error_message", "metadata_json"},
       "pipeline_logging_id, step_index"},
      {"logs", run_log, {"pipeline_logging_id", "seq", "at_ms", "kind", "level", "step_id", "attempt", "message", "fields_json"},
       "pipeline_logging_id, seq"},
      {"dq_results", "tenant_dq_results",
       {"pipeline_logging_id", "step_id", "result_index", "expectation_type", "column_name", "severity", "success", "observed_value_json",
        "kwargs_json", "sample_json", "element_count", "missing_count", "unexpected_count", "unexpected_percent", "duration_ms", "created_ms"},
       "pipeline_logging_id, step_id, result_index"},
      {"schedules", "tenant_pipeline_configs",
       {"config_id", "provider", "domain", "pipeline_template", "schedule_cron", "timezone", "is_active", "is_deleted", "parameters_json", "priority",
        "misfire", "max_catchup", "next_run_ms", "last_run_ms", "last_run_status", "created_ms", "updated_ms"},
       "config_id"},
      {"scheduled_runs", "tenant_scheduled_pipeline_runs",
       {"scheduled_run_id", "config_id", "scheduled_ms", "status", "pipeline_logging_id", "error_message", "created_ms", "start_ms", "end_ms"},
       "scheduled_ms, scheduled_run_id"},
      {"backfills", "tenant_backfills",
       {"backfill_id", "pipeline_id", "provider", "domain", "pipeline_template", "from_date", "to_date", "parameters_json", "priority", "user_id",
        "actor", "days_total", "days_cancelled", "created_ms", "cancelled_ms"},
       "created_ms, backfill_id"},
      {"webhooks", "tenant_webhooks",
       {"webhook_id", "url", "events", "description", "is_active", "disabled_reason", "created_ms", "updated_ms"}, "created_ms, webhook_id"},
      {"webhook_deliveries", "webhook_deliveries",
       {"delivery_id", "webhook_id", "event", "event_id", "body_json", "status", "attempts", "next_ms", "http_status", "error_message", "created_ms",
        "ended_ms", "duration_ms"},
       "created_ms, delivery_id"},
      {"audit", "audit_log",
       {"audit_id", "at_ms", "action", "actor", "user_id", "target", "request_id", "client_address", "detail_json", "row_hash"}, "audit_id"},
  };
  return all;
}

Status read_shown_rows(Database& database, const ShownTable& table, const std::string& tenant_id,
                       const std::function<Status(const std::string& row)>& f) {
  return database.read([&](Connection& c) {
    const std::vector<std::string> names = table.table == run_log ? log_tables(c) : std::vector<std::string>{std::string(table.table)};
    for (const std::string& name : names) {
      Statement& row = c.prepare(select(table, name));
      row.bind(1, tenant_id);
      while (row.step()) CVG_RETURN_IF_ERROR(f(row.text(0)));
      CVG_RETURN_IF_ERROR(row.status());
    }
    return Status();
  });
}

}  // namespace cvg
