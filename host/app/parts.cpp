#include "host/app/parts.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/config/server_options.h"
#include "core/plugin/call.h"
#include "core/plugin/verified_copy.h"
#include "core/state/outbox_lag.h"
#include "host/app/config_limits.h"
#include "host/app/plugin_rows.h"
#include "host/app/version.h"
#include "host/sample/sample.h"

namespace cvg {
namespace {

// The component of this kind that the configuration names, or a sentence.
Result<const Component*> configured(const PluginRegistry& registry, std::string_view kind, const std::string& name) {
  if (const Component* component = registry.find(kind, name)) return component;
  return Status(Code::config, fmt::format("No configured plugin offers {} {}: see plugins in server.yml", kind, name));
}

CallInfo call_info_of_tenant(const Tenant& tenant) {
  CallInfo info;
  info.tenant_id = tenant.id;
  info.display_id = tenant.display_id;
  return info;
}

// A session's query may begin as late as the end of the pass that gave a file up.
Status check_grace(const ServerConfig& config) {
  constexpr std::int64_t pass_ms_max = 25'000;
  const std::int64_t needed_ms = config.sessions.query_timeout_ms + config.sessions.kill_grace_ms + pass_ms_max;
  if (config.warehouse.file_grace_minutes * 60'000 >= needed_ms) return {};
  return Status(Code::config, fmt::format("warehouse.file_grace_minutes: {} is too short for sessions.query_timeout_ms; at least {} are needed",
                                          config.warehouse.file_grace_minutes, (needed_ms + 59'999) / 60'000));
}

// Without this a misspelt folder would only show as templates that are not found.
Status check_configs_dirs(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) continue;
    return Status(Code::config, fmt::format("configs_dirs: {} is no folder that can be read: create it, or correct configs_dirs in server.yml "
                                            "or CONVERGENCE_CONFIGS_DIRS", folder));
  }
  return {};
}

}  // namespace

Status Parts::make_folders_of_data() {
  CVG_RETURN_IF_ERROR(make_folders(config.data_dir, 0700));
  for (const char* name : {"lakes", "keys", "spill", "stage", "plugins"})
    CVG_RETURN_IF_ERROR(make_folders(fmt::format("{}/{}", config.data_dir, name), 0700));
  return {};
}

Status Parts::start(const Installation& installation) {
  CVG_RETURN_IF_ERROR(open_state());
  CVG_RETURN_IF_ERROR(load_plugins(installation));
  CVG_RETURN_IF_ERROR(open_warehouse(installation));
  CVG_RETURN_IF_ERROR(make_deliveries());
  CVG_RETURN_IF_ERROR(make_runs());
  CVG_RETURN_IF_ERROR(answer());
  log_start();
  return {};
}

Status Parts::open_state() {
  CVG_RETURN_IF_ERROR(check_configs_dirs(config.configs_dirs));
  Severity least = Severity::info;
  if (severity_from_text(config.log.level, least)) log.set_least(least);
  log.redactor().add(config.admin.api_key);
  for (const std::string& doubt : environment_doubts(process_environment())) log.warning(doubt);
  for (const std::string& doubt : config_doubts(config)) log.warning(doubt);
  CVG_RETURN_IF_ERROR(make_folders_of_data());
  Database::Options options;
  options.path = config.data_dir + "/state.db";
  options.write_queue_max = config.state.write_queue_max;
  options.write_batch_max = config.state.write_batch_max;
  CVG_ASSIGN(database, open_database(options));
  tenants.emplace(*database, clock);
  credentials.emplace(*database, clock);
  key_store.emplace(*database, clock);
  audit.emplace(*database);
  run_store.emplace(*database, clock, config.notices.quota_percent);
  webhook_store.emplace(*database, clock);
  delivery_store.emplace(*database, clock);
  schedule_store.emplace(*database, clock);
  queue_store.emplace(*database, *run_store, clock, QueueStore::Options{config.scheduler.attempts_max, config.scheduler.retry_seconds * 1000, config.scheduler.backfills_parallel_max});
  idempotency.emplace(*database, clock, config.http.idempotency_hours * 3'600'000);
  return {};
}

Status Parts::load_plugins(const Installation& installation) {
  isolation.emplace(installation.worker_command(), isolation_limits(config));
  registry.emplace(PluginRegistry::Options{config.plugins_dir, config.data_dir + "/plugins", &*isolation});
  CVG_RETURN_IF_ERROR(registry->load(plugin_rows(config)));
  std::vector<std::string> loaded;
  for (const LoadedPlugin& plugin : registry->plugins()) loaded.push_back(plugin.sha256);
  const Result<int> pruned = prune_copies(config.data_dir + "/plugins", loaded);
  if (!pruned.ok()) log.warning("Old copies of plugins stay", {{"error", pruned.status().log_text()}});
  return {};
}

Status Parts::open_warehouse(const Installation& installation) {
  CVG_RETURN_IF_ERROR(check_grace(config));
  CVG_ASSIGN(const Component* component, configured(*registry, CVG_KIND_WAREHOUSE, config.warehouse.plugin));
  Call::Options options;
  options.clock = &clock;
  Call call(options);
  CVG_ASSIGN(warehouse_instance, Instance::create(*component, call.raw()));
  warehouse = make_plugin_warehouse(warehouse_instance->table<cvg_warehouse>(),
                                    static_cast<const cvg_upkeep*>(registry->extension(*component, CVG_EXT_UPKEEP)),
                                    warehouse_instance->raw(), component->name);
  CVG_ASSIGN(const Component* keys, configured(*registry, CVG_KIND_KEY_MANAGER, config.key_manager.plugin));
  CVG_ASSIGN(key_manager, make_plugin_key_manager(*keys, clock));
  KeyRotationStore wrapped(*database, clock);
  CVG_RETURN_IF_ERROR(check_master_key(wrapped, *key_manager, log));
  for (const LoadedPlugin& plugin : registry->plugins()) {
    if (plugin.name != component->plugin) continue;
    CVG_ASSIGN(sessions, start_sessions({installation.program(), "session-parent", session_parent_argument(config, plugin, *component)},
                                        config.data_dir + "/sessions", session_limits(config), clock));
  }
  return {};
}

Status Parts::make_deliveries() {
  HttpClientOptions options;
  options.allow_private_addresses = config.webhooks.allow_private_addresses;
  options.user_agent = fmt::format("convergence/{}", version);
  http_client = make_http_client(std::move(options));
  webhooks.emplace(WebhookService::Parts{*webhook_store, *delivery_store, *key_manager, clock, config.webhooks.per_tenant_max,
                                         config.webhooks.allow_private_addresses, [this] { deliverer->wake(); }});
  deliverer.emplace(Deliverer::Parts{*run_store, *tenants, *delivery_store, *http_client,
                                     [this](const Webhook& webhook) { return webhooks->secret_of(webhook); }, clock, log,
                                     deliver_counters, deliver_limits(config)});
  return make_lineage();
}

Status Parts::make_lineage() {
  const ServerConfig::Lineage& lines = config.lineage;
  CVG_RETURN_IF_ERROR(switch_lineage(*database, lines.transport != "none"));
  if (lines.transport == "none") return {};
  log.redactor().add(lines.api_key);
  HttpClientOptions options;
  options.allow_private_addresses = true;
  options.user_agent = fmt::format("convergence/{}", version);
  lineage_client = make_http_client(std::move(options));
  LineageSettings settings{lines.transport, lines.url, lines.file.starts_with('/') ? lines.file : config.data_dir + "/" + lines.file,
                           lines.api_key, lines.timeout_ms, lines.waiting_max,
                           {lines.job_namespace, lines.dataset_namespace, lines.producer},
                           {1000, lines.backoff_ms_max, lines.backoff_ms_max}, lines.attempts_max};
  const auto schemas = [this](const Tenant& tenant) -> Result<std::map<std::string, Json>> {
    Call call(Call::Options{.info = call_info_of_tenant(tenant), .clock = &clock});
    CVG_ASSIGN(const Json dataset, warehouse->describe_dataset(call.raw()));
    std::map<std::string, Json> tables;
    for (const Json& table : dataset["tables"].items()) tables[table["name"].text()] = table["columns"];
    return tables;
  };
  lineage.emplace(LineageSender::Parts{*database, *run_store, *tenants, *lineage_client, schemas, clock, log, lineage_counters, std::move(settings)});
  return {};
}

Status Parts::make_runs() {
  // What a killed server left: no run is under way yet.
  for (const char* name : {"stage", "spill"}) {
    CVG_RETURN_IF_ERROR(remove_tree(fmt::format("{}/{}", config.data_dir, name)));
    CVG_RETURN_IF_ERROR(make_folders(fmt::format("{}/{}", config.data_dir, name), 0700));
  }
  CVG_ASSIGN(sources, SourceRoots::create(config.sources.allowed_roots, {config.data_dir}));
  sources.set_samples_dir(config.samples_dir);
  if (config.samples_dir == config.data_dir + "/samples") CVG_RETURN_IF_ERROR(make_bundled_sample(config.samples_dir));
  CVG_ASSIGN(plans, Plans::load(config.plans_file));
  components.emplace(*registry, clock, config.run.outputs_bytes_max);
  templates.emplace(config.configs_dirs, *components);
  template_guide.emplace(*templates, *components);
  watch.emplace(clock, config.run.cancel_grace_ms);
  step_slots.emplace(config.run.steps_server_max);
  events.emplace(event_limits(config));
  environment.emplace(RunEnvironment{*run_store, *tenants, *warehouse, *templates, *components, sources, *watch, clock, log,
                                     counters, config.data_dir + "/stage", run_limits(config),
                                     [this](const std::string& tenant) { sessions->published(tenant); },
                                     [this](const std::string& tenant) {
                                       mirror->soon(tenant);
                                       deliverer->wake();
                                       if (lineage) lineage->wake();
                                       if (timer) timer->wake();
                                     },
                                     [this](const std::string& run, const std::string& reason) { static_cast<void>(workers->cancel(run, reason)); }});
  environment->http = &*http_client;
  environment->slots = &*step_slots;
  environment->events = &*events;
  environment->retention_days = [this](const std::string& plan) { return plans->retention_days(plan); };
  mirror.emplace(Mirror::Parts{*run_store, *tenants, *credentials, *warehouse, clock, log, config.run.mirror_rows_max});
  mirror->on_written = [this](const std::string& tenant) { sessions->published(tenant); };
  mirrored_sessions.emplace(*sessions, *mirror, log);
  runs.emplace(*environment);
  make_schedules();
  workers.emplace(*database, *environment);
  onboarding.emplace(OnboardingParts{*environment, *runs, *workers, *mirror, *key_manager, *plans, config.onboarding.require_dryrun});
  CVG_RETURN_IF_ERROR(onboarding->recover());
  tenancy.emplace(Tenancy::Parts{*database, *key_manager, *registry, *tenants, *workers, *warehouse, *sessions, *mirror, clock, log, config.credentials.document_bytes_max, config.data_dir + "/exports", config.exports.bytes_max});
  tenancy->recover();
  upkeep.emplace(Upkeep::Parts{*warehouse, clock, log, [this](const std::string& tenant) { return run_store->live(tenant); },
                               [this](const std::string& tenant) { sessions->published(tenant); }},
                 upkeep_limits(config));
  upkeep->start();
  CVG_RETURN_IF_ERROR(workers->start());
  tenancy->end_erasures();
  return {};
}

// Before the workers: an ended run wakes the timer.
void Parts::make_schedules() {
  const ServerConfig::Scheduler& options = config.scheduler;
  const auto wake = [this] {
    if (timer) timer->wake();
  };
  const auto look = [this] {
    if (timer) timer->look();
  };
  schedules.emplace(Schedules::Parts{*environment, *schedule_store, *queue_store, options.schedules_per_tenant_max, options.backfill_days_max, look});
  scheduler.emplace(Scheduler::Parts{*database, *environment, *schedule_store, *queue_store, options.misfire_grace_seconds * 1000,
                                     options.waiting_per_schedule_max, options.usage_keep_days, wake});
  if (options.mode != "internal") return;
  timer.emplace(SchedulerTimer::Parts{*scheduler, [this] { return queue_store->next_ready_ms(); }, clock, log,
                                      options.trigger_seconds * 1000, options.cleanup_seconds * 1000});
  database->on_commit(wake);
}

RouteSettings Parts::route_settings() const {
  RouteSettings settings;
  settings.version = version;
  settings.environment = config.environment;
  settings.cors_origins = config.cors.origins;
  settings.limits = {config.rate_limits.onboard_per_minute, config.rate_limits.dryrun_per_minute,
                     config.rate_limits.tenant_per_minute,  config.rate_limits.tenant_per_hour,
                     config.rate_limits.run_per_minute,     config.rate_limits.global_per_minute,
                     config.rate_limits.refused_per_minute};
  settings.onboarding_requires_admin_key = config.onboarding.require_admin_key;
  settings.swagger_dir = CVG_SWAGGER_DIR;
  settings.heavy_requests_max = std::max<std::int64_t>(1, config.http.threads / 2);
  settings.sql_bytes_max = config.sessions.sql_bytes_max;
  settings.query_rows_max = config.sessions.rows_max;
  settings.gzip_bytes_min = config.http.gzip_bytes_min;
  settings.logs_requests = config.log.requests;
  return settings;
}

std::vector<ReadinessCheck> Parts::readiness_checks() {
  // An empty write waits its turn like any other: it proves that the writer lives and takes more.
  const auto store_answers = [this] {
    return database->read([](Connection& connection) { return connection.run("SELECT 1"); }).ok() &&
           database->write([](Connection&) { return Status(); }).ok() && free_disk_mb() >= config.state.free_disk_mb_min;
  };
  const auto may_write = [](std::string path, int mode) { return [path, mode] { return ::access(path.c_str(), mode) == 0; }; };
  return {{"state_store", store_answers},
          {"warehouse", may_write(config.data_dir + "/lakes", W_OK)},
          {"key_manager", may_write(config.data_dir + "/keys", R_OK)},
          {"plugins", [this] { return !registry->plugins().empty(); }}};
}

std::int64_t Parts::free_disk_mb() const {
  struct statvfs found {};
  if (::statvfs(config.data_dir.c_str(), &found) != 0) return 0;
  return static_cast<std::int64_t>(found.f_bavail * found.f_frsize >> 20);
}

void Parts::add_gauges() {
  const auto add = [&](const char* name, const char* help, const std::atomic<std::int64_t>& value) {
    metrics->add_counter(name, help, [&value] { return static_cast<double>(value.load()); });
  };
  add("convergence_runs_accepted_total", "Runs accepted since the start", counters.runs_accepted);
  add("convergence_runs_complete_total", "Runs that ended COMPLETE since the start", counters.runs_complete);
  add("convergence_runs_failed_total", "Runs that ended FAILED since the start", counters.runs_failed);
  add("convergence_steps_complete_total", "Steps that ended COMPLETE since the start", counters.steps_complete);
  add("convergence_steps_failed_total", "Steps that ended FAILED since the start", counters.steps_failed);
  add("convergence_rows_processed_total", "Rows that steps moved since the start", counters.rows);
  add("convergence_lineage_sent_total", "Events of lineage that were given away", lineage_counters.sent);
  add("convergence_lineage_failed_total", "Attempts that failed and will be repeated", lineage_counters.failed);
  add("convergence_lineage_dropped_total", "Events that were refused for good, or waited too long", lineage_counters.dropped);
  add("convergence_webhooks_delivered_total", "Deliveries that a receiver took", deliver_counters.delivered);
  add("convergence_webhooks_retried_total", "Attempts that failed and will be repeated", deliver_counters.retried);
  add("convergence_webhooks_failed_total", "Deliveries that were given up", deliver_counters.failed);
  metrics->add_gauge("convergence_webhooks_waiting", "Deliveries that wait to be sent",
                     [this] {
                       const Result<std::int64_t> waiting = delivery_store->count_waiting();
                       return waiting.ok() ? static_cast<double>(*waiting) : 0;
                     });
  const UpkeepCounters& kept = upkeep->counters();
  add("convergence_upkeep_passes_total", "Passes of upkeep over a lake since the start", kept.passes);
  add("convergence_upkeep_failures_total", "Passes of upkeep that failed since the start", kept.failures);
  add("convergence_upkeep_expired_snapshots_total", "Snapshots that upkeep expired since the start", kept.expired_snapshots);
  add("convergence_upkeep_flushed_rows_total", "Rows that upkeep moved from catalogs to files since the start", kept.flushed_rows);
  add("convergence_upkeep_merged_files_total", "Small files that upkeep merged since the start", kept.merged_files);
  add("convergence_upkeep_rewritten_files_total", "Half deleted files that upkeep rewrote since the start", kept.rewritten_files);
  add("convergence_upkeep_deleted_files_total", "Files given up and deleted after their grace since the start", kept.deleted_files);
  add("convergence_upkeep_swept_files_total", "Files that nobody would publish, deleted since the start", kept.swept_files);
  metrics->add_gauge("convergence_upkeep_locked_ms_max", "The longest that upkeep held a lake's lock since the start",
                     [&kept] { return static_cast<double>(kept.locked_ms_max.load()); });
  metrics->add_gauge("convergence_mirror_lag_seconds", "How long what waits longest for the mirror of its tenant's dataset has waited",
                     [this] {
                       const Result<std::int64_t> oldest = oldest_outbox_ms(*database, "mirror");
                       return oldest.ok() && *oldest != 0 ? static_cast<double>(std::max<std::int64_t>(0, clock.now_ms() - *oldest)) / 1000 : 0;
                     });
  metrics->add_gauge("convergence_runs_under_way", "Runs that are executed now",
                     [this] { return static_cast<double>(workers->running()); });
  metrics->add_gauge("convergence_data_free_mb", "Free space of the data directory's disk, MiB",
                     [this] { return static_cast<double>(free_disk_mb()); });
  metrics->add_gauge("convergence_http_connections", "Connections that are served now",
                     [this] { return server ? static_cast<double>(server->connections()) : 0; });
  metrics->add_gauge("convergence_http_in_flight", "Requests that are answered now",
                     [this] { return server ? static_cast<double>(server->in_flight()) : 0; });
  metrics->add_gauge("convergence_http_connections_waiting", "Connections that are silent or wait for a thread",
                     [this] { return server ? static_cast<double>(server->waiting()) : 0; });
  metrics->add_counter("convergence_http_connections_refused_total", "Connections beyond the limit of their address",
                       [this] { return server ? static_cast<double>(server->refused_by_address()) : 0; });
  metrics->add_counter("convergence_tls_handshakes_failed_total", "TLS connections that ended before their first request",
                       [this] { return server ? static_cast<double>(server->handshakes_failed()) : 0; });
  if (!config.http.tls_certificate_file.empty())
    metrics->add_gauge("convergence_tls_certificate_end_seconds", "The end of the certificate's validity, since 1970",
                       [this] { return server ? static_cast<double>(server->certificate_valid_until_ms()) / 1000 : 0; });
}

Status Parts::answer() {
  tenant_admin.emplace(TenantAdminParts{*tenants, *key_store, *key_manager, *plans, clock,
                                        [this](const std::string& tenant) { mirror->soon(tenant); },
                                        config.access.tenant_keys_max, config.access.grace_seconds_max});
  key_uses.emplace(*key_store, clock, KeyUses::Options{config.access.key_use_seconds * 1000, config.access.key_uses_max});
  authenticator.emplace(*tenants, config.admin.api_key, &*key_uses);
  limiter.emplace(clock, config.rate_limits.keys_max);
  metrics.emplace(version);
  add_gauges();
  services.emplace(Services{*authenticator, *limiter, *runs, *onboarding, *tenancy, *run_store, *tenants, *idempotency, *mirrored_sessions, *template_guide, *schedules, *scheduler, *upkeep, clock, log, *metrics,
                            stopping, route_settings(), readiness_checks()});
  services->events = &*events;
  services->webhooks = &*webhooks;
  plugin_reload.emplace(*registry, *templates, config, reread);
  services->admin = {&*tenant_admin, &*audit, &*database, &*plans, &*registry, [this] { return plugin_reload->run(); }};
  dispatcher.emplace(*services);
  CVG_ASSIGN(server, Server::start(server_options_of(config), *dispatcher));
  return {};
}

void Parts::log_start() {
  std::string plugins;
  for (const LoadedPlugin& plugin : registry->plugins()) plugins += (plugins.empty() ? "" : ", ") + plugin.name;
  log.info("started", {{"version", version}, {"listen", config.listen}, {"port", std::to_string(server->port())},
                       {"environment", config.environment}, {"plugins", plugins}});
}

void Parts::stop() {
  if (stopped) return;
  stopped = true;
  if (server) log.info("stopping: requests and steps in flight may end");
  stopping.store(true);
  if (server) server->stop();
  if (timer) timer->stop();
  if (workers) workers->stop(config.http.drain_seconds_max * 1000);
  if (deliverer) deliverer->stop();
  if (upkeep) upkeep->stop();
  if (database) database->on_commit({});
  if (lineage) lineage->stop();
  if (sessions) sessions->stop();
  if (server) log.info("stopped");
}

}  // namespace cvg
