#include "core/state/migrations.h"

#include <array>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/state/run_end_triggers.h"

namespace cvg {
namespace {

struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string_view sql;
};

constexpr std::string_view tenants_sql = R"sql(
CREATE TABLE tenant_profiles (
  tenant_id TEXT PRIMARY KEY, display_id TEXT NOT NULL, company_name TEXT NOT NULL, admin_email TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED')), created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tenant_api_keys (
  key_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenant_profiles, api_key_hash TEXT NOT NULL UNIQUE,
  encrypted_api_key BLOB NOT NULL, scopes TEXT NOT NULL, is_active INTEGER NOT NULL, created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, last_used_ms INTEGER NOT NULL
);
CREATE INDEX api_keys_of_tenant ON tenant_api_keys (tenant_id);
CREATE TABLE tenant_subscriptions (
  tenant_id TEXT PRIMARY KEY REFERENCES tenant_profiles, plan_name TEXT NOT NULL, daily_limit INTEGER NOT NULL,
  monthly_limit INTEGER NOT NULL, concurrent_limit INTEGER NOT NULL, team_limit INTEGER NOT NULL,
  provider_limit INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tenant_usage_quotas (
  tenant_id TEXT NOT NULL, usage_date TEXT NOT NULL, pipelines_run_today INTEGER NOT NULL DEFAULT 0,
  pipelines_run_month INTEGER NOT NULL DEFAULT 0, pipelines_succeeded_today INTEGER NOT NULL DEFAULT 0,
  pipelines_failed_today INTEGER NOT NULL DEFAULT 0, max_concurrent_reached INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, usage_date)
) WITHOUT ROWID;
CREATE TABLE tenant_cloud_credentials (
  credential_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenant_profiles, provider TEXT NOT NULL,
  credential_name TEXT NOT NULL, encrypted_credentials BLOB NOT NULL, wrapped_key BLOB NOT NULL, key_version TEXT NOT NULL,
  is_active INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  last_check_ms INTEGER NOT NULL DEFAULT 0, last_check_status TEXT NOT NULL DEFAULT '', UNIQUE (tenant_id, provider)
);
)sql";

// The PENDING rows are the queue: runs_waiting orders them by queue_tag (run_store.cpp explains it).  runs_live makes two
// live runs of a pipeline impossible, and runs_slots counts those that use a slot.
constexpr std::string_view runs_sql = R"sql(
CREATE TABLE tenant_pipeline_runs (
  run_number INTEGER PRIMARY KEY AUTOINCREMENT, pipeline_logging_id TEXT NOT NULL UNIQUE, tenant_id TEXT NOT NULL,
  pipeline_id TEXT NOT NULL, provider TEXT NOT NULL, domain TEXT NOT NULL, template_name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETE', 'FAILED')), trigger_type TEXT NOT NULL,
  trigger_by TEXT NOT NULL, user_id TEXT NOT NULL, run_date TEXT NOT NULL, parameters_json TEXT NOT NULL,
  error_message TEXT NOT NULL, request_id TEXT NOT NULL, created_ms INTEGER NOT NULL, start_ms INTEGER NOT NULL DEFAULT 0,
  end_ms INTEGER NOT NULL DEFAULT 0, steps_total INTEGER NOT NULL DEFAULT 0, steps_complete INTEGER NOT NULL DEFAULT 0,
  rows_processed INTEGER NOT NULL DEFAULT 0, counts_quota INTEGER NOT NULL, queue_tag INTEGER NOT NULL,
  lease_token INTEGER NOT NULL DEFAULT 0, lease_expires_ms INTEGER NOT NULL DEFAULT 0, lease_worker TEXT NOT NULL DEFAULT ''
);
CREATE INDEX runs_of_tenant ON tenant_pipeline_runs (tenant_id);
CREATE INDEX runs_of_pipeline ON tenant_pipeline_runs (tenant_id, pipeline_id);
CREATE UNIQUE INDEX runs_live ON tenant_pipeline_runs (tenant_id, pipeline_id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX runs_slots ON tenant_pipeline_runs (tenant_id, queue_tag)
  WHERE status IN ('PENDING', 'RUNNING') AND counts_quota = 1;
CREATE INDEX runs_waiting ON tenant_pipeline_runs (queue_tag) WHERE status = 'PENDING';
CREATE INDEX runs_leased ON tenant_pipeline_runs (lease_expires_ms) WHERE status = 'RUNNING';
CREATE TABLE tenant_step_logs (
  pipeline_logging_id TEXT NOT NULL, step_id TEXT NOT NULL, tenant_id TEXT NOT NULL, step_name TEXT NOT NULL,
  step_type TEXT NOT NULL, step_index INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETE', 'FAILED', 'SKIPPED')), attempt INTEGER NOT NULL,
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, rows_processed INTEGER NOT NULL, bytes_processed INTEGER NOT NULL,
  error_message TEXT NOT NULL, metadata_json TEXT NOT NULL, PRIMARY KEY (pipeline_logging_id, step_id)
) WITHOUT ROWID;
CREATE INDEX step_logs_of_tenant ON tenant_step_logs (tenant_id);
CREATE TABLE tenant_dq_results (
  pipeline_logging_id TEXT NOT NULL, step_id TEXT NOT NULL, result_index INTEGER NOT NULL, tenant_id TEXT NOT NULL,
  expectation_type TEXT NOT NULL, column_name TEXT NOT NULL, severity TEXT NOT NULL, success INTEGER NOT NULL,
  observed_value_json TEXT NOT NULL, kwargs_json TEXT NOT NULL, sample_json TEXT NOT NULL, element_count INTEGER NOT NULL,
  missing_count INTEGER NOT NULL, unexpected_count INTEGER NOT NULL, unexpected_percent REAL NOT NULL,
  duration_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL, PRIMARY KEY (pipeline_logging_id, step_id, result_index)
) WITHOUT ROWID;
CREATE INDEX dq_results_of_tenant ON tenant_dq_results (tenant_id);
CREATE TABLE outbox (
  outbox_id INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, entry_key TEXT NOT NULL,
  body_json TEXT NOT NULL, created_ms INTEGER NOT NULL, UNIQUE (kind, tenant_id, entry_key)
);
)sql";

constexpr std::string_view schedules_sql = R"sql(
CREATE TABLE tenant_pipeline_configs (
  config_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenant_profiles, provider TEXT NOT NULL,
  domain TEXT NOT NULL, pipeline_template TEXT NOT NULL, schedule_cron TEXT NOT NULL, timezone TEXT NOT NULL,
  is_active INTEGER NOT NULL, is_deleted INTEGER NOT NULL DEFAULT 0, parameters_json TEXT NOT NULL,
  priority INTEGER NOT NULL, misfire TEXT NOT NULL CHECK (misfire IN ('skip', 'last', 'all')), max_catchup INTEGER NOT NULL,
  next_run_ms INTEGER NOT NULL, last_run_ms INTEGER NOT NULL DEFAULT 0, last_run_status TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, UNIQUE (tenant_id, provider, domain, pipeline_template)
);
CREATE INDEX pipeline_configs_due ON tenant_pipeline_configs (next_run_ms) WHERE is_active = 1 AND is_deleted = 0;
CREATE TABLE tenant_scheduled_pipeline_runs (
  scheduled_run_id TEXT PRIMARY KEY, config_id TEXT NOT NULL, tenant_id TEXT NOT NULL, scheduled_ms INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED')),
  pipeline_logging_id TEXT NOT NULL DEFAULT '', error_message TEXT NOT NULL DEFAULT '', created_ms INTEGER NOT NULL,
  start_ms INTEGER NOT NULL DEFAULT 0, end_ms INTEGER NOT NULL DEFAULT 0, UNIQUE (config_id, scheduled_ms)
);
CREATE INDEX scheduled_runs_of_tenant ON tenant_scheduled_pipeline_runs (tenant_id, scheduled_ms);
CREATE TABLE tenant_pipeline_execution_queue (
  queue_id INTEGER PRIMARY KEY AUTOINCREMENT, tenant_id TEXT NOT NULL, pipeline_id TEXT NOT NULL,
  scheduled_run_id TEXT NOT NULL DEFAULT '', provider TEXT NOT NULL, domain TEXT NOT NULL, pipeline_template TEXT NOT NULL,
  run_date TEXT NOT NULL, parameters_json TEXT NOT NULL, trigger_type TEXT NOT NULL, priority INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('QUEUED', 'PROCESSING')), attempt INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0, lease_token INTEGER NOT NULL DEFAULT 0,
  lease_expires_ms INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL
);
CREATE INDEX execution_queue_due ON tenant_pipeline_execution_queue (status, not_before_ms, priority);
CREATE INDEX execution_queue_of_tenant ON tenant_pipeline_execution_queue (tenant_id, pipeline_id);
)sql";

constexpr std::string_view access_sql = R"sql(
CREATE TABLE audit_log (
  audit_id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, tenant_id TEXT NOT NULL, action TEXT NOT NULL,
  actor TEXT NOT NULL, target TEXT NOT NULL, request_id TEXT NOT NULL, client_address TEXT NOT NULL, detail_json TEXT NOT NULL
);
CREATE INDEX audit_log_of_tenant ON audit_log (tenant_id);
CREATE TABLE idempotency_keys (
  tenant_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, operation TEXT NOT NULL, body_hash TEXT NOT NULL,
  reply_status INTEGER NOT NULL, reply_body TEXT NOT NULL, created_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_ms);
)sql";

// runs_waiting leaves out the waiting runs of suspended tenants: the lease's look-up stays one step however many there are.
constexpr std::string_view keys_sql = R"sql(
ALTER TABLE tenant_api_keys ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_api_keys ADD COLUMN revoked_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN is_held INTEGER NOT NULL DEFAULT 0;
DROP INDEX runs_waiting;
CREATE INDEX runs_waiting ON tenant_pipeline_runs (queue_tag) WHERE status = 'PENDING' AND is_held = 0;
ALTER TABLE audit_log ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_log ADD COLUMN row_hash TEXT NOT NULL DEFAULT '';
CREATE TRIGGER audit_log_never_changes BEFORE UPDATE ON audit_log BEGIN SELECT raise(ABORT, 'the audit log never changes'); END;
CREATE TRIGGER audit_log_never_shrinks BEFORE DELETE ON audit_log BEGIN SELECT raise(ABORT, 'the audit log never shrinks'); END;
)sql";

// Nothing was ever written to the first shape of tenant_cloud_credentials.
constexpr std::string_view tenancy_sql = R"sql(
CREATE TABLE tenant_data_keys (
  tenant_id TEXT PRIMARY KEY REFERENCES tenant_profiles, wrapped_key BLOB NOT NULL, created_ms INTEGER NOT NULL
) WITHOUT ROWID;
DROP TABLE tenant_cloud_credentials;
CREATE TABLE tenant_cloud_credentials (
  credential_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenant_profiles, provider TEXT NOT NULL,
  credential_name TEXT NOT NULL, encrypted_credentials BLOB NOT NULL, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, last_check_ms INTEGER NOT NULL DEFAULT 0, last_check_status TEXT NOT NULL DEFAULT '',
  last_check_message TEXT NOT NULL DEFAULT '', UNIQUE (tenant_id, provider)
);
CREATE TABLE key_rotations (
  rotation_id INTEGER PRIMARY KEY AUTOINCREMENT, started_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL DEFAULT 0,
  master_made INTEGER NOT NULL DEFAULT 0, place TEXT NOT NULL DEFAULT '', last_key TEXT NOT NULL DEFAULT '',
  rewrapped INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX key_rotation_under_way ON key_rotations (finished_ms) WHERE finished_ms = 0;
CREATE TABLE tenant_onboardings (
  tenant_id TEXT PRIMARY KEY, started_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tenant_erasures (
  tenant_id TEXT PRIMARY KEY, certificate_id TEXT NOT NULL, requested_ms INTEGER NOT NULL, export_file TEXT NOT NULL,
  warehouse_json TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE erasure_certificates (
  certificate_id TEXT PRIMARY KEY, erased_tenant TEXT NOT NULL, erased_ms INTEGER NOT NULL, certificate_json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX erasures_of_tenant ON erasure_certificates (erased_tenant, erased_ms);
)sql";

// hold tells why an item is not looked at: 'pipeline' (another run of its pipeline comes first), 'slot' (the tenant has no free
// slot), 'backfill' (enough of the tenant's backfills run), 'tenant' (it is suspended).  The triggers keep history and queue
// in step with the runs, whoever ends a run and however: in the transaction that does.  Days of a backfill stand behind
// scheduled runs of their pipeline ('scheduler' > 'backfill'), and in the order of their dates.
constexpr std::string_view queue_sql = R"sql(
ALTER TABLE tenant_pipeline_execution_queue ADD COLUMN hold TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_pipeline_execution_queue ADD COLUMN pipeline_logging_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_pipeline_execution_queue ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_pipeline_execution_queue ADD COLUMN actor TEXT NOT NULL DEFAULT '';
DROP INDEX execution_queue_due;
DROP INDEX execution_queue_of_tenant;
CREATE INDEX execution_queue_due ON tenant_pipeline_execution_queue (priority DESC, not_before_ms, queue_id)
  WHERE status = 'QUEUED' AND hold = '';
CREATE INDEX execution_queue_wake ON tenant_pipeline_execution_queue (not_before_ms) WHERE status = 'QUEUED' AND hold = '';
CREATE INDEX execution_queue_lane ON tenant_pipeline_execution_queue (tenant_id, pipeline_id, status, trigger_type DESC, queue_id);
CREATE INDEX execution_queue_held ON tenant_pipeline_execution_queue (tenant_id, hold, priority DESC, queue_id) WHERE hold <> '';
CREATE INDEX execution_queue_running ON tenant_pipeline_execution_queue (pipeline_logging_id) WHERE status = 'PROCESSING';
CREATE INDEX execution_queue_of_history ON tenant_pipeline_execution_queue (scheduled_run_id);
CREATE INDEX scheduled_runs_live ON tenant_scheduled_pipeline_runs (status) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX scheduled_runs_ended ON tenant_scheduled_pipeline_runs (end_ms) WHERE end_ms > 0;
CREATE TABLE tenant_backfills (
  backfill_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, pipeline_id TEXT NOT NULL, provider TEXT NOT NULL, domain TEXT NOT NULL,
  pipeline_template TEXT NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL, parameters_json TEXT NOT NULL,
  priority INTEGER NOT NULL, user_id TEXT NOT NULL, actor TEXT NOT NULL, days_total INTEGER NOT NULL,
  days_cancelled INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL, cancelled_ms INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX backfills_of_tenant ON tenant_backfills (tenant_id);
CREATE INDEX usage_of_date ON tenant_usage_quotas (usage_date);
CREATE TABLE tenant_usage_history (
  tenant_id TEXT NOT NULL, usage_date TEXT NOT NULL, pipelines_run_today INTEGER NOT NULL, pipelines_run_month INTEGER NOT NULL,
  pipelines_succeeded_today INTEGER NOT NULL, pipelines_failed_today INTEGER NOT NULL, max_concurrent_reached INTEGER NOT NULL,
  archived_ms INTEGER NOT NULL, PRIMARY KEY (tenant_id, usage_date)
) WITHOUT ROWID;
CREATE TRIGGER queue_moves_on AFTER DELETE ON tenant_pipeline_execution_queue BEGIN
  UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE hold = 'pipeline' AND queue_id = (
    SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = OLD.tenant_id AND pipeline_id = OLD.pipeline_id
    AND status = 'QUEUED' ORDER BY trigger_type DESC, queue_id LIMIT 1);
  UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE OLD.trigger_type = 'backfill' AND queue_id = (
    SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = OLD.tenant_id AND hold = 'backfill'
    ORDER BY priority DESC, queue_id LIMIT 1);
END;
CREATE TRIGGER queue_follows_runs AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status IN ('COMPLETE', 'FAILED') AND OLD.status IN ('PENDING', 'RUNNING') BEGIN
  UPDATE tenant_scheduled_pipeline_runs SET status = CASE NEW.status WHEN 'COMPLETE' THEN 'COMPLETED' ELSE 'FAILED' END,
    end_ms = NEW.end_ms, error_message = NEW.error_message
  WHERE status IN ('PENDING', 'RUNNING') AND scheduled_run_id = (SELECT q.scheduled_run_id FROM tenant_pipeline_execution_queue q
    WHERE q.pipeline_logging_id = NEW.pipeline_logging_id AND q.status = 'PROCESSING');
  UPDATE tenant_pipeline_configs SET last_run_status = NEW.status WHERE config_id = (
    SELECT h.config_id FROM tenant_pipeline_execution_queue q JOIN tenant_scheduled_pipeline_runs h USING (scheduled_run_id)
    WHERE q.pipeline_logging_id = NEW.pipeline_logging_id AND q.status = 'PROCESSING');
  DELETE FROM tenant_pipeline_execution_queue WHERE pipeline_logging_id = NEW.pipeline_logging_id AND status = 'PROCESSING';
  UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE hold = 'pipeline' AND queue_id = (
    SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = NEW.tenant_id AND pipeline_id = NEW.pipeline_id
    AND status = 'QUEUED' ORDER BY trigger_type DESC, queue_id LIMIT 1);
  UPDATE tenant_pipeline_execution_queue SET hold = '' WHERE queue_id = (
    SELECT queue_id FROM tenant_pipeline_execution_queue WHERE tenant_id = NEW.tenant_id AND hold = 'slot'
    ORDER BY priority DESC, queue_id LIMIT 1);
END;
)sql";

// A wish to cancel stands in the run's row, so that it outlives a server.  The partitions of the runs' log are tables of
// their own, made when the first line of a month and a retention comes, and dropped whole (run_log.cpp).
constexpr std::string_view run_control_sql = R"sql(
ALTER TABLE tenant_pipeline_runs ADD COLUMN retry_of TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_pipeline_runs ADD COLUMN cancel_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant_pipeline_runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN as_of_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN progress REAL NOT NULL DEFAULT 0;
ALTER TABLE tenant_step_logs ADD COLUMN progress REAL NOT NULL DEFAULT 0;
CREATE INDEX runs_in_service ON tenant_pipeline_runs (queue_tag) WHERE status = 'RUNNING';
CREATE TABLE run_log_partitions (
  partition_name TEXT PRIMARY KEY, retention_days INTEGER NOT NULL, month_begin TEXT NOT NULL, drop_after_ms INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// What ends a run announces it, whoever ends it: a trigger, so that no way out of a run can forget its event.  Webhooks are
// told when the tenant has one, lineage when the operator switched it on (outbox_topics, written at every start).
constexpr std::string_view deliver_sql = R"sql(
CREATE TABLE tenant_webhooks (
  webhook_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenant_profiles ON DELETE CASCADE, url TEXT NOT NULL,
  events TEXT NOT NULL, description TEXT NOT NULL, encrypted_secret BLOB NOT NULL, is_active INTEGER NOT NULL,
  disabled_reason TEXT NOT NULL DEFAULT '', created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
);
CREATE INDEX webhooks_of_tenant ON tenant_webhooks (tenant_id);
CREATE TABLE webhook_deliveries (
  delivery_id TEXT PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES tenant_webhooks ON DELETE CASCADE,
  tenant_id TEXT NOT NULL, event TEXT NOT NULL, event_id TEXT NOT NULL, body_json TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('WAITING', 'DELIVERED', 'FAILED')), attempts INTEGER NOT NULL DEFAULT 0,
  next_ms INTEGER NOT NULL, http_status INTEGER NOT NULL DEFAULT 0, error_message TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL DEFAULT 0, duration_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_ms) WHERE status = 'WAITING';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (webhook_id, created_ms);
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_ms) WHERE status IN ('DELIVERED', 'FAILED');
CREATE TABLE tenant_notices (
  tenant_id TEXT NOT NULL, notice TEXT NOT NULL, notice_key TEXT NOT NULL, created_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, notice, notice_key)
) WITHOUT ROWID;
CREATE TABLE outbox_topics (kind TEXT PRIMARY KEY, is_on INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX outbox_of_kind ON outbox (kind, outbox_id);
CREATE TRIGGER run_started AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status = 'RUNNING' AND NEW.lease_token = 1 BEGIN
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms)
    SELECT NEW.tenant_id, 'lineage', 'START:' || NEW.pipeline_logging_id, '{}', NEW.start_ms
    WHERE EXISTS (SELECT 1 FROM outbox_topics WHERE kind = 'lineage' AND is_on = 1)
    ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
END;
CREATE TRIGGER run_ended AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status IN ('COMPLETE', 'FAILED') AND OLD.status IN ('PENDING', 'RUNNING') BEGIN
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms)
    SELECT NEW.tenant_id, 'event', 'run:' || NEW.pipeline_logging_id, '{}', NEW.end_ms
    WHERE EXISTS (SELECT 1 FROM tenant_webhooks w WHERE w.tenant_id = NEW.tenant_id AND w.is_active = 1)
    ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms)
    SELECT NEW.tenant_id, 'lineage', NEW.status || ':' || NEW.pipeline_logging_id, '{}', NEW.end_ms
    WHERE NEW.start_ms <> 0 AND EXISTS (SELECT 1 FROM outbox_topics WHERE kind = 'lineage' AND is_on = 1)
    ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
END;
)sql";

// Nothing of a tenant whose dataset was being made anew is taken away after a crash: what is gone of it is mirrored again.
constexpr std::string_view recreation_sql = R"sql(
ALTER TABLE tenant_onboardings ADD COLUMN is_recreation INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::string_view trace_sql = R"sql(
ALTER TABLE tenant_pipeline_runs ADD COLUMN trace_id TEXT NOT NULL DEFAULT '';
)sql";

// queue_turn is larger the later a queued run of the tenant began: who waits longest for a turn has it next.
constexpr std::string_view queue_turns_sql = R"sql(
ALTER TABLE tenant_profiles ADD COLUMN queue_turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX profiles_in_turn ON tenant_profiles (queue_turn);
DROP INDEX execution_queue_due;
CREATE INDEX execution_queue_due ON tenant_pipeline_execution_queue (tenant_id, priority DESC, not_before_ms, queue_id)
  WHERE status = 'QUEUED' AND hold = '';
)sql";

// What a run has to do with the ends of servers (run_leases.cpp tells the rule). runs_suspected is empty but after crashes.
constexpr std::string_view deaths_sql = R"sql(
ALTER TABLE tenant_pipeline_runs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN charged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN alone_until_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN lease_left INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant_pipeline_runs ADD COLUMN lease_steps INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_suspected ON tenant_pipeline_runs (deaths DESC, queue_tag)
  WHERE status = 'PENDING' AND is_held = 0 AND deaths >= 2;
)sql";

// Credentials that were stored before the mirror knew of them.
constexpr std::string_view mirrored_credentials_sql = R"sql(
INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms)
  SELECT DISTINCT tenant_id, 'mirror', 'tenant:credentials', '{}', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM tenant_cloud_credentials WHERE true
  ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
)sql";

constexpr auto migrations = std::to_array<Migration>({
    {1, "tenants, keys, plans, usage and credentials", tenants_sql},
    {2, "runs, steps, results and outbox", runs_sql},
    {3, "schedules and their queue", schedules_sql},
    {4, "audit and idempotency", access_sql},
    {5, "names of keys, held runs, the chain of the audit log", keys_sql},
    {6, "data keys, credentials, key rotations, erasures", tenancy_sql},
    {7, "holds of the queue, backfills, the usage of former days", queue_sql},
    {8, "cancel, retry, attempts and the log of runs", run_control_sql},
    {9, "webhooks, deliveries and notices", deliver_sql},
    {11, "datasets that are made anew", recreation_sql},
    {12, "the trace that a run was asked for in", trace_sql},
    {13, "what the end of a run sets going, runs that were tried again, waits for quota", run_ends_sql},
    {14, "turns of the tenants in the queue", queue_turns_sql},
    {15, "runs that were under way when a server ended", deaths_sql},
    {16, "credentials are mirrored", mirrored_credentials_sql},
});

Status apply(SqliteConnection& connection, const Migration& migration) {
  CVG_RETURN_IF_ERROR(connection.run_script("BEGIN IMMEDIATE"));
  Status done = connection.run_script(std::string(migration.sql));
  if (done.ok()) {
    Statement& row = connection.prepare("INSERT INTO schema_migrations (version, name, applied_ms) VALUES (?1, ?2, ?3)");
    row.bind(1, migration.number).bind(2, migration.name).bind(3, SystemClock().now_ms()).step();
    done = connection.end_use();
  }
  if (done.ok()) done = connection.run_script("COMMIT");
  if (done.ok()) return done;
  if (connection.in_transaction()) static_cast<void>(connection.run_script("ROLLBACK"));
  return Status(done.code(), fmt::format("The state store cannot be brought to version {} ({}).", migration.number, migration.name),
                done.log_text());
}

}  // namespace

std::int64_t newest_migration() { return migrations.back().number; }

Status migrate(SqliteConnection& connection, std::int64_t last) {
  CVG_RETURN_IF_ERROR(connection.run_script(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ms INTEGER NOT NULL)"));
  std::int64_t applied = 0;
  Statement& row = connection.prepare("SELECT coalesce(max(version), 0) FROM schema_migrations");
  if (row.step()) applied = row.integer(0);
  CVG_RETURN_IF_ERROR(connection.end_use());
  if (applied > newest_migration())
    return Status(Code::state, fmt::format("The state store was written by a newer Convergence: it has version {}, this program knows {}.",
                                           applied, newest_migration()));
  for (const Migration& migration : migrations)
    if (migration.number > applied && migration.number <= last) CVG_RETURN_IF_ERROR(apply(connection, migration));
  return Status();
}

}  // namespace cvg
