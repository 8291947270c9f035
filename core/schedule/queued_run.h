// From an item of the queue to the run that it stands for.  Any thread.
#pragma once

#include "core/model/schedule.h"
#include "core/run/run_acceptor.h"
#include "core/run/run_context.h"

namespace cvg {

// The run as it would begin now: "yesterday" is counted from the item's day, and a backfill gives its day as `date` where
// the template takes one.  Errors are those of a request for the same run.
Result<PreparedRun> prepare_queued_run(RunEnvironment& environment, const Tenant& tenant, const QueueItem& item);

}  // namespace cvg
