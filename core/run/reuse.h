// Reuse: which steps of a failed run its retry takes over as they are.  A step is taken over when it was COMPLETE, or when its
// marker says that it had published whatever came after, and when everything that it depends on is taken over too.  One thread.
#pragma once

#include <vector>

#include "core/model/run.h"
#include "core/run/run_context.h"

namespace cvg {

// The rows of those steps as rows of this run; none when it is no retry.  What a gated run staged was never published, so of
// a gated run it is everything or nothing.
Result<std::vector<StepRun>> reusable_steps(RunContext& run);

}  // namespace cvg
