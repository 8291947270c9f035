// RunAcceptor: RunService over template catalog and state store: everything that a request can get wrong is refused before
// anything is stored.  Any thread.
#pragma once

#include "core/run/run_context.h"
#include "core/run/run_service.h"

namespace cvg {

class RunAcceptor final : public RunService {
 public:
  explicit RunAcceptor(RunEnvironment& environment) : environment_(environment) {}
  Result<Triggered> trigger(const TriggerRequest& request) override;

 private:
  RunEnvironment& environment_;
};

}  // namespace cvg
