// StepInstance: one attempt of one step: its options resolved, the plugin called, its rows published or dropped.  One thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "core/model/run.h"
#include "core/run/run_context.h"

namespace cvg {

// What came of an attempt, or of a step with all its attempts.
struct StepResult {
  Status status;
  Json outputs = Json::object();
  Json dq_results;        // an array when the step is a check
  TableUnits units;       // what the step is responsible for
  std::int32_t attempt = 1;
};

StepResult run_step_attempt(RunContext& run, const StepSpec& step, std::int32_t attempt);

// What a worker that died left published: its units, and the outputs of its steps.
struct Published {
  TableUnits units;
  std::map<std::string, Json> outputs;
  // The step's outputs with "resumed": true.
  Json outputs_of(const std::string& step_id) const;
};

// What was published under this marker, if anything was.
Result<std::optional<Published>> find_publication(RunContext& run, const std::string& marker, cvg_call* call);
// Publishes what was staged, if anything was, as long as the lease holds; ok also when only the answer of the commit was lost.
Status publish(RunContext& run, Publication& publication, cvg_call* call);

// What a run ends with whose time is over.
std::string timeout_text(const RunContext& run);

// run:step, the marker of a step's publication; run alone for a gated run.
std::string step_marker(const RunContext& run, const StepSpec& step);

}  // namespace cvg
