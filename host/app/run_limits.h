// What of the configuration bounds runs and their event streams.  Plain functions; any thread.
#pragma once

#include "core/config/server_config.h"
#include "core/run/run_context.h"
#include "core/run/run_events.h"

namespace cvg {

RunLimits run_limits(const ServerConfig& config);
RunEvents::Limits event_limits(const ServerConfig& config);

}  // namespace cvg
