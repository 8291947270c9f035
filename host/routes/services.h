// Services: what handlers may call; built and owned by host/app, outliving the dispatcher.  Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/access/authenticator.h"
#include "core/access/rate_limiter.h"
#include "core/access/tenant_admin.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/config/plans.h"
#include "core/config/template_guide.h"
#include "core/deliver/webhook_service.h"
#include "core/plugin/registry.h"
#include "core/run/run_events.h"
#include "core/run/run_service.h"
#include "core/state/audit_log.h"
#include "core/state/database.h"
#include "core/schedule/schedule_service.h"
#include "core/state/idempotency_store.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"
#include "core/tenancy/onboard_service.h"
#include "core/tenancy/tenancy_service.h"
#include "core/warehouse/sessions.h"
#include "core/warehouse/upkeep.h"
#include "host/routes/metrics_registry.h"

namespace cvg {

// How often; named as in server.yml.
struct RouteLimits {
  std::int64_t onboard_per_minute = 5, dryrun_per_minute = 10, tenant_per_minute = 100, tenant_per_hour = 1000;
  std::int64_t run_per_minute = 50, global_per_minute = 10'000, refused_per_minute = 1000;
};

// What of the operator's configuration the routes need.
struct RouteSettings {
  std::string version, environment;
  std::vector<std::string> cors_origins;
  RouteLimits limits;
  bool onboarding_requires_admin_key = false;
  std::string swagger_dir;  // Swagger UI's files
  std::int64_t heavy_requests_max = 32;  // of Weight::heavy at once; more are refused with 429
  std::int64_t sql_bytes_max = 16384, query_rows_max = 100'000;
  std::int64_t gzip_bytes_min = 4096;  // smaller answers travel as they are; 0: all do
  bool logs_requests = true;           // a line for each
};

// One line of GET /health/ready.
struct ReadinessCheck {
  std::string name;
  std::function<bool()> passes;  // fast: it runs within the request
};

// What a reload of plugins did, and what only a restart can do.
struct ReloadReport {
  struct Note {
    std::string name, reason;
  };
  std::vector<std::string> loaded, unchanged;  // plugins
  std::vector<Note> refused, needs_restart;
  std::int64_t templates = 0;  // that can run
  std::vector<Note> templates_refused;
};

// What the operator's routes use besides; set before the first request, never null then.
struct AdminServices {
  TenantAdmin* tenants = nullptr;
  AuditLog* audit = nullptr;
  Database* database = nullptr;
  const Plans* plans = nullptr;
  const PluginRegistry* plugins = nullptr;
  std::function<Result<ReloadReport>()> reload = {};
};

struct Services {
  const Authenticator& authenticator;
  RateLimiter& limiter;
  RunService& runs;
  OnboardService& onboarding;
  TenancyService& tenancy;
  RunStore& run_store;
  TenantStore& tenants;
  IdempotencyStore& idempotency;
  Sessions& sessions;
  const TemplateGuide& templates;
  ScheduleService& schedules;
  SchedulerOperations& scheduler;
  UpkeepService& upkeep;
  const Clock& clock;
  Log& log;
  MetricsRegistry& metrics;
  const std::atomic<bool>& stopping;
  RouteSettings settings;
  std::vector<ReadinessCheck> readiness;
  AdminServices admin = {};
  WebhookService* webhooks = nullptr;
  RunEvents* events = nullptr;  // null: there are no event streams
};

}  // namespace cvg
