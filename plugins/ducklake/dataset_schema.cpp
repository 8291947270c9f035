#include "dataset_schema.h"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace ducklake {

namespace {

struct Made {
  const char *name;
  const char *text;  // the columns of a table, the SELECT of a view; {t} stands for the tenant's quoted schema
};

// A key counts while it is neither revoked nor expired; nothing writes the row anew at the instant of its end.
constexpr const char *usable_keys =
    "SELECT * REPLACE (is_active AND (expires_at IS NULL OR expires_at > make_timestamp(epoch_us(now()))) AS is_active) "
    "FROM {t}.x_meta_api_keys";

constexpr Made tables_1[] = {
    {"x_meta_pipeline_runs",
     "pipeline_logging_id VARCHAR, pipeline_id VARCHAR, tenant_id VARCHAR, status VARCHAR, trigger_type VARCHAR, "
     "trigger_by VARCHAR, user_id VARCHAR, run_date DATE, start_time TIMESTAMP, end_time TIMESTAMP, duration_ms BIGINT, "
     "parameters VARCHAR, error_message VARCHAR, steps_total BIGINT, steps_complete BIGINT, rows_processed BIGINT, "
     "bytes_processed BIGINT, ingestion_date DATE, created_at TIMESTAMP"},
    {"x_meta_step_logs",
     "pipeline_logging_id VARCHAR, pipeline_id VARCHAR, tenant_id VARCHAR, step_id VARCHAR, step_name VARCHAR, "
     "step_type VARCHAR, step_index BIGINT, status VARCHAR, attempt BIGINT, user_id VARCHAR, start_time TIMESTAMP, "
     "end_time TIMESTAMP, step_start_time TIMESTAMP, step_end_time TIMESTAMP, duration_ms BIGINT, rows_processed BIGINT, "
     "bytes_processed BIGINT, error_message VARCHAR, metadata VARCHAR, ingestion_date DATE"},
    {"x_meta_dq_results",
     "dq_result_id VARCHAR, pipeline_logging_id VARCHAR, pipeline_id VARCHAR, tenant_id VARCHAR, step_id VARCHAR, "
     "result_index BIGINT, table_name VARCHAR, target_table VARCHAR, expectation_type VARCHAR, column_name VARCHAR, "
     "kwargs VARCHAR, severity VARCHAR, success BOOLEAN, observed_value VARCHAR, element_count BIGINT, "
     "unexpected_count BIGINT, unexpected_percent DOUBLE, sample VARCHAR, rules_passed BIGINT, rules_failed BIGINT, "
     "overall_status VARCHAR, error_message VARCHAR, duration_ms BIGINT, executed_at TIMESTAMP, ingestion_date DATE"},
    {"onboarding_validation_test", "tenant_id VARCHAR, test_id VARCHAR, test_value VARCHAR, created_at TIMESTAMP"},
    {"x_meta_usage_quotas",
     "tenant_id VARCHAR, usage_date DATE, pipelines_run_today BIGINT, pipelines_run_month BIGINT, "
     "pipelines_succeeded_today BIGINT, pipelines_failed_today BIGINT, daily_limit BIGINT, monthly_limit BIGINT, "
     "concurrent_pipelines_running BIGINT, concurrent_limit BIGINT, max_concurrent_reached BIGINT, updated_at TIMESTAMP"},
    {"x_meta_subscriptions",
     "tenant_id VARCHAR, subscription_id VARCHAR, plan VARCHAR, plan_name VARCHAR, status VARCHAR, daily_limit BIGINT, "
     "monthly_limit BIGINT, concurrent_limit BIGINT, max_team_members BIGINT, max_providers BIGINT, created_at TIMESTAMP, "
     "updated_at TIMESTAMP"},
    {"x_meta_profiles",
     "tenant_id VARCHAR, company_name VARCHAR, admin_email VARCHAR, status VARCHAR, created_at TIMESTAMP, "
     "updated_at TIMESTAMP"},
    {"x_meta_api_keys",
     "tenant_id VARCHAR, api_key_id VARCHAR, api_key_hash VARCHAR, is_active BOOLEAN, scopes VARCHAR, created_at TIMESTAMP, "
     "expires_at TIMESTAMP, revoked_at TIMESTAMP, last_used_at TIMESTAMP"},
    {"x_meta_cloud_credentials",
     "tenant_id VARCHAR, credential_id VARCHAR, provider VARCHAR, credential_name VARCHAR, is_active BOOLEAN, "
     "created_at TIMESTAMP, updated_at TIMESTAMP, last_checked_at TIMESTAMP"},
};

constexpr Made views_1[] = {
    {"pipeline_runs", "SELECT * FROM {t}.x_meta_pipeline_runs"},
    {"step_logs", "SELECT * FROM {t}.x_meta_step_logs"},
    {"dq_results", "SELECT * FROM {t}.x_meta_dq_results"},
    {"tenant_pipeline_runs", "SELECT * FROM {t}.x_meta_pipeline_runs"},
    {"tenant_step_logs", "SELECT * FROM {t}.x_meta_step_logs"},
    {"tenant_dq_results", "SELECT * FROM {t}.x_meta_dq_results"},
    {"tenant_usage_quotas", "SELECT * FROM {t}.x_meta_usage_quotas"},
    {"tenant_subscriptions", "SELECT * FROM {t}.x_meta_subscriptions"},
    {"api_keys", usable_keys},
    {"cloud_credentials", "SELECT * FROM {t}.x_meta_cloud_credentials"},
    {"tenant_comprehensive_view",
     "SELECT r.*, r.status AS pipeline_status, p.plan AS subscription_plan, q.usage_date, q.pipelines_run_today, "
     "q.daily_limit, q.concurrent_limit, s.step_count, s.steps_failed, s.step_rows_processed, d.dq_count, d.dq_failed "
     "FROM {t}.x_meta_pipeline_runs r "
     "LEFT JOIN (SELECT tenant_id, max_by(plan, updated_at) AS plan FROM {t}.x_meta_subscriptions GROUP BY tenant_id) p "
     "ON p.tenant_id = r.tenant_id "
     "LEFT JOIN {t}.x_meta_usage_quotas q ON q.tenant_id = r.tenant_id AND q.usage_date = CAST(r.start_time AS DATE) "
     "LEFT JOIN (SELECT pipeline_logging_id, count(*) AS step_count, count(*) FILTER (status = 'FAILED') AS steps_failed, "
     "sum(rows_processed)::BIGINT AS step_rows_processed FROM {t}.x_meta_step_logs GROUP BY pipeline_logging_id) s "
     "ON s.pipeline_logging_id = r.pipeline_logging_id "
     "LEFT JOIN (SELECT pipeline_logging_id, count(*) AS dq_count, count(*) FILTER (NOT success) AS dq_failed "
     "FROM {t}.x_meta_dq_results GROUP BY pipeline_logging_id) d ON d.pipeline_logging_id = r.pipeline_logging_id"},
};

// The names of the seeds' central dataset.
constexpr Made central_views_1[] = {
    {"tenant_pipeline_runs", "SELECT * FROM {t}.x_meta_pipeline_runs"},
    {"tenant_step_logs", "SELECT * FROM {t}.x_meta_step_logs"},
    {"tenant_dq_results", "SELECT * FROM {t}.x_meta_dq_results"},
    {"tenant_usage_quotas", "SELECT * FROM {t}.x_meta_usage_quotas"},
    {"tenant_subscriptions", "SELECT * FROM {t}.x_meta_subscriptions"},
    {"tenant_profiles", "SELECT * FROM {t}.x_meta_profiles"},
    {"tenant_api_keys", usable_keys},
    {"tenant_cloud_credentials", "SELECT * FROM {t}.x_meta_cloud_credentials"},
};

// The same dataset under its older name, where the older names of three tables are known too.
constexpr Made customer_views_2[] = {
    {"customer_profiles", "SELECT * FROM {t}.x_meta_profiles"},
    {"customer_api_keys", usable_keys},
    {"customer_subscriptions", "SELECT * FROM {t}.x_meta_subscriptions"},
};

std::string with_schema(const char *text, const std::string &schema) {
  std::string out = text;
  for (size_t at = 0; (at = out.find("{t}", at)) != std::string::npos; at += schema.size()) out.replace(at, 3, schema);
  return out;
}

void make_first(Engine &engine, const std::string &tenant) {
  const std::string schema = quoted(tenant);
  for (const std::string &name : {schema, std::string("tenants"), std::string("\"__cvg\"")}) engine.exec("CREATE SCHEMA " + name);
  engine.exec("CREATE TABLE \"__cvg\".version (version INTEGER)");
  engine.exec("CREATE TABLE \"__cvg\".markers (marker VARCHAR, cursors VARCHAR, row_count BIGINT, published_at TIMESTAMP)");
  engine.exec("CREATE TABLE \"__cvg\".cursors (cursor_key VARCHAR, cursor_text VARCHAR, version VARCHAR, updated_at TIMESTAMP)");
  engine.exec("INSERT INTO \"__cvg\".version VALUES (0)");
  for (const Made &t : tables_1) engine.exec("CREATE TABLE " + schema + "." + quoted(t.name) + " (" + t.text + ")");
  // Views name the schema, never the catalog: the same lake is attached under other names by other tools.
  for (const Made &v : views_1) engine.exec("CREATE VIEW " + schema + "." + quoted(v.name) + " AS " + with_schema(v.text, schema));
  for (const Made &v : central_views_1) engine.exec("CREATE VIEW tenants." + quoted(v.name) + " AS " + with_schema(v.text, schema));
}

void make_customers(Engine &engine, const std::string &tenant) {
  const std::string schema = quoted(tenant);
  const auto make = [&](const Made &v) { engine.exec("CREATE VIEW customers." + quoted(v.name) + " AS " + with_schema(v.text, schema)); };
  engine.exec("CREATE SCHEMA customers");
  std::for_each(std::begin(central_views_1), std::end(central_views_1), make);
  std::for_each(std::begin(customer_views_2), std::end(customer_views_2), make);
}

// What each step writes beside its rows: with these the first run of a tenant finds the table as it needs it.
void add_lineage(Engine &engine, const std::string &tenant) {
  for (const char *column : {"x_tenant_id VARCHAR", "x_pipeline_id VARCHAR", "x_run_id VARCHAR", "x_run_date DATE",
                             "x_ingested_at TIMESTAMP", "x_source VARCHAR", "x_unit VARCHAR"})
    engine.exec("ALTER TABLE " + quoted(tenant) + ".onboarding_validation_test ADD COLUMN IF NOT EXISTS " + column);
}

// Lakes that were made before the views of keys looked at the end of a key.
void renew_key_views(Engine &engine, const std::string &tenant) {
  const std::string schema = quoted(tenant);
  for (const std::string &view : {schema + ".api_keys", std::string("tenants.tenant_api_keys"), std::string("customers.tenant_api_keys"),
                                  std::string("customers.customer_api_keys")})
    engine.exec("CREATE OR REPLACE VIEW " + view + " AS " + with_schema(usable_keys, schema));
}

using Migration = void (*)(Engine &, const std::string &tenant);
constexpr Migration migrations[] = {make_first, make_customers, add_lineage, renew_key_views};
constexpr int made_whole = 3;  // migrations that make a new lake; what they make has the newest text

}  // namespace

int dataset_version() { return static_cast<int>(std::size(migrations)); }

int version_of(Engine &engine) {
  const auto tables = engine.rows("SELECT count(*) FROM duckdb_tables() WHERE database_name = " + literal(lake_alias) +
                                  " AND schema_name = '__cvg' AND table_name = 'version'");
  if (tables[0][0] == "0") return 0;
  const auto rows = engine.rows("SELECT max(version) FROM " + quoted(lake_alias) + ".\"__cvg\".version");
  const int version = std::stoi(rows[0][0].value_or("0"));
  if (version > dataset_version())
    throw Error(CVG_E_CONFIG, "the lake was written by a newer program (version " + std::to_string(version) +
                                  ", this one knows " + std::to_string(dataset_version()) + ")");
  return version;
}

void migrate(Engine &engine, const std::string &tenant, int from) {
  const int last = from == 0 ? made_whole : dataset_version();
  for (int v = from; v < last; ++v) migrations[v](engine, tenant);
  if (from < dataset_version()) engine.exec("UPDATE \"__cvg\".version SET version = " + std::to_string(dataset_version()));
}

std::vector<std::string> dataset_tables() {
  std::vector<std::string> names;
  for (const Made &t : tables_1) names.emplace_back(t.name);
  return names;
}

std::vector<Column> dataset_columns(const std::string &table) {
  std::vector<Column> columns;
  for (const Made &t : tables_1) {
    std::stringstream list(table == t.name ? t.text : "");
    for (std::string name, type; list >> name >> type;) {
      if (type.back() == ',') type.pop_back();
      columns.push_back(Column{name, type});
    }
  }
  return columns;
}

std::vector<std::string> dataset_views() {
  std::vector<std::string> names;
  for (const Made &v : views_1) names.emplace_back(v.name);
  for (const Made &v : central_views_1) names.push_back(std::string("tenants.") + v.name);
  for (const Made &v : central_views_1) names.push_back(std::string("customers.") + v.name);
  for (const Made &v : customer_views_2) names.push_back(std::string("customers.") + v.name);
  return names;
}

bool is_metadata_table(const std::string &name) {
  const std::string wanted = lower(name);
  return wanted.rfind("x_meta_", 0) == 0 ||
         std::any_of(std::begin(views_1), std::end(views_1), [&](const Made &v) { return wanted == v.name; });
}

}  // namespace ducklake
