#include "core/run/executor.h"

#include <deque>
#include <map>
#include <optional>

#include "core/base/text.h"
#include "core/run/plan.h"
#include "core/run/reuse.h"
#include "core/run/step_runner.h"
#include "core/run/wide_thread.h"

namespace cvg {
namespace {

constexpr std::int64_t final_phase_ms_max = 600'000;
constexpr RetryPolicy results_retry{.backoff_ms = 50, .backoff_max_ms = 5'000};

// How long ago earlier workers began the run.  Only theirs: within a life the machine's clock may be set.
std::int64_t earlier_ms(const RunContext& run) {
  return run.resumed() ? std::max<std::int64_t>(0, run.environment.clock.now_ms() - run.run.start_ms) : 0;
}

class Executor {
 public:
  Executor(RunContext& run, RunRecorder& recorder, Plan plan)
      : run_(run),
        recorder_(recorder),
        plan_(std::move(plan)),
        runner_({[&](const StepSpec& step, std::int32_t attempt) { recorder_.step_started(step, attempt); },
                 [&](const StepSpec& step, std::int32_t attempt, const Status& status, std::int64_t ms) {
                   recorder_.step_retried(step, attempt, status, ms);
                 }}) {}

  // published: the gated run published everything just before its worker died.
  Status execute(std::vector<StepRun> earlier, const std::optional<Published>& published) {
    // Its time was over before it came back: what is published by now stays, and nothing more begins.
    const bool is_late = run_.environment.clock.monotonic_ms() >= run_.deadline_ms;
    if (is_late) run_.ask_to_stop(StopKind::given_up, timeout_text(run_));
    recorder_.restore(earlier);
    CVG_ASSIGN(std::vector<StepRun> reused, reusable_steps(run_));
    for (StepRun& row : reused) {
      const auto mine = std::find_if(earlier.begin(), earlier.end(), [&](const StepRun& r) { return r.step_id == row.step_id; });
      if (mine != earlier.end() && (is_terminal(mine->state) || mine->attempt > 0)) continue;
      recorder_.reuse(row);
      if (mine != earlier.end()) *mine = std::move(row);
      else earlier.push_back(std::move(row));
    }
    recorder_.run_started();
    published_ = published.has_value();
    CVG_RETURN_IF_ERROR(restore(earlier));
    if (published) complete_main_phase(*published, earlier);
    while (true) {
      while (!plan_.done()) {
        if (run_.cancel.load() && !(is_late && plan_.main_is_over())) plan_.stop();
        if (abandoned()) return abandon();
        if (plan_.main_is_over()) begin_final_phase();
        for (const std::size_t i : plan_.take_ready()) waiting_.push_back(i);
        tell_skipped();
        run_waiting();
      }
      tell_skipped();
      if (abandoned()) return abandon();
      const Status ended = end();
      if (ended.code() != Code::cancelled || plan_.failed()) return ended;
      fail_late(ended.text());
    }
  }

 private:
  const StepSpec& step(std::size_t i) const { return run_.pipeline.steps[i]; }
  std::vector<StepRun>::const_iterator row_of(const std::vector<StepRun>& earlier, std::size_t i) const {
    return std::find_if(earlier.begin(), earlier.end(), [&](const StepRun& r) { return r.step_id == step(i).id; });
  }

  // Another worker owns the run, or the server stops: nothing more may be started or written.
  bool abandoned() const {
    const StopKind kind = run_.stop_kind();
    return kind == StopKind::lease_lost || kind == StopKind::shutdown;
  }
  Status abandon() {
    wait_for_all();
    drop_gate();
    return Status(Code::cancelled, run_.stop_reason());
  }

  // What an earlier life of the run finished is not done again. Rows are written a moment after what they tell: whether a
  // step that has not ended by its row had published is what its marker says, whatever becomes of the run now.  A final step
  // that had only begun is due anew: nobody would hear of a run that was cancelled or given up otherwise.
  Status restore(const std::vector<StepRun>& earlier) {
    for (std::size_t i = 0; i < run_.pipeline.steps.size(); ++i) {
      const auto row = row_of(earlier, i);
      if (row != earlier.end()) first_attempt_[i] = row->attempt + 1, failed_before_[i] = failed_attempts(*row);
      // What a gated run staged in an earlier life is gone with it; what it took over was published by another run.
      const bool is_reused = row != earlier.end() && row->metadata_json.find("\"reused_from\"") != std::string::npos;
      if (is_gated(run_, step(i)) && !is_reused) continue;
      if (row != earlier.end() && is_terminal(row->state)) take_over(i, *row);
      else if (run_.resumed()) CVG_RETURN_IF_ERROR(settle(i));
    }
    return {};
  }
  // A step's row may tell how it ended in a life before the one that published.
  void complete_main_phase(const Published& published, const std::vector<StepRun>& earlier) {
    run_.units.add(published.units);
    for (std::size_t i = 0; i < run_.pipeline.steps.size(); ++i) {
      if (step(i).trigger != Trigger::on_success || is_terminal(plan_.state(i))) continue;
      const auto row = row_of(earlier, i);
      const bool had_failed = row != earlier.end() && row->state == StepState::failed;
      if (had_failed && step(i).on_failure == OnFailure::proceed && !published.outputs.contains(step(i).id)) {
        take_over(i, *row);
        continue;
      }
      const bool is_anew = had_failed || (row != earlier.end() && row->state == StepState::skipped);
      StepResult result;
      result.attempt = std::max(1, first_attempt_[i] - (is_anew ? 0 : 1));
      result.outputs = published.outputs_of(step(i).id);
      finish(i, std::move(result));
    }
  }
  void take_over(std::size_t i, const StepRun& row) {
    plan_.finished(i, row.state);
    const Result<Json> outputs = parse_json(row.metadata_json);
    if (!outputs.ok()) return;
    run_.units.add(table_units_from_json((*outputs)["responsible_for"]));
    run_.set_outputs(step(i).id, *outputs);
  }
  Status settle(std::size_t i) {
    StepResult result;
    const auto first = first_attempt_.find(i);
    const bool had_begun = first != first_attempt_.end() && first->second > 1;
    result.attempt = had_begun ? first->second - 1 : 1;
    Call call = host_call(run_);
    CVG_ASSIGN(const std::optional<Published> published, find_publication(run_.environment, step_marker(run_.run.id, step(i).id), call.raw()));
    if (published) {
      result.units = published->units;
      result.outputs = published->outputs_of(step(i).id);
    } else if (had_begun && run_.cancel.load() && step(i).trigger == Trigger::on_success) {
      result.status = Status(Code::cancelled, run_.stop_reason());
    } else {
      return {};
    }
    finish(i, std::move(result));
    return {};
  }

  // Steps on failure are told of with the end of a run that did well: a cancel that comes before it makes them start.
  void tell_skipped() {
    for (const std::size_t i : plan_.take_skipped()) {
      if (step(i).trigger == Trigger::on_failure && step(i).enabled && !plan_.failed()) spared_.push_back(i);
      else recorder_.step_skipped(step(i));
    }
  }
  Status end() {
    std::vector<std::string> spared;
    for (const std::size_t i : spared_) spared.push_back(step(i).id);
    return recorder_.run_finished(plan_.failed() ? RunState::failed : RunState::complete, error_message(), spared);
  }
  // Somebody was promised that the run ends FAILED, after everything had done well.
  void fail_late(const std::string& reason) {
    stopped_because_ = reason;
    plan_.fail_late(std::exchange(spared_, {}));
    run_.deadline_ms = run_.environment.clock.monotonic_ms() + final_phase_ms_max;
  }

  // A step that has nothing beside it runs on this thread; independent ones get threads of their own.
  void run_waiting() {
    if (running_ == 0 && waiting_.size() == 1) {
      const std::size_t i = waiting_.front();
      waiting_.pop_front();
      finish(i, run_step(i));
      return;
    }
    while (!waiting_.empty() && running_ < run_.environment.limits.steps_parallel_max) {
      const std::size_t i = waiting_.front();
      waiting_.pop_front();
      ++running_;
      threads_.emplace(i, WideThread([this, i] {
        StepResult result = run_step(i);
        MutexLock lock(mutex_);
        ended_.emplace_back(i, std::move(result));
        changed_.notify_all();
      }));
    }
    if (running_ > 0) take_ended();
  }
  void take_ended() {
    std::vector<std::pair<std::size_t, StepResult>> ended;
    {
      MutexLock lock(mutex_);
      while (ended_.empty()) changed_.wait(mutex_);
      ended.swap(ended_);
    }
    for (auto& [i, result] : ended) {
      threads_.erase(i);  // joins
      --running_;
      finish(i, std::move(result));
    }
  }
  void wait_for_all() {
    while (running_ > 0) take_ended();
  }

  StepResult run_step(std::size_t i) {
    const auto first = first_attempt_.find(i);
    const auto failed = failed_before_.find(i);
    StepResult result = runner_.run(run_, step(i), first == first_attempt_.end() ? 1 : first->second, failed == failed_before_.end() ? 0 : failed->second);
    if (result.dq_results.size() > 0) store_results(i, result);
    return result;
  }
  // A step whose checks nobody can read is not done: the store is asked until it takes them, as long as the run may last.
  void store_results(std::size_t i, StepResult& result) {
    for (std::int32_t tried = 1; !abandoned(); ++tried) {
      const Status stored = recorder_.store_results(step(i), result.dq_results);
      if (stored.ok()) return;
      run_.environment.log.warning("Results of a check could not be stored",
                                   {{"run_id", run_.run.id}, {"step_id", step(i).id}, {"error", stored.log_text()}});
      if (stored.code() == Code::conflict) return run_.ask_to_stop(StopKind::lease_lost, stored.text());
      if (stored.retryable() && wait_in_run(run_, retry_wait_ms(results_retry, tried, {}, 1))) continue;
      if (result.status.ok()) result.status = Status(stored.code(), "the results of the check could not be stored: " + stored.text());
      return;
    }
  }

  void finish(std::size_t i, StepResult result) {
    if (abandoned()) return plan_.finished(i, StepState::failed);
    run_.units.add(result.units);
    run_.set_outputs(step(i).id, result.outputs);
    recorder_.step_finished(step(i), result);
    plan_.finished(i, result.status.ok() ? StepState::complete : StepState::failed);
  }

  void drop_gate() {
    if (!run_.gate) return;
    Call call = host_call(run_);
    const Status dropped = run_.gate->drop(call.raw());
    if (!dropped.ok()) run_.environment.log.warning("What a failed run staged could not be dropped", {{"run_id", run_.run.id}, {"error", dropped.log_text()}});
  }
  void tell_refused() {
    for (const StepSpec& one : run_.pipeline.steps) {
      if (is_gated(run_, one)) recorder_.step_refused(one);
    }
  }
  void begin_final_phase() {
    bool failed = plan_.failed();
    if (run_.gate && failed && !published_) drop_gate();
    if (run_.gate && !failed && !published_) {
      Call call = host_call(run_);
      const Status published = publish(run_, *run_.gate, call.raw());
      if (!published.ok()) gate_error_ = "publication: " + published.text();
      failed = !published.ok();
    }
    if (run_.gate && failed && !published_) tell_refused();
    // What was cancelled while it was published stays published, and the run has failed all the same.
    if (run_.enter_final_phase() == StopKind::cancelled) failed = true;
    stopped_because_ = run_.stop_reason();
    run_.deadline_ms = run_.environment.clock.monotonic_ms() + final_phase_ms_max;
    plan_.begin_final_phase(failed);
  }

  std::string error_message() const {
    if (!plan_.failed()) return {};
    if (!stopped_because_.empty()) return stopped_because_;
    return gate_error_.empty() ? recorder_.first_error() : gate_error_;
  }

  RunContext& run_;
  RunRecorder& recorder_;
  Plan plan_;
  const StepRunner runner_;
  std::map<std::size_t, std::int32_t> first_attempt_, failed_before_;
  std::deque<std::size_t> waiting_;
  std::int64_t running_ = 0;
  bool published_ = false;
  std::vector<std::size_t> spared_;  // steps on failure of a run that has done well until now
  std::string gate_error_, stopped_because_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::pair<std::size_t, StepResult>> ended_ CVG_GUARDED_BY(mutex_);
  std::map<std::size_t, WideThread> threads_;
};

}  // namespace

Status execute_run(RunContext& run, RunRecorder& recorder) {
  RunEnvironment& environment = run.environment;
  Result<Plan> plan = Plan::build(run.pipeline, environment.components);
  if (!plan.ok()) return recorder.run_finished(RunState::failed, plan.status().text());
  std::vector<StepRun> earlier;
  if (run.resumed()) {
    CVG_ASSIGN(earlier, environment.store.steps(run.run.id));
    CVG_ASSIGN(const std::int64_t last_line, environment.store.last_log_line(run.run.id));
    recorder.continue_log(last_line);
  }
  std::optional<Published> published;
  if (run.pipeline.gate) {
    run.gate = std::make_unique<Publication>(environment.warehouse, run.run.id);
    if (run.resumed()) {
      Call call = host_call(run);
      CVG_ASSIGN(published, find_publication(run.environment, run.gate->marker(), call.raw()));
    }
  }
  run.deadline_ms = environment.clock.monotonic_ms() + run.pipeline.timeout_ms - earlier_ms(run);
  return Executor(run, recorder, std::move(*plan)).execute(earlier, published);
}

}  // namespace cvg
