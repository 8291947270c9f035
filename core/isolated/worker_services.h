// The function table that a plugin in a worker is lent: every function asks the server, or the page that it shares.
#pragma once

#include <convergence/plugin.h>

#include "core/isolated/worker_link.h"

namespace cvg {

// link outlives every call of a plugin.  The table lives as long as the process; there is one worker in a process.
const cvg_host& worker_services(WorkerLink& link);

}  // namespace cvg
