#include "core/run/run_recorder.h"

#include <cstdlib>

#include "core/base/text.h"

namespace cvg {
namespace {

// A number or a text's JSON; nothing for null.
std::string json_or_empty(const Json& json) { return json.is_null() ? std::string() : json.dump(); }

// Check results may say {"passed":..,"failed":..} about themselves; everything else of a step's outputs is kept as it came.
std::string metadata_of(const StepResult& result) {
  Json metadata = result.outputs;
  if (!result.units.empty()) metadata.set("responsible_for", to_json(result.units));
  if (!result.status.ok() && !result.status.detail_json().empty()) {
    const Result<Json> detail = parse_json(result.status.detail_json());
    if (detail.ok()) metadata.set("error", *detail);
  }
  return metadata.dump();
}

}  // namespace

std::vector<OutboxEntry> outbox_of_end(const Run& run) { return {{0, run.tenant_id, "mirror", run.id, "{}"}}; }

DqResult dq_row(const Json& result, const std::string& tenant_id, std::int32_t index) {
  DqResult row;
  row.tenant_id = tenant_id;
  row.result_index = index;
  row.expectation_type = result["expectation_type"].text();
  row.column_name = result["column"].text();
  row.severity = result["severity"].text();
  row.success = result["success"].boolean();
  row.observed_value_json = json_or_empty(result["observed_value"]);
  row.kwargs_json = json_or_empty(result["kwargs"]);
  row.sample_json = json_or_empty(result["partial_unexpected_list"]);
  row.element_count = result["element_count"].integer();
  row.missing_count = result["missing_count"].integer();
  row.unexpected_count = result["unexpected_count"].integer();
  row.unexpected_percent = std::strtod(result["unexpected_percent"].text().c_str(), nullptr);
  row.duration_ms = result["duration_ms"].integer();
  return row;
}

StepRun& RunRecorder::row_of(const StepSpec& step) {
  changed_.insert(step.id);
  return rows_.at(step.id);
}

void RunRecorder::restore(const std::vector<StepRun>& rows) {
  MutexLock lock(mutex_);
  for (const StepRun& row : rows) {
    rows_[row.step_id] = row;
    if (row.state == StepState::failed && first_error_.empty()) first_error_ = fmt::format("step '{}': {}", row.step_id, row.error_message);
  }
}

void RunRecorder::reuse(const StepRun& row) {
  MutexLock lock(mutex_);
  rows_[row.step_id] = row;
  changed_.insert(row.step_id);
}

void RunRecorder::run_started() {
  {
    MutexLock lock(mutex_);
    std::int32_t index = 0;
    for (const StepSpec& step : run_.pipeline.steps) {
      StepRun& row = rows_[step.id];
      row.step_index = index++;
      if (!row.step_id.empty()) continue;  // of an earlier life
      row.run_id = run_.run.id;
      row.tenant_id = run_.tenant.id;
      row.step_id = step.id;
      row.step_name = step.name;
      row.step_type = step.type;
      changed_.insert(step.id);
    }
  }
  run_.environment.counters.runs_started.fetch_add(1);
  run_.environment.log.info("Run started", {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"pipeline_id", run_.run.pipeline_id}});
}

void RunRecorder::step_started(const StepSpec& step, std::int32_t attempt) {
  MutexLock lock(mutex_);
  StepRun& row = row_of(step);
  row.state = StepState::running;
  row.attempt = attempt;
  if (row.start_ms == 0) row.start_ms = run_.environment.clock.now_ms();
}

void RunRecorder::step_retried(const StepSpec& step, std::int32_t attempt, const Status& status, std::int64_t wait_ms) {
  run_.environment.counters.steps_retried.fetch_add(1);
  {
    MutexLock lock(mutex_);
    row_of(step).error_message = fmt::format("attempt {}: {}", attempt, status.text());
  }
  run_.environment.log.warning("Step will be tried again",
                               {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"step_id", step.id},
                                {"error", status.log_text()}, {"wait_ms", std::to_string(wait_ms)}});
}

Status RunRecorder::step_finished(const StepSpec& step, const StepResult& result) {
  RunCounters& counters = run_.environment.counters;
  const bool complete = result.status.ok();
  (complete ? counters.steps_complete : counters.steps_failed).fetch_add(1);
  {
    MutexLock lock(mutex_);
    StepRun& row = row_of(step);
    row.state = complete ? StepState::complete : StepState::failed;
    if (complete) row.progress = 1;
    row.attempt = result.attempt;
    row.end_ms = run_.environment.clock.now_ms();
    row.rows_processed = result.outputs["rows"].integer();
    row.bytes_processed = result.outputs["bytes"].integer();
    row.error_message = complete ? "" : result.status.text();
    row.metadata_json = metadata_of(result);
    if (!complete && first_error_.empty() && step.trigger == Trigger::on_success && step.on_failure == OnFailure::stop) {
      first_error_ = fmt::format("step '{}': {}", step.id, result.status.text());
    }
    counters.rows.fetch_add(row.rows_processed);
    counters.bytes.fetch_add(row.bytes_processed);
  }
  run_.environment.log.write(complete ? Severity::info : Severity::error, complete ? "Step complete" : "Step failed",
                             {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"step_id", step.id},
                              {"error", complete ? std::string_view() : std::string_view(result.status.log_text())}});
  if (result.dq_results.size() == 0) return {};
  std::vector<DqResult> rows;
  for (const Json& item : result.dq_results.items()) {
    rows.push_back(dq_row(item, run_.tenant.id, static_cast<std::int32_t>(rows.size())));
    (rows.back().success ? counters.expectations_passed : counters.expectations_failed).fetch_add(1);
  }
  return run_.environment.store.put_dq_results(run_.lease, step.id, rows);
}

void RunRecorder::step_skipped(const StepSpec& step) {
  run_.environment.counters.steps_skipped.fetch_add(1);
  MutexLock lock(mutex_);
  row_of(step).state = StepState::skipped;
}

std::vector<StepRun> RunRecorder::take_changed() {
  std::vector<StepRun> out;
  for (const std::string& id : changed_) out.push_back(rows_.at(id));
  changed_.clear();
  return out;
}

Status RunRecorder::flush() {
  MutexLock one(flush_mutex_);
  std::vector<StepRun> rows;
  {
    MutexLock lock(mutex_);
    rows = take_changed();
  }
  if (rows.empty()) return {};
  const Status status = run_.environment.store.put_steps(run_.lease, rows);
  if (!status.ok()) give_back(rows);
  return status;
}

void RunRecorder::give_back(const std::vector<StepRun>& rows) {
  MutexLock lock(mutex_);
  for (const StepRun& row : rows) changed_.insert(row.step_id);
}

void RunRecorder::flush_quietly() {
  const Status status = flush();
  if (status.ok()) return;
  run_.environment.log.warning("Step rows could not be written", {{"run_id", run_.run.id}, {"error", status.log_text()}});
  if (status.code() == Code::conflict) run_.ask_to_stop(StopKind::lease_lost, status.text());
}

Status RunRecorder::run_finished(RunState state, const std::string& error_message) {
  MutexLock one(flush_mutex_);
  const Status ended = end_run(state, error_message);
  // A cancel came first: the run ends as it was promised to the one who asked.
  return ended.code() == Code::cancelled ? end_run(RunState::failed, ended.text()) : ended;
}

Status RunRecorder::end_run(RunState state, const std::string& error_message) {
  std::int64_t rows = 0;
  std::vector<StepRun> changed;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, row] : rows_) rows += row.state == StepState::complete ? row.rows_processed : 0;
    changed = take_changed();
  }
  RunEnvironment& environment = run_.environment;
  const Status stored = environment.store.finish(run_.lease, state, error_message, rows, outbox_of_end(run_.run), changed);
  if (!stored.ok()) {
    give_back(changed);
    return stored;
  }
  const bool complete = state == RunState::complete;
  (complete ? environment.counters.runs_complete : environment.counters.runs_failed).fetch_add(1);
  const std::int64_t ms = environment.clock.now_ms() - run_.run.start_ms;
  environment.counters.run_ms.fetch_add(ms);
  environment.log.write(complete ? Severity::info : Severity::error, complete ? "Run complete" : "Run failed",
                        {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"pipeline_id", run_.run.pipeline_id},
                         {"duration_ms", std::to_string(ms)}, {"rows", std::to_string(rows)}, {"error", error_message}});
  return {};
}

std::string RunRecorder::first_error() const {
  MutexLock lock(mutex_);
  return first_error_;
}

}  // namespace cvg
