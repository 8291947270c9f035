// What a pipeline run is: its row, its steps' rows, its results, and the legal moves of their states (api.md section 5).
// Plain values; times are milliseconds since the epoch, UTC; 0 means not yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvg {

enum class RunState : std::uint8_t { pending, running, complete, failed };
enum class StepState : std::uint8_t { pending, running, complete, failed, skipped };

std::string_view to_text(RunState state);    // "PENDING", "RUNNING", "COMPLETE", "FAILED"
std::string_view to_text(StepState state);
bool run_state_from_text(std::string_view text, RunState& out);    // case-insensitive
bool step_state_from_text(std::string_view text, StepState& out);
bool may_move(RunState from, RunState to);    // the table of legal moves; terminal states never change
bool may_move(StepState from, StepState to);
bool is_terminal(RunState state);
bool is_terminal(StepState state);

struct Run {
  std::string id;           // pipeline_logging_id, a UUID
  std::string tenant_id;    // lower case
  std::string pipeline_id;  // "{tenant}-{provider}-{domain}-{template}", lower case
  std::string provider, domain, template_name;
  RunState state = RunState::pending;
  std::string trigger_type;  // api, scheduler, onboarding, backfill, retry
  std::string trigger_by;
  std::string user_id;          // may be empty
  std::string run_date;         // YYYY-MM-DD
  std::string parameters_json;  // the template variables of the request, secrets redacted
  std::string error_message;
  std::string request_id;
  std::string trace_id;         // of the request that asked for it (W3C Trace Context); empty: it named none
  std::int64_t created_ms = 0, start_ms = 0, end_ms = 0;
  std::int32_t steps_total = 0, steps_complete = 0;
  std::int64_t rows_processed = 0;
  std::string retry_of;         // the failed run whose finished steps this one reuses; may be empty
  std::string cancel_reason;    // somebody wants it to end; the message that it will end with
  std::int32_t attempts = 0;    // workers that have taken it so far, those that gave it back in order not counted
  std::int32_t deaths = 0;      // in a row: servers that ended while it was under way and none of its steps did
  std::int32_t charged = 0;     // attempts lost by what looks like its own doing
  std::int64_t alone_until_ms = 0;  // as leased: nothing else is leased beside it before then; 0: it need not be alone
  std::int64_t as_of_ms = 0;    // the instant that "yesterday" is counted from; 0: created_ms
  std::int64_t retention_days = 0;  // of its log, by the tenant's plan when it was accepted
  double progress = 0;          // 0..1, the mean of its steps
};

struct StepRun {
  std::string run_id, tenant_id;
  std::string step_id, step_name, step_type;
  std::int32_t step_index = 0;
  StepState state = StepState::pending;
  std::int32_t attempt = 0;
  std::int64_t start_ms = 0, end_ms = 0;
  std::int64_t rows_processed = 0, bytes_processed = 0;
  double progress = 0;  // 0..1 as the step tells; 1 when it is complete
  std::string error_message;
  std::string metadata_json;  // the step's outputs
};

// One line of a run's log, or one event of it; counted from 1 within the run.
struct RunLogLine {
  std::int64_t seq = 0, at_ms = 0;
  std::string kind;   // run, step, log
  std::string level;  // debug, info, warning, error
  std::string step_id;
  std::int32_t attempt = 0;
  std::string message;
  std::string fields_json;  // an object, or empty
};

struct DqResult {
  std::string run_id, tenant_id, step_id;
  std::int32_t result_index = 0;
  std::string expectation_type, column_name, severity;
  bool success = false;
  std::string observed_value_json, kwargs_json, sample_json;  // JSON texts, may be empty
  std::int64_t element_count = 0, missing_count = 0, unexpected_count = 0;
  double unexpected_percent = 0;
  std::int64_t duration_ms = 0;
  std::int64_t created_ms = 0;
};

// Rows that go out after a run ended, exactly once by key (mirror, webhooks, lineage).
struct OutboxEntry {
  std::int64_t id = 0;
  std::string tenant_id, kind, key, body_json;
};

// What a worker holds while it executes a run: every later write shows the token.
struct Lease {
  std::string run_id;
  std::int64_t token = 0;
  std::int64_t expires_ms = 0;
};

}  // namespace cvg
