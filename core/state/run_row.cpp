#include "core/state/run_row.h"

#include "core/base/text.h"

namespace cvg {

Run read_run(const Statement& row) {
  Run run;
  run.id = row.text(0);
  run.tenant_id = row.text(1);
  run.pipeline_id = row.text(2);
  run.provider = row.text(3);
  run.domain = row.text(4);
  run.template_name = row.text(5);
  run_state_from_text(row.text(6), run.state);
  run.trigger_type = row.text(7);
  run.trigger_by = row.text(8);
  run.user_id = row.text(9);
  run.run_date = row.text(10);
  run.parameters_json = row.text(11);
  run.error_message = row.text(12);
  run.request_id = row.text(13);
  run.created_ms = row.integer(14);
  run.start_ms = row.integer(15);
  run.end_ms = row.integer(16);
  run.steps_total = static_cast<std::int32_t>(row.integer(17));
  run.steps_complete = static_cast<std::int32_t>(row.integer(18));
  run.rows_processed = row.integer(19);
  run.retry_of = row.text(22);
  run.cancel_reason = row.text(23);
  run.attempts = static_cast<std::int32_t>(row.integer(24));
  run.as_of_ms = row.integer(25);
  run.retention_days = row.integer(26);
  run.progress = row.real(27);
  run.trace_id = row.text(28);
  run.deaths = static_cast<std::int32_t>(row.integer(29));
  run.charged = static_cast<std::int32_t>(row.integer(30));
  return run;
}

StepRun read_step(const Statement& row) {
  StepRun step;
  step.run_id = row.text(0);
  step.tenant_id = row.text(1);
  step.step_id = row.text(2);
  step.step_name = row.text(3);
  step.step_type = row.text(4);
  step.step_index = static_cast<std::int32_t>(row.integer(5));
  step_state_from_text(row.text(6), step.state);
  step.attempt = static_cast<std::int32_t>(row.integer(7));
  step.start_ms = row.integer(8);
  step.end_ms = row.integer(9);
  step.rows_processed = row.integer(10);
  step.bytes_processed = row.integer(11);
  step.error_message = row.text(12);
  step.metadata_json = row.text(13);
  step.progress = row.real(14);
  return step;
}

DqResult read_dq_result(const Statement& row) {
  DqResult result;
  result.run_id = row.text(0);
  result.tenant_id = row.text(1);
  result.step_id = row.text(2);
  result.result_index = static_cast<std::int32_t>(row.integer(3));
  result.expectation_type = row.text(4);
  result.column_name = row.text(5);
  result.severity = row.text(6);
  result.success = row.integer(7) != 0;
  result.observed_value_json = row.text(8);
  result.kwargs_json = row.text(9);
  result.sample_json = row.text(10);
  result.element_count = row.integer(11);
  result.missing_count = row.integer(12);
  result.unexpected_count = row.integer(13);
  result.unexpected_percent = row.real(14);
  result.duration_ms = row.integer(15);
  result.created_ms = row.integer(16);
  return result;
}

Status check_lease(Connection& connection, const Lease& lease) {
  Statement& row = connection.prepare(
      "SELECT 1 FROM tenant_pipeline_runs WHERE pipeline_logging_id = ?1 AND lease_token = ?2 AND status = 'RUNNING'");
  if (row.bind(1, lease.run_id).bind(2, lease.token).step()) return Status();
  return Status(Code::conflict, "The run is no longer held by this worker.",
                fmt::format("Run {}: the lease with token {} is over.", lease.run_id, lease.token))
      .with_retryable(false);
}

void insert_run(Connection& connection, const Run& run, bool counts_quota, std::int64_t queue_tag) {
  connection
      .prepare("INSERT INTO tenant_pipeline_runs (pipeline_logging_id, tenant_id, pipeline_id, provider, domain, template_name, "
               "status, trigger_type, trigger_by, user_id, run_date, parameters_json, error_message, request_id, created_ms, "
               "steps_total, counts_quota, queue_tag, retry_of, as_of_ms, retention_days, trace_id) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'PENDING', ?7, ?8, ?9, ?10, ?11, '', ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)")
      .bind(1, run.id).bind(2, run.tenant_id).bind(3, run.pipeline_id).bind(4, run.provider).bind(5, run.domain)
      .bind(6, run.template_name).bind(7, run.trigger_type).bind(8, run.trigger_by).bind(9, run.user_id)
      .bind(10, run.run_date).bind(11, run.parameters_json).bind(12, run.request_id).bind(13, run.created_ms)
      .bind(14, run.steps_total).bind(15, counts_quota ? 1 : 0).bind(16, queue_tag).bind(17, run.retry_of)
      .bind(18, run.as_of_ms).bind(19, run.retention_days).bind(20, run.trace_id)
      .step();
}

// A step that has ended keeps its state; the same state may come again with more to tell.
void put_step(Connection& connection, const StepRun& step) {
  connection
      .prepare("INSERT INTO tenant_step_logs (pipeline_logging_id, step_id, tenant_id, step_name, step_type, step_index, status, "
               "attempt, start_ms, end_ms, rows_processed, bytes_processed, error_message, metadata_json, progress) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
               "ON CONFLICT (pipeline_logging_id, step_id) DO UPDATE SET step_name = excluded.step_name, "
               "step_type = excluded.step_type, step_index = excluded.step_index, status = excluded.status, "
               "attempt = excluded.attempt, start_ms = excluded.start_ms, end_ms = excluded.end_ms, "
               "rows_processed = excluded.rows_processed, bytes_processed = excluded.bytes_processed, "
               "error_message = excluded.error_message, metadata_json = excluded.metadata_json, progress = excluded.progress "
               "WHERE status IN ('PENDING', 'RUNNING') OR status = excluded.status OR excluded.attempt > attempt")
      .bind(1, step.run_id).bind(2, step.step_id).bind(3, step.tenant_id).bind(4, step.step_name).bind(5, step.step_type)
      .bind(6, step.step_index).bind(7, to_text(step.state)).bind(8, step.attempt).bind(9, step.start_ms)
      .bind(10, step.end_ms).bind(11, step.rows_processed).bind(12, step.bytes_processed).bind(13, step.error_message)
      .bind(14, step.metadata_json).bind(15, step.progress)
      .step();
}

void insert_dq_result(Connection& connection, const DqResult& result) {
  connection
      .prepare("INSERT INTO tenant_dq_results (pipeline_logging_id, tenant_id, step_id, result_index, expectation_type, "
               "column_name, severity, success, observed_value_json, kwargs_json, sample_json, element_count, missing_count, "
               "unexpected_count, unexpected_percent, duration_ms, created_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)")
      .bind(1, result.run_id).bind(2, result.tenant_id).bind(3, result.step_id).bind(4, result.result_index)
      .bind(5, result.expectation_type).bind(6, result.column_name).bind(7, result.severity)
      .bind(8, result.success ? 1 : 0).bind(9, result.observed_value_json).bind(10, result.kwargs_json)
      .bind(11, result.sample_json).bind(12, result.element_count).bind(13, result.missing_count)
      .bind(14, result.unexpected_count).bind(15, result.unexpected_percent).bind(16, result.duration_ms)
      .bind(17, result.created_ms)
      .step();
}

void insert_outbox(Connection& c, const OutboxEntry& entry, std::int64_t now_ms) {
  c.prepare("INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING")
      .bind(1, entry.tenant_id).bind(2, entry.kind).bind(3, entry.key).bind(4, entry.body_json).bind(5, now_ms)
      .step();
}

}  // namespace cvg
