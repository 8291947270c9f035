// Rows of tenant_pipeline_runs, tenant_step_logs and tenant_dq_results as values: one list of columns each.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/model/run.h"
#include "core/model/tenant.h"
#include "core/state/audit_log.h"
#include "core/state/database.h"

namespace cvg {

// The columns in the order in which read_run() and its like expect them.
inline constexpr std::string_view run_columns =
    "pipeline_logging_id, tenant_id, pipeline_id, provider, domain, template_name, status, trigger_type, trigger_by, user_id, "
    "run_date, parameters_json, error_message, request_id, created_ms, start_ms, end_ms, steps_total, steps_complete, "
    "rows_processed, run_number, lease_token, retry_of, cancel_reason, attempts, as_of_ms, retention_days, progress, trace_id, "
    "deaths, charged";
inline constexpr int run_number_column = 20, lease_token_column = 21, run_column_count = 31;

Run read_run(const Statement& row);
StepRun read_step(const Statement& row);
DqResult read_dq_result(const Statement& row);
inline constexpr std::string_view select_steps_sql =
    "SELECT pipeline_logging_id, tenant_id, step_id, step_name, step_type, step_index, status, attempt, start_ms, end_ms, "
    "rows_processed, bytes_processed, error_message, metadata_json, progress FROM tenant_step_logs WHERE pipeline_logging_id = ?1 "
    "ORDER BY step_index, step_id";
inline constexpr std::string_view select_dq_results_sql =
    "SELECT pipeline_logging_id, tenant_id, step_id, result_index, expectation_type, column_name, severity, success, "
    "observed_value_json, kwargs_json, sample_json, element_count, missing_count, unexpected_count, unexpected_percent, "
    "duration_ms, created_ms FROM tenant_dq_results WHERE pipeline_logging_id = ?1 ORDER BY step_id, result_index";

// Code::conflict unless the lease still holds its run: every write of a worker asks this in its own transaction.
Status check_lease(Connection& connection, const Lease& lease);
void insert_run(Connection& connection, const Run& run, bool counts_quota, std::int64_t queue_tag);
void put_step(Connection& connection, const StepRun& step);  // changes() tells whether the row took it
void insert_dq_result(Connection& connection, const DqResult& result);
void insert_outbox(Connection& connection, const OutboxEntry& entry, std::int64_t now_ms);  // once by (kind, tenant, key)

}  // namespace cvg
