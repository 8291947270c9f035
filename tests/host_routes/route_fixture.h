// RouteFixture: the dispatcher over a state store in memory and small services, with two tenants.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/base/digest.h"
#include "host/routes/dispatcher.h"
#include "tests/host_routes/fake_tenancy.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/shifting_key_manager.h"
#include "tests/fakes/fake_keys.h"
#include "tests/fakes/step_kinds.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {

class FakeRuns final : public RunService {
 public:
  Result<Triggered> trigger(const TriggerRequest& request) override {
    last = request;
    if (!next.ok()) return next;
    Triggered triggered;
    triggered.run_id = "11111111-2222-4333-8444-555555555555";
    triggered.pipeline_id = request.tenant.id + "-a-b-c";
    triggered.duplicate = duplicate;
    triggered.parameters = request.body;
    return triggered;
  }
  Result<Triggered> retry(const RunOrder& order) override {
    last_order = order;
    if (order.run_id != known_run) return Status(Code::not_found, "There is no such run");
    if (!next.ok()) return next;
    Triggered triggered;
    triggered.run_id = "22222222-2222-4333-8444-555555555555";
    triggered.pipeline_id = order.tenant.id + "-a-b-c";
    return triggered;
  }
  Result<Run> cancel(const RunOrder& order) override {
    last_order = order;
    if (order.run_id != known_run) return Status(Code::not_found, "There is no such run");
    if (!next.ok()) return next;
    Run run;
    run.id = order.run_id;
    run.tenant_id = order.tenant.id;
    run.state = RunState::running;
    run.created_ms = 1;
    run.cancel_reason = "Cancelled by " + order.user_id;
    return run;
  }
  TriggerRequest last;
  RunOrder last_order;
  std::string known_run = "aaaaaaaa-2222-4333-8444-555555555555";  // the only one that can be cancelled or tried again
  Status next;
  bool duplicate = false;
};

class FakeOnboarding final : public OnboardService {
 public:
  Result<Json> dryrun(const OnboardRequest& request) override {
    last = request;
    return *parse_json(R"({"status":"SUCCESS","tenant_id":"x","subscription_plan":"STARTER","company_name":"C","admin_email":"a@b.c",
      "ready_for_onboarding":true,"message":"m","validation_summary":{"total_checks":1,"passed":1,"failed":0},
      "validation_results":[{"check_name":"c","status":"PASSED","message":"m"}]})");
  }
  Result<Json> onboard(const OnboardRequest& request) override {
    last = request;
    if (!next.ok()) return next;
    return *parse_json(R"({"tenant_id":"x","api_key":"x_api_1","subscription_plan":"STARTER","dataset_created":true,
      "tables_created":["t"],"dryrun_status":"SUCCESS","message":"m"})");
  }
  OnboardRequest last;
  Status next;
};

class FakeSessions final : public Sessions {
 public:
  Result<SessionAnswer> query(const SessionQuery& query) override {
    last = query;
    if (!next.ok()) return next;
    SessionAnswer answer;
    answer.body = query.format == "csv" ? "a\r\n1\r\n" : R"({"columns":[{"name":"a","type":"INTEGER"}],"rows":[[1]]})";
    answer.row_count = 1;
    return answer;
  }
  void published(const std::string&) override {}
  void stop() override {}
  SessionQuery last;
  Status next;
};

class FakeSchedules final : public ScheduleService {
 public:
  Result<Schedule> put(const ScheduleCaller& caller, const Json& body) override {
    last = caller;
    if (!next.ok()) return next;
    Schedule schedule = make();
    schedule.provider = body["provider"].text();
    return schedule;
  }
  Result<std::vector<Schedule>> list(const std::string&, std::optional<bool> is_active) override {
    filter = is_active;
    return std::vector<Schedule>{make()};
  }
  Status remove(const ScheduleCaller&, const std::string& config_id) override {
    return config_id == make().config_id ? Status() : Status(Code::not_found, "There is no such schedule");
  }
  Result<Backfill> add_backfill(const ScheduleCaller& caller, const BackfillOrder& order) override {
    last = caller;
    last_order = order;
    if (!next.ok()) return next;
    return backfill();
  }
  Result<Backfill> backfill(const std::string&, const std::string& id) override {
    if (id != backfill().backfill_id) return Status(Code::not_found, "There is no such backfill");
    return backfill();
  }
  Result<Backfill> cancel_backfill(const ScheduleCaller&, const std::string&) override {
    Backfill b = backfill();
    b.cancelled_ms = 9000;
    return b;
  }
  static Schedule make() {
    Schedule s;
    s.config_id = "11111111-2222-4333-8444-666666666666";
    s.parameters_json = "{}";
    s.next_run_ms = s.created_ms = s.updated_ms = 1000;
    return s;
  }
  static Backfill backfill() {
    Backfill b;
    b.backfill_id = "11111111-2222-4333-8444-777777777777";
    b.from_date = "2026-01-01";
    b.to_date = "2026-01-04";
    b.parameters_json = "{}";
    b.created_ms = 1000;
    b.total = 4;
    b.queued = 3;
    b.complete = 1;
    return b;
  }
  ScheduleCaller last;
  BackfillOrder last_order;
  std::optional<bool> filter;
  Status next;
};

class FakeOperations final : public SchedulerOperations {
 public:
  Result<TriggerCounts> trigger(const std::string& tenant_id, std::int64_t limit, const ScheduleCaller& caller) override {
    last_tenant = tenant_id;
    last_limit = limit;
    last = caller;
    return TriggerCounts{1, 1, 0, 5000};
  }
  Result<QueueProgress> process_queue(std::int64_t most) override {
    if (most == 1) return QueueProgress{};
    return QueueProgress{most, "11111111-2222-4333-8444-555555555555", "acme", "acme-a-b-c"};
  }
  Result<SchedulerNumbers> numbers() override { return SchedulerNumbers{1, 2, 3, 4, 5, 6, 7, 1.5}; }
  Result<QuotaReset> reset_quotas(const ScheduleCaller& caller) override {
    last = caller;
    return QuotaReset{2, 3};
  }
  Result<std::vector<Mended>> clean_up(const ScheduleCaller&) override {
    return std::vector<Mended>{{"acme", "acme-a-b-c", "", "queue item queued again: it had no run"}};
  }
  ScheduleCaller last;
  std::string last_tenant = "nobody";
  std::int64_t last_limit = 0;
};

class FakeUpkeep final : public UpkeepService {
 public:
  Result<Json> run_now(const std::string& tenant_id) override {
    last = tenant_id;
    return *parse_json(R"({"skipped":false,"changed":true,"expired_snapshots":1,"flushed_rows":0,"merged_files":40,"rewritten_files":0,
      "deleted_files":2,"swept_files":0,"swept_folders":0,"locked_ms_max":12,"duration_ms":30})");
  }
  std::string last;
};

class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Result<std::string> read() override {
    was_read = true;
    return text_;
  }
  bool was_read = false;

 private:
  std::string text_;
};

class RouteFixture : public testing::Test {
 protected:
  static constexpr const char* run_id = "aaaaaaaa-2222-4333-8444-555555555555";
  static constexpr const char* webhook_id = "wh_1";
  static constexpr const char* foreign_run_id = "bbbbbbbb-2222-4333-8444-555555555555";

  void SetUp() override {
    std::filesystem::create_directories(configs.file("x/x"));
    std::ofstream(configs.file("x/x/x.yml")) << "steps: [{step_id: a, type: wait}]\n";
    Database::Options options;
    options.path = ":memory:";
    auto opened = open_database(options);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    database = std::move(*opened);
    tenants = std::make_unique<TenantStore>(*database, clock);
    run_store = std::make_unique<RunStore>(*database, clock);
    authenticator = std::make_unique<Authenticator>(*tenants, "the-admin-key");
    limiter = std::make_unique<RateLimiter>(clock);
    webhook_store = std::make_unique<WebhookStore>(*database, clock);
    delivery_store = std::make_unique<DeliveryStore>(*database, clock);
    webhooks.reset(new WebhookService({*webhook_store, *delivery_store, keys, clock, 5, false, {}}));
    idempotency = std::make_unique<IdempotencyStore>(*database, clock, 86'400'000);
    add_tenant("Acme", acme_key);
    add_tenant("Other", other_key);
    add_run("acme", run_id);
    add_run("other", foreign_run_id);
    add_webhook("acme", webhook_id);
    RouteSettings settings;
    settings.version = "1.2.3";
    settings.environment = "test";
    settings.cors_origins = {"https://app.example.com"};
    settings.swagger_dir = CVG_SWAGGER_DIR;
    services.reset(new Services{*authenticator, *limiter, runs, onboarding, tenancy, *run_store, *tenants, *idempotency, sessions, guide, schedules, operations, upkeep, clock, log,
                                metrics, stopping, settings, {{"state_store", [this] { return store_works; }}}});
    key_store = std::make_unique<KeyStore>(*database, clock);
    audit = std::make_unique<AuditLog>(*database);
    plans = std::make_unique<Plans>(*Plans::parse("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 3}\n"
                                                  "SCALE: {daily: 100, monthly: 3000, concurrent: 10, team: 11, providers: 10}\n", "p"));
    tenant_admin = std::make_unique<TenantAdmin>(TenantAdminParts{*tenants, *key_store, key_manager, *plans, clock, [](const std::string&) {}});
    services->webhooks = webhooks.get();
    services->admin = {tenant_admin.get(), audit.get(), database.get(), plans.get(), &plugins, [] {
                         ReloadReport report;
                         report.loaded = {"acme"};
                         report.needs_restart = {{"local", "its row in server.yml changed"}};
                         return Result<ReloadReport>(report);
                       }};
    dispatcher = std::make_unique<Dispatcher>(*services);
  }

  void add_tenant(const std::string& display_id, const std::string& key) {
    Tenant tenant;
    tenant.id = lower_tenant_id(display_id);
    tenant.display_id = display_id;
    tenant.company_name = "C";
    tenant.admin_email = "a@b.c";
    tenant.plan = {"STARTER", 6, 180, 3, 2, 3};
    tenant.status = "ACTIVE";
    tenant.created_ms = clock.now_ms();
    ApiKey row;
    row.id = "key_" + tenant.id;
    row.tenant_id = tenant.id;
    row.hash = hash_api_key(key);
    row.scopes = "*";
    row.created_ms = clock.now_ms();
    const Status created = tenants->create(tenant, row, {});
    ASSERT_TRUE(created.ok()) << created.log_text();
  }

  void add_webhook(const std::string& tenant, const std::string& id) {
    Webhook webhook;
    webhook.id = id;
    webhook.tenant_id = tenant;
    webhook.url = "https://a.example/";
    webhook.events = {"*"};
    webhook.encrypted_secret = "sealed";
    const Status created = webhook_store->create(webhook, 1, {});
    ASSERT_TRUE(created.ok()) << created.log_text();
  }

  void add_run(const std::string& tenant, const std::string& id) {
    cvg::Run run;
    run.id = id;
    run.tenant_id = tenant;
    run.pipeline_id = tenant + "-aws-cost-cur";
    run.provider = "aws";
    run.domain = "cost";
    run.template_name = "cur";
    run.trigger_type = "api";
    run.trigger_by = "api_user";
    run.run_date = "2026-05-15";
    run.parameters_json = "{}";
    run.created_ms = clock.now_ms();
    const auto begun = run_store->begin(run, {"STARTER", 6, 180, 3, 2, 3}, true, {});
    ASSERT_TRUE(begun.ok()) << begun.status().log_text();
  }

  struct Call {
    std::string method = "GET", path = "/", query, key, body, content_type = "application/json";
    std::vector<Header> headers;
  };
  Response call(const Call& call) {
    Request request;
    request.method = method_from_text(call.method);
    request.method_text = call.method;
    request.path = call.path;
    request.query = call.query;
    request.headers = call.headers;
    request.client_address = "192.0.2.1";
    if (!call.key.empty()) request.headers.push_back({"X-API-Key", call.key});
    if (!call.body.empty()) request.headers.push_back({"Content-Type", call.content_type});
    TextBody body(call.body);
    Response response = dispatcher->handle(request, body);
    body_was_read = body.was_read;
    return response;
  }
  Response get(const std::string& path, const std::string& key = "", const std::string& query = "") {
    return call({"GET", path, query, key, "", "", {}});
  }
  // With the operator's key.
  Response admin(const std::string& method, const std::string& path, const std::string& body = "", const std::string& query = "") {
    return call({method, path, query, "", body, "application/json",
                 {{"X-Admin-Key", "the-admin-key"}, {"X-User-ID", "jane"}, {"X-Request-ID", "req-7"}}});
  }
  Response post(const std::string& path, const std::string& key, const std::string& body) {
    return call({"POST", path, "", key, body, "application/json", {}});
  }
  static Json json(const Response& response) {
    Result<Json> parsed = parse_json(response.body);
    return parsed.ok() ? *parsed : Json();
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }
  static std::string text(const Response& response, const std::string& member) { return json(response)[member].text(); }

  const std::string acme_key = "Acme_api_0123456789abcdef", other_key = "Other_api_0123456789abcdef";
  FakeClock clock;
  Log log{Severity::error};
  MetricsRegistry metrics{"1.2.3"};
  std::atomic<bool> stopping{false};
  bool store_works = true, body_was_read = false;
  FakeRuns runs;
  FakeOnboarding onboarding;
  FakeTenancy tenancy;
  FakeSessions sessions;
  FakeSchedules schedules;
  FakeOperations operations;
  FakeUpkeep upkeep;
  const FakeStepKinds kinds;
  TempFolder configs;
  TemplateCatalog catalog{{std::string(configs.path())}, kinds};
  const TemplateGuide guide{catalog, kinds};
  std::unique_ptr<Database> database;
  std::unique_ptr<TenantStore> tenants;
  std::unique_ptr<RunStore> run_store;
  ShiftingKeyManager key_manager;
  PluginRegistry plugins{{"", ""}};
  std::unique_ptr<KeyStore> key_store;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<Plans> plans;
  std::unique_ptr<TenantAdmin> tenant_admin;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<RateLimiter> limiter;
  FakeKeys keys;
  std::unique_ptr<WebhookStore> webhook_store;
  std::unique_ptr<DeliveryStore> delivery_store;
  std::unique_ptr<WebhookService> webhooks;
  std::unique_ptr<IdempotencyStore> idempotency;
  std::unique_ptr<Services> services;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace cvg
