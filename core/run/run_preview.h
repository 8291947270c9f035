// RunPreview: what a trigger would execute: the resolved configuration and the order of its steps.  Plain values; any thread.
#pragma once

#include "core/base/json.h"
#include "core/config/pipeline.h"
#include "core/run/plan.h"

namespace cvg {

// {"run_date","gate","timeout_seconds","variables","steps":[...]}, secrets redacted.  A step's wave tells how many rounds of
// steps go before it when everything ends well.
Json preview_of(const Pipeline& pipeline, Plan plan);

}  // namespace cvg
