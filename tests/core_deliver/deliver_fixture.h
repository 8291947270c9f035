// DeliverFixture: a state store in memory with one tenant, its webhooks, and a receiver that the test plays.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/base/http_client.h"
#include "core/deliver/webhook_service.h"
#include "core/state/delivery_store.h"
#include "core/state/run_store.h"
#include "core/state/tenant_store.h"
#include "core/state/webhook_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_keys.h"

namespace cvg {

class FakeHttp final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    std::function<Result<HttpResponse>(const HttpRequest&)> now;
    {
      MutexLock lock(mutex_);
      sent_.push_back(request);
      now = answer_;
    }
    return now(request);
  }
  void answer(std::function<Result<HttpResponse>(const HttpRequest&)> f) {
    MutexLock lock(mutex_);
    answer_ = std::move(f);
  }
  void answer_status(int status) {
    answer([status](const HttpRequest&) -> Result<HttpResponse> {
      HttpResponse response;
      response.status = status;
      return response;
    });
  }
  std::vector<HttpRequest> sent() {
    MutexLock lock(mutex_);
    return sent_;
  }

 private:
  Mutex mutex_;
  std::vector<HttpRequest> sent_ CVG_GUARDED_BY(mutex_);
  std::function<Result<HttpResponse>(const HttpRequest&)> answer_ CVG_GUARDED_BY(mutex_) = [](const HttpRequest&) -> Result<HttpResponse> {
    HttpResponse response;
    response.status = 200;
    return response;
  };
};

class DeliverFixture : public testing::Test {
 protected:
  void SetUp() override {
    Database::Options options;
    options.path = ":memory:";
    auto opened = open_database(options);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    database = std::move(*opened);
    tenants = std::make_unique<TenantStore>(*database, clock);
    runs = std::make_unique<RunStore>(*database, clock);
    webhooks = std::make_unique<WebhookStore>(*database, clock);
    deliveries = std::make_unique<DeliveryStore>(*database, clock);
    service.reset(new WebhookService({*webhooks, *deliveries, keys, clock, 5, true, {}}));
    acme = add_tenant("Acme");
  }

  WebhookService::Caller add_tenant(const std::string& display_id) {
    Tenant tenant;
    tenant.id = lower_tenant_id(display_id);
    tenant.display_id = display_id;
    tenant.company_name = "C";
    tenant.admin_email = "a@b.c";
    tenant.plan = plan;
    tenant.status = "ACTIVE";
    ApiKey key;
    key.id = "key_" + tenant.id;
    key.tenant_id = tenant.id;
    key.hash = tenant.id;
    const Status created = tenants->create(tenant, key, {});
    EXPECT_TRUE(created.ok()) << created.log_text();
    return {tenant, {}};
  }

  Webhook add_webhook(const WebhookService::Caller& caller, const std::string& url, const std::string& event = "*") {
    const auto shown = service->create(caller, Json::object().set("url", url).set("events", Json::array().push(event)));
    EXPECT_TRUE(shown.ok()) << shown.status().text();
    return shown.ok() ? shown->webhook : Webhook();
  }

  // A run of the tenant from its acceptance to its end; its id.
  std::string end_run(const std::string& tenant, RunState state) {
    cvg::Run run;
    run.tenant_id = tenant;
    run.pipeline_id = tenant + "-p-" + std::to_string(++run_count);
    run.provider = "gcp";
    run.domain = "cost";
    run.template_name = "t";
    run.trigger_type = "api";
    run.trigger_by = "me";
    run.run_date = "2026-05-15";
    run.parameters_json = "{}";
    const auto begun = runs->begin(run, plan, true, {});
    EXPECT_TRUE(begun.ok()) << begun.status().text();
    auto leased = runs->lease(60'000, "worker");
    EXPECT_TRUE(leased.ok() && *leased);
    const Status ended = runs->finish((*leased)->second, state, state == RunState::failed ? "broken" : "", 7, {});
    EXPECT_TRUE(ended.ok()) << ended.log_text();
    return begun->run_id;
  }

  std::size_t events_waiting() { return runs->outbox("event", "", 1000)->size(); }

  // Waits, without a limit of its own, for what the deliverer's threads will do.
  static void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  const PlanLimits plan{"BIG", 10, 1000, 1000, 1, 1};
  int run_count = 0;
  FakeClock clock;
  FakeKeys keys;
  std::unique_ptr<Database> database;
  std::unique_ptr<TenantStore> tenants;
  std::unique_ptr<RunStore> runs;
  std::unique_ptr<WebhookStore> webhooks;
  std::unique_ptr<DeliveryStore> deliveries;
  std::unique_ptr<WebhookService> service;
  WebhookService::Caller acme;
};

}  // namespace cvg
