// The thirteenth step of core/state/migrations.h: triggers that follow a run's beginning and its end.  A constant.
#pragma once

#include <string_view>

namespace cvg {

// A run that ended before it began has its lineage event as well.  Each trigger asks first whether it has anything to do: most
// runs stand in no queue and have no webhook, and every run pays for what a trigger opens.  waits_for is 'quota' where the
// plan refused a queued run.
inline constexpr std::string_view run_ends_sql = R"sql(
ALTER TABLE tenant_pipeline_execution_queue ADD COLUMN waits_for TEXT NOT NULL DEFAULT '';
UPDATE tenant_pipeline_execution_queue SET waits_for = 'quota' WHERE trigger_type = 'backfill' AND attempt = 0 AND not_before_ms > created_ms;
CREATE INDEX runs_retried ON tenant_pipeline_runs (retry_of) WHERE retry_of <> '';
DROP TRIGGER run_started;
CREATE TRIGGER run_started AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status = 'RUNNING' AND NEW.lease_token = 1 AND EXISTS (SELECT 1 FROM outbox_topics WHERE kind = 'lineage' AND is_on = 1) BEGIN
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (NEW.tenant_id, 'lineage',
    'START:' || NEW.pipeline_logging_id, '{}', NEW.start_ms) ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
END;
DROP TRIGGER run_ended;
CREATE TRIGGER run_ended_for_webhooks AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status IN ('COMPLETE', 'FAILED') AND OLD.status IN ('PENDING', 'RUNNING')
  AND EXISTS (SELECT 1 FROM tenant_webhooks w WHERE w.tenant_id = NEW.tenant_id AND w.is_active = 1) BEGIN
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (NEW.tenant_id, 'event',
    'run:' || NEW.pipeline_logging_id, '{}', NEW.end_ms) ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
END;
CREATE TRIGGER run_ended_for_lineage AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status IN ('COMPLETE', 'FAILED') AND OLD.status IN ('PENDING', 'RUNNING')
  AND EXISTS (SELECT 1 FROM outbox_topics WHERE kind = 'lineage' AND is_on = 1) BEGIN
  INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (NEW.tenant_id, 'lineage',
    NEW.status || ':' || NEW.pipeline_logging_id, '{}', NEW.end_ms) ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING;
END;
DROP TRIGGER queue_follows_runs;
CREATE TRIGGER queue_follows_runs AFTER UPDATE OF status ON tenant_pipeline_runs
WHEN NEW.status IN ('COMPLETE', 'FAILED') AND OLD.status IN ('PENDING', 'RUNNING')
  AND EXISTS (SELECT 1 FROM tenant_pipeline_execution_queue WHERE tenant_id = NEW.tenant_id) BEGIN
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

}  // namespace cvg
