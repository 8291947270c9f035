// StepInstance: one attempt of one step: its options resolved, the plugin called, its rows published or dropped.  One thread.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "core/model/run.h"
#include "core/plugin/call.h"
#include "core/run/run_context.h"

namespace cvg {

// What came of an attempt, or of a step with all its attempts.
struct StepResult {
  Status status;
  Json outputs = Json::object();
  Json dq_results;        // an array when the step is a check
  Json inputs;            // what the step reads, see step_inputs.h
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

// The call under which the host itself asks and publishes: neither a cancel nor the time ends it.
Call host_call(const RunContext& run);
// What was published under this marker, if anything was.
Result<std::optional<Published>> find_publication(RunEnvironment& environment, const std::string& marker, cvg_call* call);
// Publishes what was staged, if anything was, as long as the lease holds; ok also when only the answer of the commit was lost.
Status publish(RunContext& run, Publication& publication, cvg_call* call);

// What a run ends with whose time is over.
std::string timeout_text(const RunContext& run);

// Published with the whole run, not by itself. A step of the final phase comes after the gate.
bool is_gated(const RunContext& run, const StepSpec& step);
// run:step, the marker of a step's publication; run alone for a gated run.
std::string step_marker(const std::string& run_id, const std::string& step_id);

}  // namespace cvg
