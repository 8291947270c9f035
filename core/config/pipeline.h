// Pipeline: a template after its variables are resolved: data only, no YAML, no placeholder.  Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/config/variables.h"

namespace cvg {

enum class Trigger : std::uint8_t { on_success, on_failure, always };
enum class OnFailure : std::uint8_t { stop, proceed };

struct RetryPolicy {
  std::int32_t max_attempts = 1;
  std::int64_t backoff_ms = 5000, backoff_max_ms = 300000;
};

struct StepSpec {
  std::string id, name, type;
  std::vector<std::string> depends_on;
  Trigger trigger = Trigger::on_success;
  OnFailure on_failure = OnFailure::stop;
  RetryPolicy retry;
  std::int64_t timeout_ms = 600000;
  bool enabled = true;
  Json spec;  // the step kind's own options
  bool deferred = false;  // spec still holds its placeholders, because it names outputs of steps: resolve_spec at its start
};

struct Pipeline {
  std::string provider, domain, name, description;
  std::int64_t timeout_ms = 3600000;
  bool gate = false;
  std::string version_digest;  // of the template's bytes: part of "unchanged"
  std::vector<StepSpec> steps;
  Values values;  // built-ins and variables, resolved
};

}  // namespace cvg
