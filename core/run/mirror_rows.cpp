#include "core/run/mirror_rows.h"

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/base/utf8_text.h"

namespace cvg {
namespace {

Json time_or_null(std::int64_t ms) {
  if (ms == 0) return Json();
  std::string text = format_time(ms);
  std::replace(text.begin(), text.end(), 'T', ' ');
  text.pop_back();
  return Json(text);
}
Json date_or_null(std::int64_t ms) { return ms == 0 ? Json() : Json(format_date_of(ms)); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json duration(std::int64_t start_ms, std::int64_t end_ms) { return start_ms == 0 || end_ms == 0 ? Json() : Json(end_ms - start_ms); }
Json percent(double value) { return Json::number(fmt::format("{}", value)); }

std::vector<std::string> names(std::string_view list) {
  std::vector<std::string> out;
  for (const std::string_view name : split(list, ' ')) out.emplace_back(name);
  return out;
}

}  // namespace

void MirrorTable::add(Json row) {
  for (Json& value : row.items()) {
    const std::string& text = value.text();
    if (value.is_string() && (text.find('\0') != std::string::npos || !is_utf8(text))) value = Json(mended_utf8(text));
  }
  rows_.push(std::move(row));
}

MirrorTable::MirrorTable(std::string table, std::vector<std::string> keys, std::vector<std::string> columns)
    : table_(std::move(table)), keys_(std::move(keys)), columns_(std::move(columns)) {}

Json MirrorTable::json() const {
  Json keys = Json::array(), columns = Json::array();
  for (const std::string& key : keys_) keys.push(key);
  for (const std::string& column : columns_) columns.push(column);
  Json out = Json::object().set("table", table_).set("keys", keys).set("columns", columns).set("rows", rows_);
  if (is_whole_) out.set("is_whole", true);
  return out;
}

MirrorTable run_table() {
  return {"x_meta_pipeline_runs", {"pipeline_logging_id"},
          names("pipeline_logging_id pipeline_id tenant_id status trigger_type trigger_by user_id run_date start_time end_time "
                "duration_ms parameters error_message steps_total steps_complete rows_processed bytes_processed ingestion_date created_at")};
}

Json run_row(const Run& run, std::int64_t bytes) {
  return Json::array()
      .push(run.id).push(run.pipeline_id).push(run.tenant_id).push(std::string(to_text(run.state))).push(run.trigger_type)
      .push(run.trigger_by).push(text_or_null(run.user_id)).push(text_or_null(run.run_date)).push(time_or_null(run.start_ms))
      .push(time_or_null(run.end_ms)).push(duration(run.start_ms, run.end_ms)).push(text_or_null(run.parameters_json))
      .push(text_or_null(run.error_message)).push(run.steps_total).push(run.steps_complete).push(run.rows_processed).push(bytes)
      .push(date_or_null(run.created_ms)).push(time_or_null(run.created_ms));
}

MirrorTable step_table() {
  return {"x_meta_step_logs", {"pipeline_logging_id", "step_id"},
          names("pipeline_logging_id pipeline_id tenant_id step_id step_name step_type step_index status attempt user_id start_time "
                "end_time step_start_time step_end_time duration_ms rows_processed bytes_processed error_message metadata ingestion_date")};
}

Json step_row(const Run& run, const StepRun& step) {
  return Json::array()
      .push(run.id).push(run.pipeline_id).push(run.tenant_id).push(step.step_id).push(step.step_name).push(step.step_type)
      .push(step.step_index).push(std::string(to_text(step.state))).push(step.attempt).push(text_or_null(run.user_id))
      .push(time_or_null(step.start_ms)).push(time_or_null(step.end_ms)).push(time_or_null(step.start_ms)).push(time_or_null(step.end_ms))
      .push(duration(step.start_ms, step.end_ms)).push(step.rows_processed).push(step.bytes_processed)
      .push(text_or_null(step.error_message)).push(text_or_null(step.metadata_json)).push(date_or_null(run.created_ms));
}

MirrorTable dq_table() {
  return {"x_meta_dq_results", {"dq_result_id"},
          names("dq_result_id pipeline_logging_id pipeline_id tenant_id step_id result_index table_name target_table expectation_type "
                "column_name kwargs severity success observed_value element_count unexpected_count unexpected_percent sample rules_passed "
                "rules_failed overall_status error_message duration_ms executed_at ingestion_date")};
}

std::vector<Json> dq_rows(const Run& run, const StepRun& step, const std::vector<DqResult>& results) {
  const Result<Json> parsed = parse_json(step.metadata_json);
  const Json metadata = parsed.ok() ? *parsed : Json::object();
  std::vector<Json> out;
  for (const DqResult& r : results) {
    if (r.step_id != step.step_id) continue;
    out.push_back(Json::array()
                      .push(fmt::format("{}:{}:{}", run.id, step.step_id, r.result_index)).push(run.id).push(run.pipeline_id)
                      .push(run.tenant_id).push(step.step_id).push(r.result_index).push(metadata["table"]).push(metadata["table"])
                      .push(r.expectation_type).push(text_or_null(r.column_name)).push(text_or_null(r.kwargs_json)).push(r.severity)
                      .push(r.success).push(text_or_null(r.observed_value_json)).push(r.element_count).push(r.unexpected_count)
                      .push(percent(r.unexpected_percent)).push(text_or_null(r.sample_json)).push(metadata["passed"]).push(metadata["failed"])
                      .push(metadata["overall_status"]).push(text_or_null(step.error_message)).push(r.duration_ms)
                      .push(time_or_null(r.created_ms)).push(date_or_null(run.created_ms)));
  }
  return out;
}

MirrorTable usage_table() {
  return {"x_meta_usage_quotas", {"tenant_id", "usage_date"},
          names("tenant_id usage_date pipelines_run_today pipelines_run_month pipelines_succeeded_today pipelines_failed_today daily_limit "
                "monthly_limit concurrent_pipelines_running concurrent_limit max_concurrent_reached updated_at")};
}

Json usage_row(const Tenant& tenant, const Usage& usage, std::int64_t now_ms) {
  return Json::array()
      .push(tenant.id).push(usage.usage_date).push(usage.run_today).push(usage.run_month).push(usage.succeeded_today)
      .push(usage.failed_today).push(tenant.plan.daily).push(tenant.plan.monthly).push(usage.concurrent_running)
      .push(tenant.plan.concurrent).push(usage.max_concurrent_reached).push(time_or_null(now_ms));
}

std::vector<Json> tenant_tables(const Tenant& tenant, const std::vector<ApiKey>& keys, const std::vector<Credential>& credentials,
                                std::int64_t now_ms) {
  MirrorTable profile("x_meta_profiles", {"tenant_id"}, names("tenant_id company_name admin_email status created_at updated_at"));
  profile.add(Json::array().push(tenant.id).push(tenant.company_name).push(tenant.admin_email).push(tenant.status)
                  .push(time_or_null(tenant.created_ms)).push(time_or_null(now_ms)));
  MirrorTable plan("x_meta_subscriptions", {"tenant_id", "subscription_id"},
                   names("tenant_id subscription_id plan plan_name status daily_limit monthly_limit concurrent_limit max_team_members "
                         "max_providers created_at updated_at"));
  plan.add(Json::array().push(tenant.id).push(tenant.id).push(tenant.plan.name).push(tenant.plan.name).push(tenant.status)
               .push(tenant.plan.daily).push(tenant.plan.monthly).push(tenant.plan.concurrent).push(tenant.plan.team)
               .push(tenant.plan.providers).push(time_or_null(tenant.created_ms)).push(time_or_null(now_ms)));
  MirrorTable key_table("x_meta_api_keys", {"api_key_id"},
                        names("tenant_id api_key_id api_key_hash is_active scopes created_at expires_at revoked_at last_used_at"));
  for (const ApiKey& key : keys) {
    key_table.add(Json::array().push(tenant.id).push(key.id).push(key.hash).push(key.is_active).push(key.scopes)
                      .push(time_or_null(key.created_ms)).push(time_or_null(key.expires_ms)).push(time_or_null(key.revoked_ms))
                      .push(time_or_null(key.last_used_ms)));
  }
  MirrorTable credential_table("x_meta_cloud_credentials", {"credential_id"},
                               names("tenant_id credential_id provider credential_name is_active created_at updated_at last_checked_at"));
  credential_table.set_whole();
  for (const Credential& credential : credentials) {
    credential_table.add(Json::array().push(tenant.id).push(credential.id).push(credential.provider).push(credential.name).push(true)
                             .push(time_or_null(credential.created_ms)).push(time_or_null(credential.updated_ms))
                             .push(time_or_null(credential.last_check_ms)));
  }
  return {profile.json(), plan.json(), credential_table.json(), key_table.json()};
}

}  // namespace cvg
