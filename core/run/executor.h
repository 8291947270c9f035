// Executor: the only loop: asks the plan what is ready, has it run, tells the plan.  It knows no YAML and no step by name.
#pragma once

#include "core/run/run_context.h"
#include "core/run/run_recorder.h"

namespace cvg {

// Executes a leased run to its end on the calling thread and, where steps are independent, on threads beside it.  Ok: the run
// has ended and its row says so.  Otherwise the run stays RUNNING until its lease is over: the lease was lost, the server
// stops, or the store is unreachable.
Status execute_run(RunContext& run, RunRecorder& recorder);

}  // namespace cvg
