#include "host/routes/routes.h"

#include <array>

#include "host/routes/admin_routes.h"
#include "host/routes/docs_routes.h"
#include "host/routes/health_routes.h"
#include "host/routes/query_routes.h"
#include "host/routes/run_routes.h"
#include "host/routes/scheduler_routes.h"
#include "host/routes/template_routes.h"
#include "host/routes/tenancy_routes.h"
#include "host/routes/tenant_routes.h"
#include "host/routes/webhook_routes.h"
#include "host/routes/upkeep_routes.h"

namespace cvg {
namespace {

constexpr auto table = std::to_array<Route>({
    // method, path, operation id, summary, tag, auth, scope, limit, body, weight, request, response, handler, repeat
    {Method::get, "/", "get_dashboard", "The dashboard, or a greeting as JSON", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "", get_dashboard},
    {Method::get, "/health", "get_health", "What this server is", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "Health", get_health},
    {Method::get, "/health/live", "get_liveness", "Whether the process lives", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "Liveness", get_liveness},
    {Method::get, "/health/ready", "get_readiness", "Whether every part can work", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "Readiness", get_readiness},
    {Method::get, "/metrics", "get_metrics", "Prometheus text", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "", get_metrics},
    {Method::get, "/docs", "get_docs", "The interactive API page", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "", get_docs},
    {Method::get, "/docs/{file}", "get_docs_file", "Files of the pages", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "", get_docs_file, Repeat::etag},
    {Method::get, "/openapi.json", "get_openapi", "This API as OpenAPI 3.1", "service", Auth::none, Scope::none, LimitClass::exempt, BodyRule::none, Weight::light, "", "object", get_openapi, Repeat::etag},

    {Method::post, "/api/v1/tenants/dryrun", "dryrun_tenant", "Checks an onboarding and creates nothing", "tenants", Auth::none, Scope::none, LimitClass::dryrun, BodyRule::required, Weight::heavy, "OnboardRequest", "Dryrun", post_dryrun},
    {Method::post, "/api/v1/tenants/onboard", "onboard_tenant", "Creates a tenant, its key and its dataset", "tenants", Auth::optional_key, Scope::none, LimitClass::onboard, BodyRule::required, Weight::heavy, "OnboardRequest", "Onboarded", post_onboard},
    {Method::post, "/api/v1/customers/onboard", "onboard_customer", "The same under its older name", "tenants", Auth::optional_key, Scope::none, LimitClass::onboard, BodyRule::required, Weight::heavy, "OnboardRequest", "Onboarded", post_customer_onboard},
    {Method::get, "/api/v1/tenants/{tenant_id}/quota", "get_quota", "The plan's limits and what is used of them", "tenants", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "Quota", get_quota},
    {Method::post, "/api/v1/tenants/{tenant_id}/query", "query_tenant", "Read-only SQL over the tenant's dataset", "query", Auth::tenant, Scope::data_query, LimitClass::tenant, BodyRule::required, Weight::heavy, "QueryRequest", "QueryAnswer", post_query},
    {Method::post, "/api/v1/tenants/{tenant_id}/credentials", "put_credential", "Stores a provider's credentials, encrypted", "credentials", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::required, Weight::light, "CredentialRequest", "CredentialStored", post_credential, Repeat::replay},
    {Method::get, "/api/v1/tenants/{tenant_id}/credentials", "list_credentials", "Which credentials are stored, never what they are", "credentials", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[Credential", list_credentials},
    {Method::del, "/api/v1/tenants/{tenant_id}/credentials/{credential_id}", "delete_credential", "Deletes credentials", "credentials", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::none, Weight::light, "", "CredentialDeleted", delete_credential},
    {Method::post, "/api/v1/tenants/{tenant_id}/credentials/{credential_id}/check", "check_credential", "Asks the provider's plugin whether credentials work", "credentials", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::none, Weight::heavy, "", "CredentialChecked", check_credential},
    {Method::get, "/api/v1/tenants/{tenant_id}/export", "export_tenant", "Everything of the tenant as one archive: Parquet and JSON", "tenants", Auth::tenant, Scope::data_query, LimitClass::tenant, BodyRule::none, Weight::heavy, "", "", get_export},
    {Method::post, "/api/v1/admin/keys/rotate", "rotate_master_key", "A new version of the master key; every secret is wrapped again", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::heavy, "", "KeyRotation", post_key_rotation},
    {Method::del, "/api/v1/admin/tenants/{tenant_id}", "erase_tenant", "Erases a tenant and answers the certificate; export=true keeps an archive first", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::heavy, "", "Certificate", delete_tenant},
    {Method::get, "/api/v1/admin/certificates/{certificate_id}", "get_certificate", "What was erased, when, and the audit chain's hash", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "Certificate", get_certificate},

    {Method::post, "/api/v1/tenants/{tenant_id}/webhooks", "create_webhook", "Adds a webhook and shows its secret", "webhooks", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::required, Weight::light, "WebhookRequest", "Webhook", post_webhook, Repeat::replay},
    {Method::get, "/api/v1/tenants/{tenant_id}/webhooks", "list_webhooks", "The tenant's webhooks", "webhooks", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[Webhook", list_webhooks},
    {Method::get, "/api/v1/tenants/{tenant_id}/webhooks/{webhook_id}", "get_webhook", "One webhook", "webhooks", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "Webhook", get_webhook},
    {Method::patch, "/api/v1/tenants/{tenant_id}/webhooks/{webhook_id}", "update_webhook", "Changes what is given; secret null makes a new one", "webhooks", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::required, Weight::light, "WebhookChange", "Webhook", patch_webhook},
    {Method::get, "/api/v1/tenants/{tenant_id}/webhooks/{webhook_id}/deliveries", "list_webhook_deliveries", "What was or will be sent to it, newest first", "webhooks", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[WebhookDelivery", list_webhook_deliveries},
    {Method::post, "/api/v1/tenants/{tenant_id}/webhooks/{webhook_id}/test", "test_webhook", "Sends it the event webhook.test", "webhooks", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::none, Weight::light, "", "WebhookDelivery", post_webhook_test},
    {Method::del, "/api/v1/tenants/{tenant_id}/webhooks/{webhook_id}", "delete_webhook", "Removes a webhook and what waits for it", "webhooks", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::none, Weight::light, "", "WebhookDeleted", delete_webhook},

    {Method::post, "/api/v1/pipelines/run/{tenant_id}/{provider}/{domain}/{template}", "run_pipeline", "Starts a run", "pipelines", Auth::tenant, Scope::pipelines_execute, LimitClass::run, BodyRule::optional, Weight::light, "RunRequest", "RunAccepted", post_run, Repeat::replay},
    {Method::get, "/api/v1/pipelines/templates", "list_templates", "The templates that can run", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[TemplateSummary", list_templates, Repeat::etag},
    {Method::get, "/api/v1/pipelines/templates/{provider}/{domain}/{template}", "get_template", "What one template takes", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "Template", get_template, Repeat::etag},
    {Method::post, "/api/v1/pipelines/validate", "validate_template", "Checks the text of a template and keeps nothing", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::required, Weight::heavy, "TemplateText", "TemplateFindings", post_validate},
    {Method::get, "/api/v1/pipelines/runs", "list_runs", "Runs, newest first", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[Run", list_runs, Repeat::etag},
    {Method::get, "/api/v1/pipelines/runs/{pipeline_logging_id}", "get_run", "One run", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "Run", get_run, Repeat::etag},
    {Method::del, "/api/v1/pipelines/runs/{pipeline_logging_id}", "cancel_run", "Cancels a run", "pipelines", Auth::tenant, Scope::pipelines_execute, LimitClass::tenant, BodyRule::none, Weight::light, "", "Run", delete_run},
    {Method::post, "/api/v1/pipelines/runs/{pipeline_logging_id}/retry", "retry_run", "Starts a failed run again at its failed steps", "pipelines", Auth::tenant, Scope::pipelines_execute, LimitClass::run, BodyRule::none, Weight::light, "", "RunAccepted", retry_run, Repeat::replay},
    {Method::get, "/api/v1/pipelines/runs/{pipeline_logging_id}/steps", "get_run_steps", "The steps of a run", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[Step", get_run_steps, Repeat::etag},
    {Method::get, "/api/v1/pipelines/runs/{pipeline_logging_id}/logs", "get_run_logs", "The log lines of a run", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[LogLine", get_run_logs, Repeat::etag},
    {Method::get, "/api/v1/pipelines/runs/{pipeline_logging_id}/events", "get_run_events", "A run's events until it ends, as Server-Sent Events", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "", get_run_events},
    {Method::get, "/api/v1/pipelines/runs/{pipeline_logging_id}/dq", "get_run_dq", "The quality results of a run", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[DqResult", get_run_dq, Repeat::etag},
    {Method::post, "/api/v1/pipelines/backfill/{tenant_id}/{provider}/{domain}/{template}", "create_backfill", "Queues a run for every day of a range", "pipelines", Auth::tenant, Scope::pipelines_execute, LimitClass::tenant, BodyRule::required, Weight::light, "BackfillRequest", "Backfill", post_backfill, Repeat::replay},
    {Method::get, "/api/v1/pipelines/backfill/{tenant_id}/{backfill_id}", "get_backfill", "How far a backfill is", "pipelines", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "Backfill", get_backfill},
    {Method::del, "/api/v1/pipelines/backfill/{tenant_id}/{backfill_id}", "cancel_backfill", "Cancels the days that have no run yet", "pipelines", Auth::tenant, Scope::pipelines_execute, LimitClass::tenant, BodyRule::none, Weight::light, "", "Backfill", delete_backfill},

    {Method::post, "/api/v1/scheduler/customer/{tenant_id}/pipelines", "put_schedule", "Makes or replaces the schedule of a pipeline", "scheduler", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::required, Weight::light, "ScheduleRequest", "Schedule", post_schedule, Repeat::replay},
    {Method::get, "/api/v1/scheduler/customer/{tenant_id}/pipelines", "list_schedules", "A tenant's schedules", "scheduler", Auth::tenant, Scope::pipelines_read, LimitClass::tenant, BodyRule::none, Weight::light, "", "[Schedule", list_schedules},
    {Method::del, "/api/v1/scheduler/customer/{tenant_id}/pipelines/{config_id}", "delete_schedule", "Deletes a schedule", "scheduler", Auth::tenant, Scope::pipelines_write, LimitClass::tenant, BodyRule::none, Weight::light, "", "ScheduleDeleted", delete_schedule},
    {Method::post, "/api/v1/scheduler/trigger", "trigger_schedules", "Queues what is due; with a tenant's key for that tenant alone", "scheduler", Auth::tenant_or_admin, Scope::pipelines_execute, LimitClass::tenant, BodyRule::none, Weight::light, "", "TriggerCounts", post_trigger},
    {Method::post, "/api/v1/scheduler/process-queue", "process_queue", "Begins runs of what is queued", "scheduler", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "QueueProgress", post_process_queue},
    {Method::get, "/api/v1/scheduler/status", "get_scheduler_status", "What is due, queued and running", "scheduler", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "SchedulerStatus", get_scheduler_status},
    {Method::post, "/api/v1/scheduler/reset-daily-quotas", "reset_daily_quotas", "Zeroes today's counters and archives old days", "scheduler", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "QuotaReset", post_reset_quotas},
    {Method::post, "/api/v1/scheduler/cleanup-orphaned-pipelines", "clean_up_pipelines", "Takes back what a vanished worker left behind", "scheduler", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "Cleanup", post_cleanup},

    {Method::post, "/api/v1/admin/bootstrap", "bootstrap", "What the server made at its start, and whether all of it works", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "Bootstrap", post_bootstrap},
    {Method::get, "/api/v1/admin/tenants", "list_tenants", "Tenants, by id", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "[Tenant", list_tenants},
    {Method::get, "/api/v1/admin/tenants/{tenant_id}", "get_tenant", "A tenant with its usage and its keys", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "TenantDetail", get_tenant},
    {Method::patch, "/api/v1/admin/tenants/{tenant_id}", "change_tenant", "Changes plan or status", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::required, Weight::light, "TenantChange", "Tenant", patch_tenant},
    {Method::post, "/api/v1/admin/tenants/{tenant_id}/api-keys", "create_api_key", "A further key, with scopes and expiry", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::optional, Weight::light, "ApiKeyRequest", "IssuedKey", post_tenant_key},
    {Method::get, "/api/v1/admin/tenants/{tenant_id}/api-keys", "list_api_keys", "A tenant's keys, never the keys themselves", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "[ApiKey", list_tenant_keys},
    {Method::del, "/api/v1/admin/tenants/{tenant_id}/api-keys/{key_id}", "revoke_api_key", "Ends a key at once", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "ApiKey", delete_tenant_key},
    {Method::post, "/api/v1/admin/tenants/{tenant_id}/rotate-key", "rotate_api_key", "A new key in place of the old ones, at once or after a grace", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::optional, Weight::light, "RotateRequest", "IssuedKey", post_rotate_key},
    {Method::post, "/api/v1/admin/tenants/{tenant_id}/upkeep", "upkeep_tenant", "One pass of upkeep over a tenant's lake, now", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::heavy, "", "UpkeepReport", post_upkeep},
    {Method::get, "/api/v1/admin/audit", "list_audit", "Who changed what, newest first", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "[AuditRow", list_audit},
    {Method::get, "/api/v1/admin/audit/verify", "verify_audit", "Walks the hash chain of the whole audit log", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::heavy, "", "AuditChain", get_audit_chain},
    {Method::get, "/api/v1/admin/plugins", "list_plugins", "The plugins that run", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::light, "", "[Plugin", list_plugins},
    {Method::post, "/api/v1/admin/plugins/reload", "reload_plugins", "Loads plugins that are configured since the start; says what needs a restart", "admin", Auth::admin, Scope::none, LimitClass::admin, BodyRule::none, Weight::heavy, "", "Reload", post_reload_plugins},
});

// Two patterns are the same place when they differ in nothing but the names of their parameters.
constexpr bool same_place(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == '{' && b[j] == '{') {
      i = a.find('}', i);
      j = b.find('}', j);
    } else if (a[i] != b[j]) {
      return false;
    }
    ++i;
    ++j;
  }
  return i == a.size() && j == b.size();
}

constexpr bool is_sound(std::span<const Route> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].path.empty() || rows[i].operation_id.empty()) return false;
    const bool takes_tenant_key = rows[i].auth == Auth::tenant || rows[i].auth == Auth::tenant_or_admin;
    if (takes_tenant_key != (rows[i].scope != Scope::none)) return false;
    if (rows[i].repeat == Repeat::replay && (rows[i].method != Method::post || rows[i].auth != Auth::tenant)) return false;
    if (rows[i].repeat == Repeat::etag && rows[i].method != Method::get) return false;
    for (std::size_t j = i + 1; j < rows.size(); ++j) {
      if (rows[i].operation_id == rows[j].operation_id) return false;
      if (rows[i].method == rows[j].method && same_place(rows[i].path, rows[j].path)) return false;
    }
  }
  return true;
}
static_assert(is_sound(table), "a route is given twice, or a row of the route table is incomplete");

// What begins with the first is found under the second, too.
struct AliasRule {
  std::string_view instead_of, prefix;
};
constexpr auto alias_rules = std::to_array<AliasRule>({
    {"/api/v1/scheduler/customer/", "/api/v1/scheduler/tenant/"},
    {"/api/v1/scheduler/", "/scheduler/"},
});

std::vector<RouteAlias> make_aliases() {
  std::vector<RouteAlias> all;
  for (std::size_t row = 0; row < table.size(); ++row) {
    std::vector<std::string> paths{std::string(table[row].path)};
    for (const AliasRule& rule : alias_rules)
      for (std::size_t i = paths.size(); i-- > 0;)
        if (paths[i].starts_with(rule.instead_of)) paths.push_back(std::string(rule.prefix) + paths[i].substr(rule.instead_of.size()));
    for (std::size_t i = 1; i < paths.size(); ++i) all.push_back({std::move(paths[i]), row});
  }
  return all;
}

}  // namespace

std::span<const Route> routes() { return table; }

std::span<const RouteAlias> route_aliases() {
  static const std::vector<RouteAlias> all = make_aliases();
  return all;
}

}  // namespace cvg
