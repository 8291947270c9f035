#include "core/run/run_recorder.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "core/base/secret_text.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warning", "error"};
constexpr std::size_t line_bytes_max = 4096;
constexpr std::int64_t progress_pause_ms = 500;
constexpr double running_progress_max = 0.99;
constexpr const char* failed_attempts_field = "failed_attempts";

// A number or a text's JSON; nothing for null.
std::string json_or_empty(const Json& json) { return json.is_null() ? std::string() : json.dump(); }

// Check results may say {"passed":..,"failed":..} about themselves; everything else of a step's outputs is kept as it came.
std::string metadata_of(const StepResult& result) {
  Json metadata = result.outputs;
  if (result.inputs.size() > 0) metadata.set("inputs", result.inputs);
  if (!result.units.empty()) metadata.set("responsible_for", to_json(result.units));
  if (!result.status.ok() && !result.status.detail_json().empty()) {
    const Result<Json> detail = parse_json(result.status.detail_json());
    if (detail.ok()) metadata.set("error", *detail);
  }
  return metadata.dump();
}

// Text by text: in the document's own text an escape could hide where a secret begins.
std::string redacted_json(const std::string& text, const Redactor& redactor) {
  const Result<Json> json = parse_json(text);
  return json.ok() ? with_texts(*json, [&](std::string_view one) { return redactor.redact(one); }).dump() : redactor.redact(text);
}

}  // namespace

std::int32_t failed_attempts(const StepRun& row) {
  if (is_terminal(row.state)) return 0;
  const Result<Json> metadata = parse_json(row.metadata_json);
  return metadata.ok() ? static_cast<std::int32_t>((*metadata)[failed_attempts_field].integer()) : 0;
}

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

void RunRecorder::continue_log(std::int64_t last_line) {
  MutexLock lock(mutex_);
  last_line_ = logged_ = last_line;
}

void RunRecorder::add_line(std::string_view kind, Severity level, const std::string& step_id, std::int32_t attempt,
                           std::string_view message, const std::string& fields_json) {
  RunLogLine line;
  line.seq = ++last_line_;
  line.at_ms = run_.environment.clock.now_ms();
  line.kind = kind;
  line.level = level_names[static_cast<std::size_t>(level)];
  line.step_id = step_id;
  line.attempt = attempt;
  line.message = run_.environment.log.redactor().redact(message.substr(0, line_bytes_max));
  if (fields_json.size() <= line_bytes_max) line.fields_json = redacted_json(fields_json, run_.environment.log.redactor());
  lines_.push_back(std::move(line));
}

void RunRecorder::step_logged(const StepSpec& step, std::int32_t attempt, Severity level, std::string_view message, const Json& fields) {
  const std::int64_t lines_max = run_.environment.limits.log_lines_max;
  MutexLock lock(mutex_);
  if (logged_ > lines_max) return;
  if (++logged_ > lines_max) return add_line("log", Severity::warning, step.id, attempt, "Further lines of this run are not kept");
  add_line("log", level, step.id, attempt, message, fields.is_object() && fields.size() > 0 ? fields.dump() : std::string());
}

void RunRecorder::step_progressed(const StepSpec& step, double fraction, std::int64_t rows, std::int64_t bytes) {
  const std::int64_t now = run_.environment.clock.monotonic_ms();
  MutexLock lock(mutex_);
  const auto found = rows_.find(step.id);
  if (found == rows_.end() || found->second.state != StepState::running) return;
  StepRun& row = found->second;
  // It never goes back, and is whole at the end only.
  if (fraction >= 0) row.progress = std::max(row.progress, std::min(fraction, running_progress_max));
  if (rows > 0) row.rows_processed = rows;
  if (bytes > 0) row.bytes_processed = bytes;
  // Plugins tell as often as they like.
  std::int64_t& noted = progressed_ms_[step.id];
  if (noted != 0 && now - noted < progress_pause_ms) return;
  noted = now;
  changed_.insert(step.id);
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
    add_line("run", Severity::info, "", run_.run.attempts, "Run started");
  }
  run_.environment.counters.runs_started.fetch_add(1);
  run_.environment.log.info("Run started", {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"pipeline_id", run_.run.pipeline_id}});
}

void RunRecorder::step_started(const StepSpec& step, std::int32_t attempt) {
  MutexLock lock(mutex_);
  StepRun& row = row_of(step);
  if (is_terminal(row.state)) {  // of an earlier life of a gated run, which published nothing
    row.end_ms = row.rows_processed = row.bytes_processed = 0;
    row.progress = 0;
    row.error_message.clear();
    row.metadata_json.clear();
  }
  row.state = StepState::running;
  row.attempt = attempt;
  if (row.start_ms == 0) row.start_ms = run_.environment.clock.now_ms();
  add_line("step", Severity::info, step.id, attempt, "Step started");
}

void RunRecorder::step_retried(const StepSpec& step, std::int32_t attempt, const Status& status, std::int64_t wait_ms) {
  run_.environment.counters.steps_retried.fetch_add(1);
  {
    MutexLock lock(mutex_);
    StepRun& row = row_of(step);
    row.error_message = fmt::format("attempt {}: {}", attempt, status.text());
    row.metadata_json = Json::object().set(failed_attempts_field, failed_attempts(row) + 1).dump();
    add_line("step", Severity::warning, step.id, attempt, fmt::format("Step will be tried again in {} ms: {}", wait_ms, status.text()));
  }
  run_.environment.log.warning("Step will be tried again",
                               {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"step_id", step.id},
                                {"error", status.log_text()}, {"wait_ms", std::to_string(wait_ms)}});
}

Status RunRecorder::store_results(const StepSpec& step, const Json& results) {
  RunCounters& counters = run_.environment.counters;
  std::vector<DqResult> rows;
  for (const Json& item : results.items()) rows.push_back(dq_row(item, run_.tenant.id, static_cast<std::int32_t>(rows.size())));
  CVG_RETURN_IF_ERROR(run_.environment.store.put_dq_results(run_.lease, step.id, rows));
  for (const DqResult& row : rows) (row.success ? counters.expectations_passed : counters.expectations_failed).fetch_add(1);
  return {};
}

void RunRecorder::step_finished(const StepSpec& step, const StepResult& result) {
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
    add_line("step", complete ? Severity::info : Severity::error, step.id, result.attempt,
             complete ? std::string("Step complete") : "Step failed: " + result.status.text());
    counters.rows.fetch_add(row.rows_processed);
    counters.bytes.fetch_add(row.bytes_processed);
  }
  run_.environment.log.write(complete ? Severity::info : Severity::error, complete ? "Step complete" : "Step failed",
                             {{"tenant_id", run_.tenant.id}, {"run_id", run_.run.id}, {"step_id", step.id},
                              {"error", complete ? std::string_view() : std::string_view(result.status.log_text())}});
}

void RunRecorder::step_skipped(const StepSpec& step) {
  MutexLock lock(mutex_);
  if (is_terminal(rows_.at(step.id).state)) return;
  run_.environment.counters.steps_skipped.fetch_add(1);
  row_of(step).state = StepState::skipped;
  add_line("step", Severity::info, step.id, 0, "Step skipped");
}

void RunRecorder::step_refused(const StepSpec& step) {
  MutexLock lock(mutex_);
  const StepRun& row = rows_.at(step.id);
  Result<Json> metadata = parse_json(row.metadata_json);
  if (row.state != StepState::complete || !metadata.ok() || !metadata->is_object() || metadata->find("reused_from")) return;
  row_of(step).metadata_json = metadata->set("gate_refused", true).dump();
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
  std::vector<RunLogLine> lines;
  {
    MutexLock lock(mutex_);
    rows = take_changed();
    lines = take_lines();
  }
  if (rows.empty() && lines.empty()) return {};
  const Status status = run_.environment.store.put_steps(run_.lease, rows, lines);
  if (!status.ok()) give_back(rows, std::move(lines));
  else if (run_.environment.events) run_.environment.events->wrote(run_.run.id);
  return status;
}

std::vector<RunLogLine> RunRecorder::take_lines() { return std::exchange(lines_, {}); }

void RunRecorder::give_back(const std::vector<StepRun>& rows, std::vector<RunLogLine> lines) {
  MutexLock lock(mutex_);
  lines.insert(lines.end(), std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()));
  lines_ = std::move(lines);
  for (const StepRun& row : rows) changed_.insert(row.step_id);
}

void RunRecorder::flush_quietly() {
  const Status status = flush();
  if (status.ok()) return;
  run_.environment.log.warning("Step rows could not be written", {{"run_id", run_.run.id}, {"error", status.log_text()}});
  if (status.code() == Code::conflict) run_.ask_to_stop(StopKind::lease_lost, status.text());
}

Status RunRecorder::run_finished(RunState state, const std::string& error_message, const std::vector<std::string>& spared) {
  MutexLock one(flush_mutex_);
  const Status ended = end_run(state, error_message, spared);
  if (ended.code() != Code::cancelled || state == RunState::complete) return ended;
  // A cancel came first: the run ends as it was promised to the one who asked.
  return end_run(RunState::failed, ended.text(), spared);
}

// A line that is not numbered yet.
RunLogLine RunRecorder::line_of(std::string_view kind, Severity level, const std::string& message) const {
  RunLogLine line;
  line.at_ms = run_.environment.clock.now_ms();
  line.kind = kind;
  line.level = level_names[static_cast<std::size_t>(level)];
  line.message = message;
  return line;
}

Status RunRecorder::end_run(RunState state, const std::string& error_message, const std::vector<std::string>& spared) {
  const bool complete = state == RunState::complete;
  std::int64_t rows = 0;
  std::int64_t last_line = 0;
  std::vector<StepRun> changed, all;
  std::vector<RunLogLine> lines;
  {
    MutexLock lock(mutex_);
    last_line = last_line_;
    for (const auto& [id, row] : rows_) rows += row.state == StepState::complete ? row.rows_processed : 0;
    changed = take_changed();
    lines = take_lines();
    all = changed;
    for (const std::string& id : spared) all.push_back(rows_.at(id)), all.back().state = StepState::skipped;
  }
  const std::size_t told = lines.size();
  for (const std::string& id : spared) lines.push_back(line_of("step", Severity::info, "Step skipped")), lines.back().step_id = id;
  lines.push_back(complete ? line_of("run", Severity::info, "Run complete")
                           : line_of("run", Severity::error, "Run failed: " + error_message.substr(0, line_bytes_max)));
  lines.back().attempt = run_.run.attempts;
  for (std::size_t i = told; i < lines.size(); ++i) lines[i].seq = ++last_line;
  RunEnvironment& environment = run_.environment;
  const Status stored = environment.store.finish(run_.lease, state, error_message, rows, outbox_of_end(run_.run), all, lines);
  if (!stored.ok()) {
    lines.resize(told);
    give_back(changed, std::move(lines));
    return stored;
  }
  if (environment.events) environment.events->wrote(run_.run.id);
  environment.counters.steps_skipped.fetch_add(static_cast<std::int64_t>(spared.size()));
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
