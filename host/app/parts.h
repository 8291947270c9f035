// Parts: the members of App, in the order of their dependency: each needs only those above it, and the destructor takes
// them down from the last to the first.  One thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/access/authenticator.h"
#include "core/access/key_manager.h"
#include "core/access/key_uses.h"
#include "core/access/rate_limiter.h"
#include "core/access/tenant_admin.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/config/plans.h"
#include "core/config/server_config.h"
#include "core/config/template_catalog.h"
#include "core/config/template_guide.h"
#include "core/deliver/deliverer.h"
#include "core/deliver/lineage_sender.h"
#include "core/deliver/webhook_service.h"
#include "core/isolated/isolated_plugins.h"
#include "core/plugin/objects.h"
#include "core/plugin/registry.h"
#include "core/run/mirror.h"
#include "core/run/mirrored_sessions.h"
#include "core/run/plugin_components.h"
#include "core/run/run_acceptor.h"
#include "core/run/run_context.h"
#include "core/run/step_watch.h"
#include "core/run/worker_pool.h"
#include "core/state/audit_log.h"
#include "core/state/credential_store.h"
#include "core/state/database.h"
#include "core/state/key_store.h"
#include "core/schedule/scheduler.h"
#include "core/schedule/scheduler_timer.h"
#include "core/schedule/schedules.h"
#include "core/state/queue_store.h"
#include "core/state/idempotency_store.h"
#include "core/state/run_store.h"
#include "core/state/schedule_store.h"
#include "core/state/tenant_store.h"
#include "core/tenancy/onboarding.h"
#include "core/tenancy/key_check.h"
#include "core/tenancy/plugin_key_manager.h"
#include "core/tenancy/tenancy.h"
#include "core/warehouse/sessions.h"
#include "core/warehouse/upkeep.h"
#include "core/warehouse/warehouse.h"
#include "host/app/installation.h"
#include "host/app/plugin_reload.h"
#include "host/http/server.h"
#include "host/routes/dispatcher.h"

namespace cvg {

struct Parts {
  explicit Parts(ServerConfig c) : config(std::move(c)) {}
  ~Parts() { stop(); }

  // Makes everything and begins to answer; an error is a sentence for the operator.
  Status start(const Installation& installation);

  // The parts of start(), in its order.
  Status open_state();
  Status load_plugins(const Installation& installation);
  Status open_warehouse(const Installation& installation);
  Status make_deliveries();
  Status make_runs();
  void make_schedules();
  Status answer();
  void log_start();
  void stop();  // in the reverse direction of a request; a second call does nothing

  const ServerConfig config;
  std::function<Result<ServerConfig>()> reread;  // may be empty
  SystemClock clock;
  Log log;
  std::atomic<bool> stopping{false};
  bool stopped = false;

  std::unique_ptr<Database> database;
  std::optional<TenantStore> tenants;
  std::optional<CredentialStore> credentials;
  std::optional<RunStore> run_store;
  std::optional<KeyStore> key_store;
  std::optional<AuditLog> audit;
  std::optional<WebhookStore> webhook_store;
  std::optional<DeliveryStore> delivery_store;
  std::optional<ScheduleStore> schedule_store;
  std::optional<QueueStore> queue_store;
  std::optional<IdempotencyStore> idempotency;

  std::optional<IsolatedPlugins> isolation;
  std::optional<PluginRegistry> registry;
  std::optional<Instance> warehouse_instance;
  std::unique_ptr<Warehouse> warehouse;
  std::unique_ptr<KeyManager> key_manager;
  std::unique_ptr<Sessions> sessions;
  std::optional<Upkeep> upkeep;

  std::unique_ptr<HttpClient> http_client;  // under the operator's rule for private addresses
  DeliverCounters deliver_counters;
  std::optional<Deliverer> deliverer;
  std::optional<WebhookService> webhooks;
  std::unique_ptr<HttpClient> lineage_client;  // the collector is the operator's: it may be inside
  LineageCounters lineage_counters;
  std::optional<LineageSender> lineage;  // none: switched off

  SourceRoots sources;
  std::optional<Plans> plans;
  std::optional<PluginComponents> components;
  std::optional<TemplateCatalog> templates;
  std::optional<TemplateGuide> template_guide;
  std::optional<StepWatch> watch;
  RunCounters counters;
  std::optional<StepSlots> step_slots;
  std::optional<RunEvents> events;
  std::optional<RunEnvironment> environment;
  std::optional<Mirror> mirror;
  std::optional<MirroredSessions> mirrored_sessions;
  std::optional<Schedules> schedules;
  std::optional<Scheduler> scheduler;
  std::optional<SchedulerTimer> timer;  // of scheduler.mode internal
  std::optional<WorkerPool> workers;
  std::optional<RunAcceptor> runs;
  std::optional<Onboarding> onboarding;
  std::optional<Tenancy> tenancy;

  std::optional<PluginReload> plugin_reload;
  std::optional<TenantAdmin> tenant_admin;
  std::optional<KeyUses> key_uses;
  std::optional<Authenticator> authenticator;
  std::optional<RateLimiter> limiter;
  std::optional<MetricsRegistry> metrics;
  std::optional<Services> services;
  std::optional<Dispatcher> dispatcher;
  std::unique_ptr<Server> server;

 private:
  Status make_folders_of_data();
  Status make_lineage();
  RouteSettings route_settings() const;
  std::vector<ReadinessCheck> readiness_checks();
  std::int64_t free_disk_mb() const;
  void add_gauges();
};

}  // namespace cvg
