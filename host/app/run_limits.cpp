#include "host/app/run_limits.h"

#include <algorithm>

namespace cvg {

RunLimits run_limits(const ServerConfig& config) {
  RunLimits limits;
  limits.workers = config.run.workers;
  limits.lease_ms = config.run.lease_seconds * 1000;
  limits.steps_parallel_max = config.run.steps_parallel_max;
  limits.stage_bytes_max = config.run.stage_bytes_max;
  limits.cancel_grace_ms = config.run.cancel_grace_ms;
  limits.variables_bytes_max = config.run.variables_bytes_max;
  limits.mirror_rows_max = config.run.mirror_rows_max;
  limits.onboarding_ms_max = config.run.onboarding_seconds_max * 1000;
  limits.attempts_max = config.run.attempts_max;
  limits.log_lines_max = config.run.log_lines_max;
  return limits;
}

// A stream holds a worker: half of them always stay free for requests.
RunEvents::Limits event_limits(const ServerConfig& config) {
  return {std::min(config.events.streams_max, std::max<std::int64_t>(1, config.http.threads / 2)), config.events.tenant_streams_max,
          config.events.heartbeat_seconds * 1000, config.events.stream_seconds_max * 1000};
}

}  // namespace cvg
