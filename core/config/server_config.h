// ServerConfig: what an operator may set, from flags, environment, server.yml and defaults, in that order of strength.  The
// options are one table (server_options.cpp): key, type, default, unit, bounds and meaning; parsing, refusal of unknown
// keys, the names of environment variables and the printed server.yml all come from it.  Plain values after loading.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

// A row of `plugins:`.
struct PluginOption {
  std::string name, path, sha256;
  std::string mode = "in_process";
  Json config;  // an object
};

// Defaults stand in the table of options alone; a default-constructed ServerConfig is empty, default_server_config() is not.
struct ServerConfig {
  std::string listen;       // HOST:PORT; port 0 takes a free one
  std::string data_dir;     // state, lakes, keys, scratch files
  std::string environment;  // shown by /health
  std::vector<std::string> configs_dirs;
  std::string plans_file;
  std::string plugins_dir;     // empty: beside the program
  std::string extensions_dir;  // empty: beside the program
  std::string samples_dir;     // empty: {data_dir}/samples
  std::vector<PluginOption> plugins;

  struct RateLimits {
    std::int64_t onboard_per_minute = 0, dryrun_per_minute = 0, tenant_per_minute = 0, tenant_per_hour = 0;
    std::int64_t run_per_minute = 0, global_per_minute = 0, refused_per_minute = 0, keys_max = 0;
  } rate_limits;
  struct Access {
    std::int64_t tenant_keys_max = 0, grace_seconds_max = 0, key_use_seconds = 0, key_uses_max = 0;
  } access;
  struct Scheduler {
    std::string mode;  // internal, external
    std::int64_t trigger_seconds = 0, cleanup_seconds = 0, misfire_grace_seconds = 0, attempts_max = 0, retry_seconds = 0;
    std::int64_t schedules_per_tenant_max = 0, waiting_per_schedule_max = 0, backfill_days_max = 0, backfills_parallel_max = 0;
    std::int64_t usage_keep_days = 0;
  } scheduler;
  struct Onboarding {
    bool require_admin_key = false, require_dryrun = false;
  } onboarding;
  struct Credentials {
    std::int64_t document_bytes_max = 0;
  } credentials;
  struct Exports {
    std::int64_t bytes_max = 0;
  } exports;
  struct Sources {
    std::vector<std::string> allowed_roots;  // URIs with {tenant_id}; sample:// is always allowed
  } sources;
  struct Webhooks {
    bool allow_private_addresses = false;
    std::int64_t per_tenant_max = 0, threads = 0, tenant_parallel_max = 0, host_parallel_max = 0, waiting_max = 0, attempts_max = 0;
    std::int64_t backoff_ms = 0, backoff_ms_max = 0, retry_after_ms_max = 0, timeout_ms = 0, response_bytes_max = 0, keep_days = 0;
  } webhooks;
  struct Lineage {
    std::string transport, url, file, api_key, job_namespace, dataset_namespace, producer;
    std::int64_t timeout_ms = 0, backoff_ms_max = 0, waiting_max = 0, attempts_max = 0;
  } lineage;
  struct Notices {
    std::int64_t quota_percent = 0, failure_percent = 0, failure_runs_min = 0;
  } notices;
  struct RunLimits {
    std::int64_t workers = 0, lease_seconds = 0, steps_parallel_max = 0, stage_bytes_max = 0, cancel_grace_ms = 0;
    std::int64_t outputs_bytes_max = 0, variables_bytes_max = 0, mirror_rows_max = 0, onboarding_seconds_max = 0;
    std::int64_t attempts_max = 0, steps_server_max = 0, log_lines_max = 0;
  } run;
  struct Events {
    std::int64_t streams_max = 0, tenant_streams_max = 0, heartbeat_seconds = 0, stream_seconds_max = 0;
  } events;
  struct State {
    std::int64_t write_queue_max = 0, write_batch_max = 0, free_disk_mb_min = 0;
  } state;
  struct Http {
    std::int64_t threads = 0, connections_max = 0, body_bytes_max = 0, header_bytes_max = 0, body_seconds_max = 0;
    std::int64_t keep_alive_ms = 0, request_timeout_ms = 0, drain_seconds_max = 0, connections_per_address_max = 0;
    std::int64_t gzip_bytes_min = 0, idempotency_hours = 0;
    std::string tls_certificate_file, tls_key_file;  // both empty: plain HTTP
    std::string tls_version_min;                     // 1.2, 1.3
  } http;
  struct Sessions {  // the fields of SessionLimits in core/warehouse/sessions.h
    std::int64_t sessions_max = 0, tenant_sessions_max = 0, idle_seconds = 0, memory_mb = 0, query_timeout_ms = 0, kill_grace_ms = 0;
    std::int64_t sql_bytes_max = 0, result_bytes_max = 0, rows_max = 0;
  } sessions;
  struct Isolation {  // the fields of IsolationLimits in core/isolated/worker_call.h
    std::int64_t workers_max = 0, memory_mb = 0, kill_grace_ms = 0, call_seconds_max = 0;
  } isolation;
  struct Warehouse {
    std::string plugin;
    std::int64_t engines_max = 0, threads = 0, memory_mb = 0, file_grace_minutes = 0, snapshot_keep_days = 0;
    std::int64_t upkeep_minutes = 0, upkeep_mb_max = 0, flush_rows_min = 0, merge_files_min = 0, merge_file_mb = 0;
  } warehouse;
  struct KeyManager {
    std::string plugin, key_file;  // key_file empty: {data_dir}/keys/master.key
  } key_manager;
  struct Admin {
    std::string api_key, api_key_file;  // after loading api_key holds the key, wherever it stood; setting both is an error
  } admin;
  struct Cors {
    std::vector<std::string> origins;
  } cors;
  struct Log {
    std::string level;  // debug, info, warning, error
    bool requests = false;
  } log;
};

struct ConfigSources {
  std::string file;                                        // path of server.yml; empty: none
  std::map<std::string, std::string> environment;          // of the process, whole
  std::vector<std::pair<std::string, std::string>> flags;  // {"listen", "0.0.0.0:8080"}: key of an option, text
};

// Code::config with the place (file:line, variable or flag), the key and what is wrong with it.
Result<ServerConfig> load_server_config(const ConfigSources& sources);
ServerConfig default_server_config();

// A sentence for each setting that works and is most likely not meant so; tells no secret.
std::vector<std::string> config_doubts(const ServerConfig& config);

// The environment of this process as load_server_config takes it.
std::map<std::string, std::string> process_environment();

// configs/server.yml: every option with its meaning, unit, bounds, default and environment variable, as comments.
std::string server_config_doc();

}  // namespace cvg
