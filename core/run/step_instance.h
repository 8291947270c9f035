// StepInstance: one attempt of one step: its options resolved, the plugin called, its rows published or dropped.  One thread.
#pragma once

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

// run:step, the marker of a step's publication; run alone for a gated run.
std::string step_marker(const RunContext& run, const StepSpec& step);

}  // namespace cvg
