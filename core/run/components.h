// Components: the step kinds and providers that runs are made of, behind a port; plugin_components.h has the loaded plugins'.
// Any thread; an object that make_* gave is used by one thread, interrupt() alone by any.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <convergence/plugin.h>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/step_kinds.h"

namespace cvg {

// One instance for one attempt of one step.
class StepWork {
 public:
  virtual ~StepWork() = default;
  // outputs is read also when the Status is not ok.
  virtual Status run(cvg_call* call, const Json& spec, Json& outputs) = 0;
  virtual void interrupt() = 0;
};

class ProviderWork {
 public:
  virtual ~ProviderWork() = default;
  virtual Status extract(cvg_call* call, const cvg_extract_req& request, cvg_sink* sink) = 0;
  virtual void interrupt() = 0;
};

class Components : public StepKinds {
 public:
  virtual Result<std::unique_ptr<StepWork>> make_step(std::string_view type, cvg_call* call) = 0;
  // Code::config when no loaded plugin offers the provider.
  virtual Result<std::unique_ptr<ProviderWork>> make_provider(std::string_view name, cvg_call* call) = 0;
};

}  // namespace cvg
