#include "host/app/config_limits.h"

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

DeliverLimits deliver_limits(const ServerConfig& config) {
  DeliverLimits limits;
  limits.threads = config.webhooks.threads;
  limits.tenant_parallel_max = config.webhooks.tenant_parallel_max;
  limits.host_parallel_max = config.webhooks.host_parallel_max;
  limits.waiting_max = config.webhooks.waiting_max;
  limits.attempts_max = config.webhooks.attempts_max;
  limits.timeout_ms = config.webhooks.timeout_ms;
  limits.response_bytes_max = config.webhooks.response_bytes_max;
  limits.keep_days = config.webhooks.keep_days;
  limits.failure_percent = config.notices.failure_percent;
  limits.failure_runs_min = config.notices.failure_runs_min;
  limits.backoff = {config.webhooks.backoff_ms, config.webhooks.backoff_ms_max, config.webhooks.retry_after_ms_max};
  return limits;
}

UpkeepLimits upkeep_limits(const ServerConfig& config) {
  UpkeepLimits limits;
  limits.upkeep_minutes = config.warehouse.upkeep_minutes;
  limits.snapshot_keep_days = config.warehouse.snapshot_keep_days;
  limits.file_grace_minutes = config.warehouse.file_grace_minutes;
  limits.flush_rows_min = config.warehouse.flush_rows_min;
  limits.merge_files_min = config.warehouse.merge_files_min;
  limits.merge_file_mb = config.warehouse.merge_file_mb;
  limits.upkeep_mb_max = config.warehouse.upkeep_mb_max;
  return limits;
}

IsolationLimits isolation_limits(const ServerConfig& config) {
  IsolationLimits limits;
  limits.workers_max = config.isolation.workers_max;
  limits.memory_mb = config.isolation.memory_mb;
  limits.kill_grace_ms = config.isolation.kill_grace_ms;
  limits.call_seconds_max = config.isolation.call_seconds_max;
  return limits;
}

ServerOptions server_options_of(const ServerConfig& config) {
  ServerOptions options;
  options.listen = config.listen;
  options.threads = config.http.threads;
  options.connections_waiting_max = config.http.connections_max;
  options.connections_per_address_max = config.http.connections_per_address_max;
  options.keep_alive_ms = config.http.keep_alive_ms;
  options.drain_ms_max = config.http.drain_seconds_max * 1000;
  options.tls = {config.http.tls_certificate_file, config.http.tls_key_file, config.http.tls_version_min};
  options.intake.head_ms_max = config.http.request_timeout_ms;
  options.intake.body_ms_max = config.http.body_seconds_max * 1000;
  options.intake.framing.body_bytes_max = config.http.body_bytes_max;
  options.intake.framing.header_bytes_max = config.http.header_bytes_max;
  return options;
}

}  // namespace cvg
