// From a template and a request to a Pipeline: variables resolved, placeholders replaced, options checked.  Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/pipeline.h"
#include "core/config/template.h"

namespace cvg {

struct PipelineRequest {
  Values builtins;              // all of builtin_names() but run_date and step_id
  Json parameters;              // template variables of the request; null or an object
  std::int64_t today = 0;       // day since the epoch, UTC
  bool relative_dates = false;  // the request may say "yesterday": schedules do
};

// Code::invalid with {"field","issue"} for what the request got wrong, Code::config for what the template did.
Result<Pipeline> build_pipeline(const Template& from, const PipelineRequest& request, const StepKinds& kinds);

// The options of a deferred step, with the outputs of the steps before it.  output answers {steps.STEP.OUTPUT}; null: there is
// none.
using FindOutput = std::function<const Json*(std::string_view step, std::string_view output)>;
Result<Json> resolve_deferred(const StepSpec& step, const Pipeline& pipeline, const FindOutput& output, const StepKinds& kinds);

}  // namespace cvg
