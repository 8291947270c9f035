#include "host/routes/examples.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "host/http/error_body.h"
#include "host/routes/schemas.h"

namespace cvg {
namespace {

constexpr std::string_view shown_request_id = "req_4Fh2kQ9zX7LmT1pB";

struct FieldExample {
  std::string_view field;  // "name", or "Schema.name" where it differs there
  std::string_view json;
};
constexpr auto field_examples = std::to_array<FieldExample>({
    {"tenant_id", R"("acme_corp")"},
    {"company_name", R"("Acme Corporation")"},
    {"admin_email", R"("ops@example.com")"},
    {"subscription_plan", R"("PROFESSIONAL")"},
    {"plan", R"("PROFESSIONAL")"},
    {"api_key", R"("acme_corp_api_Zk3xQ9mT0bVr7LpA")"},
    {"pipeline_logging_id", R"("5b0c8f4e-2f0a-4d35-9a53-0f6f3c2a9f11")"},
    {"pipeline_id", R"("acme_corp-aws-cost-cost_usage")"},
    {"provider", R"("aws")"},
    {"domain", R"("cost")"},
    {"template", R"("cost_usage")"},
    {"name", R"("cost_usage")"},
    {"trigger_type", R"("api")"},
    {"trigger_by", R"("jane")"},
    {"user_id", R"("u-1024")"},
    {"parameters", R"({"date": "2025-11-15"})"},
    {"error_message", "null"},
    {"trace_id", R"("0af7651916cd43dd8448eb211c80319c")"},
    {"message", R"("The request was carried out")"},
    {"steps_total", "4"},
    {"steps_complete", "4"},
    {"rows_processed", "1281"},
    {"bytes_processed", "65536"},
    {"duration_ms", "412"},
    {"step_id", R"("ingest")"},
    {"step_name", R"("ingest")"},
    {"step_type", R"("ingest")"},
    {"metadata", R"({"rows": 1281, "table": "aws_cost_raw", "unchanged": false})"},
    {"expectation_type", R"("expect_column_values_to_not_be_null")"},
    {"column_name", R"("line_item_unblended_cost")"},
    {"severity", R"("critical")"},
    {"observed_value", R"({"null_count": 0})"},
    {"kwargs", R"({"column": "line_item_unblended_cost"})"},
    {"sample", "[]"},
    {"element_count", "1281"},
    {"missing_count", "0"},
    {"unexpected_count", "0"},
    {"unexpected_percent", "0.0000"},
    {"sql", R"("SELECT currency, sum(cost) AS cost FROM cost_daily WHERE cost_type = 'actual' GROUP BY currency")"},
    {"max_rows", "100"},
    {"format", R"("json")"},
    {"columns", R"-([{"name": "currency", "type": "VARCHAR"}, {"name": "cost", "type": "DECIMAL(38,24)"}])-"},
    {"rows", R"([["USD", "1.682308697400000000000000"]])"},
    {"row_count", "1"},
    {"truncated", "false"},
    {"version", R"("1.0.0")"},
    {"environment", R"("production")"},
    {"service", R"("convergence-data-pipeline")"},
    {"docs", R"("/docs")"},
    {"tables_created", R"(["x_meta_pipeline_runs", "x_meta_step_logs", "x_meta_dq_results"])"},
    {"dryrun_status", R"("SUCCESS")"},
    {"validation_summary", R"({"total_checks": 15, "passed": 15, "failed": 0})"},
    {"check_name", R"("email_format")"},
    {"total_checks", "15"},
    {"passed", "15"},
    {"failed", "0"},
    {"error", R"("Not found")"},
    {"code", R"("NOT_FOUND")"},
    {"detail", R"("There is nothing at this address")"},
    {"request_id", R"("req_4Fh2kQ9zX7LmT1pB")"},
    {"retry_after", "30"},
    {"Run.status", R"("COMPLETE")"},
    {"RunAccepted.status", R"("PENDING")"},
    {"RunAccepted.duplicate", "false"},
    {"progress", "1.0000"},
    {"attempts", "1"},
    {"wave", "1"},
    {"kind", R"("step")"},
    {"level", R"("info")"},
    {"LogLine.message", R"("Step complete")"},
    {"trigger", R"("on_success")"},
    {"on_failure", R"("stop")"},
    {"max_attempts", "3"},
    {"timeout_seconds", "1200"},
    {"variables", R"({"date": "2025-11-15", "tenant_id": "acme_corp"})"},
    {"config", R"({"table": "aws_cost_raw"})"},
    {"Step.status", R"("COMPLETE")"},
    {"Health.status", R"("healthy")"},
    {"Liveness.status", R"("alive")"},
    {"Readiness.status", R"("ready")"},
    {"Readiness.checks", R"({"state_store": "ok", "warehouse": "ok", "key_manager": "ok", "plugins": "ok"})"},
    {"Dryrun.status", R"("SUCCESS")"},
    {"DryrunCheck.status", R"("PASSED")"},
    {"DryrunCheck.message", R"("admin_email is an e-mail address")"},
    {"description", R"("AWS cost and usage of {tenant_id} for {date}")"},
    {"digest", R"("9f2c1e0b7a6d5c4f3e2d1c0b9a8f7e6d5c4b3a29180f7e6d5c4b3a2918070605")"},
    {"field", R"("steps.ingest.type")"},
    {"depends_on", R"(["ingest"])"},
    {"TemplateText.template", R"("description: A day's bill\nsteps: []\n")"},
    {"TemplateVariable.type", R"("date")"},
    {"TemplateVariable.name", R"("date")"},
    {"TemplateVariable.description", R"("Usage day, UTC")"},
    {"TemplateStep.type", R"("ingest")"},
    {"TemplateProblem.message", R"("there is no step kind 'ingst'; did you mean 'ingest'?")"},
    {"webhook_id", R"("wh_8sKq0ZrT5mXv2LbN7cYd")"},
    {"url", R"("https://hooks.example.com/convergence")"},
    {"events", R"(["run.failed", "quota.warning"])"},
    {"secret", R"("whsec_7Gq2mVx0LrT9bKc4ZpN8sWd1YhJ6fEuA")"},
    {"delivery_id", R"("0c6f2a51-7b1e-4a0f-9c39-5d6b7c1e2a10")"},
    {"event", R"("run.failed")"},
    {"event_id", R"("evt_3b1f0c9d8e7a6b5c4d3e2f1a0b9c8d7e")"},
    {"attempts", "1"},
    {"http_status", "200"},
    {"disabled_reason", "null"},
    {"WebhookDelivery.status", R"("DELIVERED")"},
    {"WebhookRequest.description", R"("Alarms of the billing team")"},
    {"WebhookChange.description", R"("Alarms of the billing team")"},
    {"Webhook.description", R"("Alarms of the billing team")"},
    {"credentials", R"({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "the secret part of the key"})"},
    {"credential_name", R"("billing reader")"},
    {"last_check_status", R"("VALID")"},
    {"last_check_message", R"("The document is well formed.")"},
    {"action", R"("CREATED")"},
    {"dataset_status", R"("READY")"},
    {"CredentialChecked.status", R"("VALID")"},
    {"what", R"({"state_rows": {"tenant_profiles": 1, "tenant_pipeline_runs": 42}, "warehouse": {"tables": {"aws_cost_raw": 1281}, "files": 7, "bytes": 91234}})"},
    {"export_file", R"("exports/acme_corp-5b0c8f4e-2f0a-4d35-9a53-0f6f3c2a9f11.tar")"},
    {"audit_chain_hash", R"("9f2c1e0b7a6d5c4f3e2d1c0b9a8f7e6d5c4b3a29180f7e6d5c4b3a2918070605")"},
    {"QueryColumn.name", R"("cost")"},
    {"key_id", R"("0c9b7d52-6a2f-4e0b-9d0e-3f1a7c55e8d1")"},
    {"scopes", R"(["pipelines:read", "data:query"])"},
    {"expires_at", R"("2030-01-31T00:00:00Z")"},
    {"grace_seconds", "3600"},
    {"action", R"("key.rotate")"},
    {"actor", R"("admin")"},
    {"target", R"("0c9b7d52-6a2f-4e0b-9d0e-3f1a7c55e8d1")"},
    {"client_address", R"("192.0.2.17")"},
    {"row_hash", R"("8d1f0b6f6c1d2a3be0a7b0f4c4a0a1e5a3a2f7c1f25c7c1f7f3f5ab03f9d6b11")"},
    {"last_hash", R"("8d1f0b6f6c1d2a3be0a7b0f4c4a0a1e5a3a2f7c1f25c7c1f7f3f5ab03f9d6b11")"},
    {"valid", "true"},
    {"broken_id", "null"},
    {"revoked_at", "null"},
    {"loaded", R"(["acme"])"},
    {"unchanged", R"(["ducklake", "local"])"},
    {"reason", R"("its row in server.yml changed")"},
    {"id", R"("convergence.local")"},
    {"sdk", R"("1.0.0")"},
    {"sha256", R"("9f2c1e0b7a6d5c4f3e2d1c0b9a8f7e6d5c4b3a29180f7e6d5c4b3a2918070605")"},
    {"mode", R"("in_process")"},
    {"ReloadNote.name", R"("ducklake")"},
    {"Plugin.name", R"("local")"},
    {"tables", R"(["tenant_profiles", "tenant_api_keys", "tenant_pipeline_runs"])"},
    {"plans", R"(["STARTER", "PROFESSIONAL", "SCALE"])"},
    {"ApiKey.name", R"("dashboard")"},
    {"ApiKeyRequest.name", R"("dashboard")"},
    {"IssuedKey.name", R"("dashboard")"},
    {"ApiKey.status", R"("ACTIVE")"},
    {"IssuedKey.status", R"("ACTIVE")"},
    {"Tenant.status", R"("ACTIVE")"},
    {"TenantDetail.status", R"("ACTIVE")"},
    {"TenantChange.status", R"("ACTIVE")"},
    {"AuditRow.detail", R"({"scopes": "*", "name": "", "replaced": ["5f0e6a53-9c1d-4b7e-8a57-0a1c7a4f6f0e"], "grace_seconds": 3600})"},
    {"Bootstrap.status", R"("READY")"},
    {"Bootstrap.checks", R"({"state_store": "ok", "warehouse": "ok", "key_manager": "ok", "plugins": "ok"})"},
    {"pipeline_template", R"("cost_usage")"},
    {"schedule_cron", R"("0 2 * * *")"},
    {"timezone", R"("America/New_York")"},
    {"misfire", R"("last")"},
    {"max_catchup", "10"},
    {"priority", "5"},
    {"is_active", "true"},
    {"last_run_status", R"("COMPLETE")"},
    {"ScheduleDeleted.status", R"("DELETED")"},
    {"from", R"("2025-11-01")"},
    {"to", R"("2025-11-15")"},
    {"Backfill.status", R"("RUNNING")"},
    {"Backfill.cancelled_at", "null"},
    {"Backfill.total", "15"},
    {"Backfill.queued", "10"},
    {"Backfill.running", "1"},
    {"Backfill.complete", "4"},
    {"Backfill.failed", "0"},
    {"Backfill.cancelled", "0"},
    {"QueueProgress.status", R"("PROCESSING")"},
    {"QuotaReset.status", R"("SUCCESS")"},
    {"Cleanup.status", R"("SUCCESS")"},
    {"CleanupDetail.action", R"("run taken back from a worker that fell silent")"},
    {"QueryColumn.type", R"-("DECIMAL(38,24)")-"},
});

constexpr auto primitive_examples = std::to_array<FieldExample>({
    {"date-time", R"("2025-11-16T02:00:00Z")"},
    {"date", R"("2025-11-15")"},
    {"uuid", R"("5b0c8f4e-2f0a-4d35-9a53-0f6f3c2a9f11")"},
    {"email", R"("ops@example.com")"},
    {"integer", "1"},
    {"number", "0.5"},
    {"boolean", "true"},
    {"object", "{}"},
    {"array", "[]"},
    {"any", "null"},
});

struct ErrorRow {
  int status;
  std::string_view code, message, details;  // details: JSON, or empty
  std::int64_t retry_after_s;               // 0: none
};
constexpr auto error_texts = std::to_array<ErrorRow>({
    {400, "VALIDATION_ERROR", "limit must be between 1 and 100", R"({"field": "limit", "issue": "must be between 1 and 100"})", 0},
    {401, "AUTHENTICATION_FAILED", "Invalid or missing API key", "", 0},
    {403, "AUTHORIZATION_FAILED", "Tenant ID mismatch: authenticated as 'acme_corp' but requested 'globex'", "", 0},
    {403, "MISSING_SCOPE", "missing scope: this key may not do what needs 'pipelines:execute'", R"({"scope": "pipelines:execute"})", 0},
    {403, "TENANT_SUSPENDED", "Tenant 'acme_corp' is suspended.", "", 0},
    {404, "NOT_FOUND", "There is no pipeline run 5b0c8f4e-2f0a-4d35-9a53-0f6f3c2a9f11", "", 0},
    {408, "REQUEST_TIMEOUT", "", "", 0},
    {409, "CONFLICT", "Tenant 'acme_corp' already exists.", "", 0},
    {413, "PAYLOAD_TOO_LARGE", "The body is larger than 10485760 bytes", "", 0},
    {414, "URI_TOO_LONG", "", "", 0},
    {415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json", "", 0},
    {417, "EXPECTATION_FAILED", "", "", 0},
    {429, "RATE_LIMIT_EXCEEDED", "At most 100 requests per minute are allowed; try again in 12 seconds", "", 12},
    {429, "DAILY_QUOTA_EXCEEDED", "Daily pipeline quota exceeded. You have run 6 pipelines today (limit: 6). Upgrade or wait until tomorrow.", "", 34200},
    {429, "MONTHLY_QUOTA_EXCEEDED", "Monthly pipeline quota exceeded. You have run 180 pipelines this month (limit: 180). Upgrade or wait until next month.", "", 432000},
    {429, "CONCURRENT_LIMIT_EXCEEDED", "Concurrent pipeline limit reached. Wait for running pipelines to complete.", "", 30},
    {431, "HEADERS_TOO_LARGE", "The headers together are larger than 8192 bytes", "", 0},
    {500, "INTERNAL_ERROR", "", "", 0},
    {501, "NOT_IMPLEMENTED", "", "", 0},
    {503, "SERVICE_UNAVAILABLE", "", "", 5},
    {504, "TIMEOUT", "", "", 0},
    {505, "HTTP_VERSION_NOT_SUPPORTED", "", "", 0},
});

template <std::size_t N>
const FieldExample* find_row(const std::array<FieldExample, N>& table, std::string_view name) {
  const auto row = std::find_if(table.begin(), table.end(), [&](const FieldExample& e) { return e.field == name; });
  return row == table.end() ? nullptr : &*row;
}

Json parsed(std::string_view text) {
  Result<Json> json = parse_json(std::string(text));
  return json.ok() ? std::move(*json) : Json();
}

}  // namespace

Json example_of_field(std::string_view schema, const FieldDoc& field) {
  const FieldExample* row = find_row(field_examples, fmt::format("{}.{}", schema, field.name));
  if (row == nullptr) row = find_row(field_examples, field.name);
  // A name may mean something else in another schema: what does not fit there is not shown there.
  if (row != nullptr && misfit(field.type, parsed(row->json)).empty()) return parsed(row->json);
  return example_of_type(field.type);
}

Json example_of_type(std::string_view type) {
  if (type.ends_with('?')) type.remove_suffix(1);
  if (type.starts_with('[')) {
    type.remove_prefix(1);
    if (type.ends_with(']')) type.remove_suffix(1);
    Json item = example_of_type(type);
    return item.is_null() ? Json::array() : Json::array().push(std::move(item));
  }
  if (const FieldExample* row = find_row(primitive_examples, type)) return parsed(row->json);
  const Schema* schema = find_schema(type);
  if (schema == nullptr) return {};
  Json example = Json::object();
  for (const FieldDoc& field : schema->fields) example.set(std::string(field.name), example_of_field(schema->name, field));
  return example;
}

std::vector<ErrorExample> error_examples(int status) {
  std::vector<ErrorExample> examples;
  for (const ErrorRow& row : error_texts) {
    if (row.status != status) continue;
    ErrorText text{std::string(row.message), std::string(row.code), row.details.empty() ? Json() : parsed(row.details), {}};
    if (row.retry_after_s != 0) text.retry_after_s = row.retry_after_s;
    examples.push_back({std::string(row.code), parsed(error_response(status, text, shown_request_id).body)});
  }
  return examples;
}

}  // namespace cvg
