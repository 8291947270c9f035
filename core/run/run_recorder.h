// RunRecorder: the single observer of a run: step rows, results of checks, log lines, counters.  Rows that change are
// written together, a moment later or when the run ends, so that no step waits for the disk to be seen RUNNING.  Any thread.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/base/mutex.h"
#include "core/run/run_context.h"
#include "core/run/step_instance.h"

namespace cvg {

class RunRecorder final : public StepObserver {
 public:
  explicit RunRecorder(RunContext& run) : run_(run) { run_.observer = this; }
  ~RunRecorder() override { run_.observer = nullptr; }
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  void step_logged(const StepSpec& step, std::int32_t attempt, Severity level, std::string_view message, const Json& fields) override;
  void step_progressed(const StepSpec& step, double fraction, std::int64_t rows, std::int64_t bytes) override;
  // The log goes on behind the lines of an earlier life.
  void continue_log(std::int64_t last_line);

  // Rows of an earlier life of the run; known before anything starts.
  void restore(const std::vector<StepRun>& rows);
  // A step that an earlier run has done already; its row is written as this run's.
  void reuse(const StepRun& row);
  void run_started();
  void step_started(const StepSpec& step, std::int32_t attempt);
  void step_retried(const StepSpec& step, std::int32_t attempt, const Status& status, std::int64_t wait_ms);
  // The results of a step's checks; durable when it returns, which must be before the step has ended.
  Status store_results(const StepSpec& step, const Json& results);
  void step_finished(const StepSpec& step, const StepResult& result);
  // Not begun in this life of the run; what an earlier one had ended stays as it is.
  void step_skipped(const StepSpec& step);
  // What this step of a gated run staged was not published; what it took over from another run was.
  void step_refused(const StepSpec& step);
  // Writes what has changed since the last time; a failure is tried again with the next change.
  Status flush();
  void flush_quietly();
  // The last rows and the run's end, with the outbox row for the mirror; the spared steps are SKIPPED with it.  Code::cancelled,
  // and nothing is written: it was to be COMPLETE, and a cancel came first.
  Status run_finished(RunState state, const std::string& error_message, const std::vector<std::string>& spared = {});
  // "step 'x': ..." of the first step that failed; empty when none did.
  std::string first_error() const;
  const RunContext& run() const { return run_; }

 private:
  RunLogLine line_of(std::string_view kind, Severity level, const std::string& message) const;
  Status end_run(RunState state, const std::string& error_message, const std::vector<std::string>& spared) CVG_REQUIRES(flush_mutex_);
  StepRun& row_of(const StepSpec& step) CVG_REQUIRES(mutex_);
  std::vector<StepRun> take_changed() CVG_REQUIRES(mutex_);
  std::vector<RunLogLine> take_lines() CVG_REQUIRES(mutex_);
  void give_back(const std::vector<StepRun>& rows, std::vector<RunLogLine> lines);  // they could not be written
  void add_line(std::string_view kind, Severity level, const std::string& step_id, std::int32_t attempt, std::string_view message,
                const std::string& fields_json = {}) CVG_REQUIRES(mutex_);

  RunContext& run_;
  mutable Mutex mutex_;
  Mutex flush_mutex_;  // one writer at a time, so that an older row never follows a newer one
  std::map<std::string, StepRun> rows_ CVG_GUARDED_BY(mutex_);
  std::set<std::string> changed_ CVG_GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> progressed_ms_ CVG_GUARDED_BY(mutex_);  // when a step's progress was noted last
  std::vector<RunLogLine> lines_ CVG_GUARDED_BY(mutex_);                      // not written yet
  std::int64_t last_line_ CVG_GUARDED_BY(mutex_) = 0, logged_ CVG_GUARDED_BY(mutex_) = 0;
  std::string first_error_ CVG_GUARDED_BY(mutex_);
};

// Attempts of a step that has not ended that failed by themselves, those of earlier lives of its run among them.
std::int32_t failed_attempts(const StepRun& row);
// What goes out when this run has ended.
std::vector<OutboxEntry> outbox_of_end(const Run& run);
// An element of a check's dq_results as its row.
DqResult dq_row(const Json& result, const std::string& tenant_id, std::int32_t index);

}  // namespace cvg
