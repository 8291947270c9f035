// RunAcceptor: RunService over template catalog and state store: everything that a request can get wrong is refused before
// anything is stored.  Any thread.
#pragma once

#include "core/run/run_context.h"
#include "core/run/run_service.h"

namespace cvg {

// A run as RunStore::begin takes it; nothing is stored yet.
struct PreparedRun {
  Run run;
  AuditEntry audit;
  Json parameters, preview;
  bool dry_run = false;  // then preview is filled
};
// Everything that a request can get wrong, in the order that RunService tells.
Result<PreparedRun> prepare_run(RunEnvironment& environment, const TriggerRequest& request);

class RunAcceptor final : public RunService {
 public:
  explicit RunAcceptor(RunEnvironment& environment) : environment_(environment) {}
  Result<Triggered> trigger(const TriggerRequest& request) override;
  Result<Triggered> retry(const RunOrder& order) override;
  Result<Run> cancel(const RunOrder& order) override;

 private:
  RunEnvironment& environment_;
};

}  // namespace cvg
