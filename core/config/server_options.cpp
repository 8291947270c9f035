#include "core/config/server_options.h"

#include <algorithm>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::string_view environment_prefix = "CONVERGENCE_";
constexpr std::int64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;

#define CVG_FIELD(member) +[](ServerConfig& c) { return &c.member; }

const std::vector<ServerOption> options = {
    {"listen", CVG_FIELD(listen), "127.0.0.1:8080", "", "Address that the server answers on, HOST:PORT; port 0 takes a free one. The variable PORT sets the port alone and, when no host is given, opens all interfaces."},
    {"data_dir", CVG_FIELD(data_dir), "data", "", "Folder of everything that must survive: state, lakes, keys, scratch files."},
    {"environment", CVG_FIELD(environment), "development", "", "Name of the installation, shown by /health.", 0, 0, "ENVIRONMENT"},
    {"configs_dirs", CVG_FIELD(configs_dirs), "configs", "", "Folders that hold templates as {provider}/{domain}/{name}.yml; the first that has one wins."},
    {"plans_file", CVG_FIELD(plans_file), "configs/plans.yml", "", "The plans that tenants may subscribe to: name -> daily, monthly, concurrent, team, providers."},
    {"plugins_dir", CVG_FIELD(plugins_dir), "", "", "Folder of the plugins' shared objects; empty: lib/convergence/plugins beside the program."},
    {"extensions_dir", CVG_FIELD(extensions_dir), "", "", "Folder of the engine's extensions; empty: where the build found them."},
    {"samples_dir", CVG_FIELD(samples_dir), "", "", "Folder that sample://NAME reads below; empty: {data_dir}/samples."},

    {"rate_limits.onboard_per_minute", CVG_FIELD(rate_limits.onboard_per_minute), "5", "requests", "Onboardings per client address and minute, refused ones included.", 1, 100000000},
    {"rate_limits.dryrun_per_minute", CVG_FIELD(rate_limits.dryrun_per_minute), "10", "requests", "Onboarding dry runs per client address and minute.", 1, 100000000},
    {"rate_limits.tenant_per_minute", CVG_FIELD(rate_limits.tenant_per_minute), "100", "requests", "Requests of one tenant per minute.", 1, 100000000},
    {"rate_limits.tenant_per_hour", CVG_FIELD(rate_limits.tenant_per_hour), "1000", "requests", "Requests of one tenant per hour.", 1, 1000000000},
    {"rate_limits.run_per_minute", CVG_FIELD(rate_limits.run_per_minute), "50", "requests", "Requests of one tenant to the run route per minute, in addition.", 1, 100000000},
    {"rate_limits.global_per_minute", CVG_FIELD(rate_limits.global_per_minute), "10000", "requests", "Requests of everybody together per minute; health, metrics and static files are exempt.", 1, 1000000000},
    {"rate_limits.refused_per_minute", CVG_FIELD(rate_limits.refused_per_minute), "1000", "requests", "Requests of one client address per minute that are refused for their key or their address, before any other limit.", 1, 1000000000},
    {"rate_limits.keys_max", CVG_FIELD(rate_limits.keys_max), "100000", "keys", "Tenants and addresses whose windows are remembered at once.", 100, 10000000},

    {"access.tenant_keys_max", CVG_FIELD(access.tenant_keys_max), "100", "keys", "Usable keys of one tenant, neither revoked nor expired.", 1, 100000},
    {"access.grace_seconds_max", CVG_FIELD(access.grace_seconds_max), "2592000", "seconds", "How long a rotation may let the old keys live on.", 0, 31536000},
    {"access.key_use_seconds", CVG_FIELD(access.key_use_seconds), "60", "seconds", "How often the last uses of keys are written down, together.", 1, 86400},
    {"access.key_uses_max", CVG_FIELD(access.key_uses_max), "65536", "keys", "Last uses that wait to be written; those beyond are noted at the next use.", 16, 10000000},

    {"scheduler.mode", CVG_FIELD(scheduler.mode), "internal", "internal|external", "internal: the server's own timers trigger schedules; external: only calls of /scheduler/* do."},
    {"scheduler.trigger_seconds", CVG_FIELD(scheduler.trigger_seconds), "60", "seconds", "How long the timer sleeps at most; it wakes when a schedule is due.", 1, 3600},
    {"scheduler.cleanup_seconds", CVG_FIELD(scheduler.cleanup_seconds), "300", "seconds", "How often orphaned runs and queue items are looked for.", 1, 86400},
    {"scheduler.misfire_grace_seconds", CVG_FIELD(scheduler.misfire_grace_seconds), "3600", "seconds", "A run that could not be triggered for longer was missed: misfire skip leaves it out.", 0, 31536000},
    {"scheduler.attempts_max", CVG_FIELD(scheduler.attempts_max), "10", "attempts", "How often a queued run tries to begin before it has failed.", 1, 100},
    {"scheduler.retry_seconds", CVG_FIELD(scheduler.retry_seconds), "60", "seconds", "Before the second attempt; twice as long before each further one.", 1, 86400},
    {"scheduler.schedules_per_tenant_max", CVG_FIELD(scheduler.schedules_per_tenant_max), "1000", "schedules", "Schedules that one tenant may have.", 1, 1000000},
    {"scheduler.waiting_per_schedule_max", CVG_FIELD(scheduler.waiting_per_schedule_max), "10", "runs", "Runs of one schedule that may wait in the queue; further ones are skipped.", 1, 100000},
    {"scheduler.backfill_days_max", CVG_FIELD(scheduler.backfill_days_max), "3660", "days", "Days of one backfill.", 1, 36600},
    {"scheduler.backfills_parallel_max", CVG_FIELD(scheduler.backfills_parallel_max), "2", "runs", "Runs of one tenant's backfills at once; its other slots stay free.", 1, 1000},
    {"scheduler.usage_keep_days", CVG_FIELD(scheduler.usage_keep_days), "90", "days", "After so long a day's usage moves into the history.", 32, 36600},
    {"onboarding.require_admin_key", CVG_FIELD(onboarding.require_admin_key), "false", "", "Onboarding needs the operator's X-Admin-Key."},
    {"onboarding.require_dryrun", CVG_FIELD(onboarding.require_dryrun), "false", "", "Onboarding is refused unless all checks of the dry run pass first."},
    {"credentials.document_bytes_max", CVG_FIELD(credentials.document_bytes_max), "65536", "bytes", "The document of one provider's credentials.", 256, mib},
    {"exports.bytes_max", CVG_FIELD(exports.bytes_max), "17179869184", "bytes", "The archive of one tenant; a larger one is refused.", mib, 1024 * gib},
    {"sources.allowed_roots", CVG_FIELD(sources.allowed_roots), "", "", "Patterns of source URIs that templates may read, with {tenant_id}, for example file:///srv/exports/{tenant_id}. The generated samples (sample://) are always allowed."},
    {"webhooks.allow_private_addresses", CVG_FIELD(webhooks.allow_private_addresses), "false", "", "Webhooks and webhook steps may be sent to loopback and private networks."},
    {"webhooks.per_tenant_max", CVG_FIELD(webhooks.per_tenant_max), "20", "webhooks", "Webhooks of one tenant.", 1, 1000},
    {"webhooks.threads", CVG_FIELD(webhooks.threads), "8", "threads", "Deliveries that are sent at once.", 1, 256},
    {"webhooks.tenant_parallel_max", CVG_FIELD(webhooks.tenant_parallel_max), "2", "deliveries", "Of them, how many of one tenant, so that its slow receivers hold nobody else up.", 1, 256},
    {"webhooks.host_parallel_max", CVG_FIELD(webhooks.host_parallel_max), "4", "deliveries", "Of them, how many to one host.", 1, 256},
    {"webhooks.waiting_max", CVG_FIELD(webhooks.waiting_max), "10000", "deliveries", "Deliveries that may wait for one webhook; what comes then is given up at once and listed as FAILED.", 1, 10000000},
    {"webhooks.attempts_max", CVG_FIELD(webhooks.attempts_max), "16", "attempts", "How often a delivery is tried before it is given up.", 1, 1000},
    {"webhooks.backoff_ms", CVG_FIELD(webhooks.backoff_ms), "10000", "milliseconds", "Pause before the second attempt; it doubles from attempt to attempt, with jitter.", 1, 3600000},
    {"webhooks.backoff_ms_max", CVG_FIELD(webhooks.backoff_ms_max), "3600000", "milliseconds", "The longest such pause.", 1, 86400000},
    {"webhooks.retry_after_ms_max", CVG_FIELD(webhooks.retry_after_ms_max), "86400000", "milliseconds", "The longest pause that a receiver may ask for by Retry-After.", 0, 604800000},
    {"webhooks.timeout_ms", CVG_FIELD(webhooks.timeout_ms), "10000", "milliseconds", "How long a receiver may take to answer.", 10, 600000},
    {"webhooks.response_bytes_max", CVG_FIELD(webhooks.response_bytes_max), "65536", "bytes", "How much of a receiver's answer is read.", 0, 16 * mib},
    {"webhooks.keep_days", CVG_FIELD(webhooks.keep_days), "7", "days", "How long ended deliveries stay listed.", 1, 3650},
    {"lineage.transport", CVG_FIELD(lineage.transport), "none", "none|http|file", "Where OpenLineage events of runs go: a collector, a file of lines, or nowhere."},
    {"lineage.url", CVG_FIELD(lineage.url), "", "", "The collector; /api/v1/lineage is added to a URL without a path."},
    {"lineage.file", CVG_FIELD(lineage.file), "", "", "The file, below data_dir unless absolute; opened anew for every event, so that it may be rotated."},
    {"lineage.api_key", CVG_FIELD(lineage.api_key), "", "", "Sent to the collector as a bearer token."},
    {"lineage.namespace", CVG_FIELD(lineage.job_namespace), "convergence", "", "Namespace of jobs; //TENANT is added."},
    {"lineage.dataset_namespace", CVG_FIELD(lineage.dataset_namespace), "ducklake", "", "Namespace of tables; //TENANT is added."},
    {"lineage.producer", CVG_FIELD(lineage.producer), "https://github.com/convergence/convergence", "", "URI that names this producer in events."},
    {"lineage.timeout_ms", CVG_FIELD(lineage.timeout_ms), "10000", "milliseconds", "How long the collector may take to answer.", 10, 600000},
    {"lineage.backoff_ms_max", CVG_FIELD(lineage.backoff_ms_max), "60000", "milliseconds", "The longest pause between two attempts; the first is a second.", 1, 3600000},
    {"lineage.attempts_max", CVG_FIELD(lineage.attempts_max), "30", "attempts", "How often one event is refused while the collector takes others, until it is dropped; an outage drops none.", 1, 1000000},
    {"lineage.waiting_max", CVG_FIELD(lineage.waiting_max), "100000", "events", "Starts and ends of runs that wait for a collector that is away; the oldest are dropped beyond.", 1, 10000000},
    {"notices.quota_percent", CVG_FIELD(notices.quota_percent), "80", "percent", "Share of the daily limit at which the event quota.warning goes out, once a tenant and UTC day.", 1, 100},
    {"notices.failure_percent", CVG_FIELD(notices.failure_percent), "5", "percent", "Share of failed runs above which the event failure_rate.warning goes out, once a tenant and UTC day.", 0, 99},
    {"notices.failure_runs_min", CVG_FIELD(notices.failure_runs_min), "1", "runs", "Runs that must have ended that day before their failures are a rate.", 1, 1000000},

    {"run.workers", CVG_FIELD(run.workers), "4", "threads", "Runs that are executed at once.", 1, 256},
    {"run.lease_seconds", CVG_FIELD(run.lease_seconds), "30", "seconds", "How long a worker may be silent before another takes its run over; renewed at a third of it.", 2, 3600},
    {"run.attempts_max", CVG_FIELD(run.attempts_max), "5", "attempts", "How often a run may be lost while nothing else is under way, or be left by its worker, before it is given up as FAILED; a server that is killed or stopped costs no attempt.", 1, 1000},
    {"run.steps_parallel_max", CVG_FIELD(run.steps_parallel_max), "4", "steps", "Independent steps of one run that are executed at once.", 1, 64},
    {"run.steps_server_max", CVG_FIELD(run.steps_server_max), "16", "steps", "Steps of all runs together that are executed at once.", 1, 4096},
    {"run.log_lines_max", CVG_FIELD(run.log_lines_max), "10000", "lines", "Lines that the steps of one run may log; more are not kept.", 1, 10000000},
    {"run.stage_bytes_max", CVG_FIELD(run.stage_bytes_max), "68719476736", "bytes", "Scratch files of one step together.", mib, 1024 * gib},
    {"run.cancel_grace_ms", CVG_FIELD(run.cancel_grace_ms), "200", "milliseconds", "From the cancel flag of a step to the interrupt of what it is doing.", 1, 60000},
    {"run.outputs_bytes_max", CVG_FIELD(run.outputs_bytes_max), "16777216", "bytes", "What one step may report: outputs and check results.", kib, gib},
    {"run.variables_bytes_max", CVG_FIELD(run.variables_bytes_max), "65536", "bytes", "The template variables of one request together.", kib, 10 * mib},
    {"run.mirror_rows_max", CVG_FIELD(run.mirror_rows_max), "500", "runs", "Ended runs that are copied to a tenant's x_meta tables in one transaction.", 1, 100000},
    {"run.onboarding_seconds_max", CVG_FIELD(run.onboarding_seconds_max), "60", "seconds", "How long an onboarding waits for its validation pipeline.", 1, 600},

    {"events.streams_max", CVG_FIELD(events.streams_max), "16", "streams", "Event streams of runs that are open at once, half of http.threads at most; more are refused with 503.", 1, 2048},
    {"events.tenant_streams_max", CVG_FIELD(events.tenant_streams_max), "4", "streams", "How many of them one tenant may have; more are refused with 429.", 1, 2048},
    {"events.heartbeat_seconds", CVG_FIELD(events.heartbeat_seconds), "15", "seconds", "After so long without an event a stream sends a comment.", 1, 3600},
    {"events.stream_seconds_max", CVG_FIELD(events.stream_seconds_max), "300", "seconds", "Then a stream ends and its reader comes back with Last-Event-ID.", 1, 86400},

    {"state.write_queue_max", CVG_FIELD(state.write_queue_max), "4096", "writes", "Writes that may wait for the state store; more are refused with 503.", 1, 1000000},
    {"state.write_batch_max", CVG_FIELD(state.write_batch_max), "512", "writes", "Writes that are committed together.", 1, 100000},
    {"state.free_disk_mb_min", CVG_FIELD(state.free_disk_mb_min), "256", "MiB", "With less free space in data_dir /health/ready answers 503.", 0, 1048576},

    {"http.threads", CVG_FIELD(http.threads), "64", "threads", "Connections that are served at once; each holds a thread while it is open.", 1, 4096},
    {"http.connections_max", CVG_FIELD(http.connections_max), "1024", "connections", "Connections that may wait for a thread; those that have said nothing yet hold none.", 1, 65536},
    {"http.connections_per_address_max", CVG_FIELD(http.connections_per_address_max), "512", "connections", "Connections of one client address, waiting and served; more are answered 429. A proxy is one address. 0: no limit.", 0, 65536},
    {"http.body_bytes_max", CVG_FIELD(http.body_bytes_max), "10485760", "bytes", "A request's body, counted on the bytes received; more is 413.", kib, gib},
    {"http.header_bytes_max", CVG_FIELD(http.header_bytes_max), "8192", "bytes", "A request's headers together; more is 431.", 1024, 65536},
    {"http.body_seconds_max", CVG_FIELD(http.body_seconds_max), "30", "seconds", "How long a client may take to send a body.", 1, 3600},
    {"http.keep_alive_ms", CVG_FIELD(http.keep_alive_ms), "5000", "milliseconds", "How long an idle connection stays open.", 0, 600000},
    {"http.request_timeout_ms", CVG_FIELD(http.request_timeout_ms), "10000", "milliseconds", "How long a client may take to send the headers.", 100, 600000},
    {"http.drain_seconds_max", CVG_FIELD(http.drain_seconds_max), "30", "seconds", "How long a stopping server waits for requests and steps in flight.", 0, 3600},
    {"http.gzip_bytes_min", CVG_FIELD(http.gzip_bytes_min), "4096", "bytes", "Larger answers are compressed for clients that take gzip; 0: none is.", 0, gib},
    {"http.idempotency_hours", CVG_FIELD(http.idempotency_hours), "24", "hours", "How long the reply to an Idempotency-Key is kept for its repetitions.", 1, 720},
    {"http.tls_certificate_file", CVG_FIELD(http.tls_certificate_file), "", "", "HTTPS with this certificate (PEM: the server's own first, then its chain); empty: plain HTTP. Read again at SIGHUP."},
    {"http.tls_key_file", CVG_FIELD(http.tls_key_file), "", "", "The certificate's key (PEM without a passphrase), mode 0600."},
    {"http.tls_version_min", CVG_FIELD(http.tls_version_min), "1.2", "1.2|1.3", "Older versions of TLS are refused."},

    {"sessions.sessions_max", CVG_FIELD(sessions.sessions_max), "8", "processes", "Processes for tenants' SQL at once; further queries wait until their deadline.", 1, 1024},
    {"sessions.tenant_sessions_max", CVG_FIELD(sessions.tenant_sessions_max), "4", "processes", "How many of them one tenant may keep busy, so that nobody holds all.", 1, 1024},
    {"sessions.idle_seconds", CVG_FIELD(sessions.idle_seconds), "60", "seconds", "A warm session ends after so long without a query.", 1, 86400},
    {"sessions.memory_mb", CVG_FIELD(sessions.memory_mb), "1024", "MiB", "Address space of a session.", 256, 1048576},
    {"sessions.query_timeout_ms", CVG_FIELD(sessions.query_timeout_ms), "30000", "milliseconds", "A tenant's query.", 100, 3600000},
    {"sessions.kill_grace_ms", CVG_FIELD(sessions.kill_grace_ms), "1000", "milliseconds", "From the interrupt of a session's query to its end by force.", 10, 60000},
    {"sessions.sql_bytes_max", CVG_FIELD(sessions.sql_bytes_max), "16384", "bytes", "The text of a tenant's query.", 64, 10 * mib},
    {"sessions.result_bytes_max", CVG_FIELD(sessions.result_bytes_max), "33554432", "bytes", "The answer to a tenant's query; what is more is cut off and marked.", kib, gib},
    {"sessions.rows_max", CVG_FIELD(sessions.rows_max), "100000", "rows", "Rows of an answer; max_rows of the request may ask for fewer.", 1, 100000000},

    {"isolation.workers_max", CVG_FIELD(isolation.workers_max), "4", "processes", "Worker processes of one component of an isolated plugin that are at work at once; further calls wait until their deadline.", 1, 256},
    {"isolation.memory_mb", CVG_FIELD(isolation.memory_mb), "1024", "MiB", "Address space of one worker beyond what it starts with.", 64, 1048576},
    {"isolation.kill_grace_ms", CVG_FIELD(isolation.kill_grace_ms), "2000", "milliseconds", "From the stop of an isolated plugin's call to SIGTERM, and from there to SIGKILL.", 10, 600000},
    {"isolation.call_seconds_max", CVG_FIELD(isolation.call_seconds_max), "60", "seconds", "An isolated plugin's start, and each call of it that has no deadline of its own.", 1, 3600},

    {"warehouse.plugin", CVG_FIELD(warehouse.plugin), "ducklake", "", "The warehouse component that keeps tenants' data."},
    {"warehouse.engines_max", CVG_FIELD(warehouse.engines_max), "8", "instances", "Engine instances that are open at once.", 1, 1024},
    {"warehouse.threads", CVG_FIELD(warehouse.threads), "0", "threads", "Threads of one engine instance; 0: one per processor.", 0, 1024},
    {"warehouse.memory_mb", CVG_FIELD(warehouse.memory_mb), "1024", "MiB", "Memory of one engine instance before it spills to disk.", 64, 1048576},
    {"warehouse.file_grace_minutes", CVG_FIELD(warehouse.file_grace_minutes), "120", "minutes", "How long files that no snapshot names stay on disk; longer than the longest session.", 1, 525600},
    {"warehouse.snapshot_keep_days", CVG_FIELD(warehouse.snapshot_keep_days), "30", "days", "How long older states of a table can be asked for.", 0, 36500},
    {"warehouse.upkeep_minutes", CVG_FIELD(warehouse.upkeep_minutes), "60", "minutes", "From one round of upkeep over all lakes to the next; 0: only when the operator asks for it.", 0, 525600},
    {"warehouse.upkeep_mb_max", CVG_FIELD(warehouse.upkeep_mb_max), "128", "MiB", "What one pass of upkeep rewrites of one lake; the next pass goes on.", 1, 1048576},
    {"warehouse.flush_rows_min", CVG_FIELD(warehouse.flush_rows_min), "10000", "rows", "Rows of a table that the catalog may hold before upkeep writes them to a file.", 1, 100000000},
    {"warehouse.merge_files_min", CVG_FIELD(warehouse.merge_files_min), "32", "files", "Small files of a table from which upkeep merges them.", 2, 1000000},
    {"warehouse.merge_file_mb", CVG_FIELD(warehouse.merge_file_mb), "32", "MiB", "What a merged file may grow to: it bounds how long a publication waits. A file below a quarter of it is small.", 1, 4096},

    {"key_manager.plugin", CVG_FIELD(key_manager.plugin), "local", "", "The key manager component that wraps data keys."},
    {"key_manager.key_file", CVG_FIELD(key_manager.key_file), "", "", "File of the local master key, mode 0600; empty: {data_dir}/keys/master.key."},
    {"admin.api_key", CVG_FIELD(admin.api_key), "", "", "The operator's key (X-Admin-Key); empty: the operator's routes answer 503.", 0, 0, "ADMIN_API_KEY"},
    {"admin.api_key_file", CVG_FIELD(admin.api_key_file), "", "", "A file that holds the operator's key instead.", 0, 0, "ADMIN_API_KEY_FILE"},
    {"cors.origins", CVG_FIELD(cors.origins), "", "", "Origins whose pages may call the API; * allows every one.", 0, 0, "CORS_ORIGINS"},
    {"log.level", CVG_FIELD(log.level), "info", "debug|info|warning|error", "Lines below this level are not written."},
    {"log.requests", CVG_FIELD(log.requests), "true", "", "A line for each request (info; health, metrics and pages: debug)."},
};
#undef CVG_FIELD

Status set_text(std::string& field, const ServerOption& option, std::string_view text) {
  if (!option.unit.empty()) {
    std::vector<std::string> words;
    for (const std::string_view word : split(option.unit, '|')) words.emplace_back(word);
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      return Status(Code::config, fmt::format("'{}' is none of {}", text, join(words, ", ")));
    }
  }
  field = text;
  return {};
}

Status set_number(std::int64_t& field, const ServerOption& option, std::string_view text) {
  std::int64_t value = 0;
  if (!parse_integer(text, value)) return Status(Code::config, fmt::format("'{}' is not a whole number", text));
  if (value < option.min || value > option.max) {
    return Status(Code::config, fmt::format("{} is not between {} and {} {}", value, option.min, option.max, option.unit));
  }
  field = value;
  return {};
}

Status set_boolean(bool& field, std::string_view text) {
  const std::string word = lower_ascii(text);
  if (word != "true" && word != "false" && word != "1" && word != "0") {
    return Status(Code::config, fmt::format("'{}' is neither true nor false", text));
  }
  field = word == "true" || word == "1";
  return {};
}

// "a,b" or ["a","b"]; an empty text is an empty list.
Status set_list(std::vector<std::string>& field, std::string_view text) {
  field.clear();
  text = trim(text);
  if (text.empty()) return {};
  if (text.starts_with('[')) {
    CVG_ASSIGN(const Json list, parse_json(text));
    for (const Json& item : list.items()) {
      if (!item.is_string()) return Status(Code::config, "an element of the list is not text");
      field.push_back(item.text());
    }
    return {};
  }
  for (const std::string_view part : split(text, ',')) {
    if (trim(part).empty()) return Status(Code::config, fmt::format("'{}' has an empty element", text));
    field.emplace_back(trim(part));
  }
  return {};
}

}  // namespace

const std::vector<ServerOption>& server_options() { return options; }

std::string environment_name(const ServerOption& option) {
  std::string name = std::string(environment_prefix) + upper_ascii(option.key);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

Status set_option(ServerConfig& config, const ServerOption& option, std::string_view text) {
  switch (option.field.index()) {
    case 0: return set_text(*std::get<0>(option.field)(config), option, text);
    case 1: return set_number(*std::get<1>(option.field)(config), option, trim(text));
    case 2: return set_boolean(*std::get<2>(option.field)(config), trim(text));
    default: return set_list(*std::get<3>(option.field)(config), text);
  }
}

std::vector<std::string> environment_doubts(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> names, doubts;
  // What all begin with says nothing about how near two names are.
  for (const ServerOption& option : server_options()) names.push_back(environment_name(option).substr(environment_prefix.size()));
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(environment_prefix)) continue;
    const std::string own = name.substr(environment_prefix.size());
    if (std::find(names.begin(), names.end(), own) != names.end()) continue;
    const std::string nearest = nearest_name(own, names);
    doubts.push_back(fmt::format("The environment variable {} is no option and is ignored{}", name,
                                 nearest.empty() ? "" : fmt::format("; did you mean {}{}?", environment_prefix, nearest)));
  }
  return doubts;
}

}  // namespace cvg
