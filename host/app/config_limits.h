// What of the configuration bounds each part of the server.  Plain functions; any thread.
#pragma once

#include "core/config/server_config.h"
#include "core/deliver/deliverer.h"
#include "core/isolated/isolated_plugins.h"
#include "core/run/run_context.h"
#include "core/run/run_events.h"
#include "core/warehouse/upkeep.h"
#include "host/http/server.h"

namespace cvg {

RunLimits run_limits(const ServerConfig& config);
RunEvents::Limits event_limits(const ServerConfig& config);
DeliverLimits deliver_limits(const ServerConfig& config);
UpkeepLimits upkeep_limits(const ServerConfig& config);
IsolationLimits isolation_limits(const ServerConfig& config);
ServerOptions server_options_of(const ServerConfig& config);

}  // namespace cvg
