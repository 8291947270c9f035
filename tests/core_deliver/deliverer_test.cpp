#include "core/deliver/deliverer.h"

#include <set>

#include "core/deliver/signature.h"
#include "tests/core_deliver/deliver_fixture.h"

namespace cvg {
namespace {

class DelivererTest : public DeliverFixture {
 protected:
  void start() {
    deliverer = std::make_unique<Deliverer>(
        Deliverer::Parts{*runs, *tenants, *deliveries, http, [this](const Webhook& w) { return service->secret_of(w); }, clock, log, counters, limits});
  }
  void TearDown() override {
    if (deliverer) deliverer->stop();
  }
  std::vector<Delivery> of(const Webhook& webhook, std::optional<DeliveryState> state = {}) {
    return *deliveries->list(webhook.id, state, 100);
  }
  void wait_ended(const Webhook& webhook, DeliveryState state, std::size_t count = 1) {
    wait_until([&] { return of(webhook, state).size() >= count; });
  }

  Log log{Severity::error};
  FakeHttp http;
  DeliverCounters counters;
  DeliverLimits limits;
  std::unique_ptr<Deliverer> deliverer;
};

TEST_F(DelivererTest, AnEndedRunIsSentToWhoWantsItSigned) {
  const Webhook all = add_webhook(acme, "https://a.example/"), failures = add_webhook(acme, "https://b.example/", "run.failed");
  const std::string run_id = end_run("acme", RunState::complete);
  start();
  wait_ended(all, DeliveryState::delivered);
  EXPECT_TRUE(of(failures).empty());
  EXPECT_EQ(events_waiting(), 0u);
  ASSERT_EQ(http.sent().size(), 1u);
  const HttpRequest request = http.sent()[0];
  EXPECT_EQ(request.url, "https://a.example/");
  const Json body = *parse_json(request.body);
  EXPECT_EQ(body["event"].text(), "run.complete");
  EXPECT_EQ(body["tenant_id"].text(), "Acme");
  EXPECT_EQ(body["data"]["pipeline_logging_id"].text(), run_id);
  EXPECT_EQ(body["data"]["rows_processed"].integer(), 7);
  const std::string signature = sign_body(*service->secret_of(all), clock.now_ms() / 1000, request.body);
  EXPECT_EQ(request.headers.back(), std::make_pair(std::string(signature_header), signature));
  wait_until([&] { return counters.delivered.load() == 1; });  // counted after the row is written
}

TEST_F(DelivererTest, WhatFailsIsSentAgainUnderTheSameIdWhenItIsTime) {
  http.answer_status(500);
  limits.backoff = {1000, 1000, 0};
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.complete");
  end_run("acme", RunState::complete);
  start();
  wait_until([&] { return counters.retried.load() == 1; });
  EXPECT_EQ(of(hook)[0].error_message, "the receiver answered 500");
  EXPECT_EQ(of(hook)[0].attempts, 1);
  http.answer_status(204);
  clock.advance_ms(2000);
  deliverer->wake();
  wait_ended(hook, DeliveryState::delivered);
  ASSERT_EQ(http.sent().size(), 2u);
  EXPECT_EQ(http.sent()[0].headers[2], http.sent()[1].headers[2]);  // X-Convergence-Delivery
  EXPECT_EQ(http.sent()[0].body, http.sent()[1].body);
  EXPECT_NE(http.sent()[0].headers[3], http.sent()[1].headers[3]);  // the signature's time is the attempt's
}

TEST_F(DelivererTest, AfterTheLastAttemptItIsADeadLetter) {
  http.answer([](const HttpRequest&) -> Result<HttpResponse> { return Status(Code::unavailable, "no connection to a.example"); });
  limits.backoff = {1, 1, 0};
  limits.attempts_max = 3;
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.failed");
  end_run("acme", RunState::failed);
  start();
  wait_until([&] {
    clock.advance_ms(10);
    deliverer->wake();
    return counters.failed.load() == 1;
  });
  const Delivery dead = of(hook, DeliveryState::failed).at(0);
  EXPECT_EQ(dead.attempts, 3);
  EXPECT_EQ(dead.error_message, "no connection to a.example");
  EXPECT_EQ(http.sent().size(), 3u);
}

TEST_F(DelivererTest, GoneSwitchesTheWebhookOffWithAllThatWaits) {
  http.answer_status(410);
  limits.threads = 1;
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.complete");
  for (int i = 0; i < 3; ++i) end_run("acme", RunState::complete);
  start();
  wait_ended(hook, DeliveryState::failed, 3);
  EXPECT_EQ(http.sent().size(), 1u);
  const Webhook stored = *service->get("acme", hook.id);
  EXPECT_FALSE(stored.is_active);
  EXPECT_EQ(stored.disabled_reason, "the receiver answered 410 Gone");
}

TEST_F(DelivererTest, AnAddressInsideIsGivenUpAtOnce) {
  http.answer([](const HttpRequest&) -> Result<HttpResponse> { return Status(Code::denied, "not public"); });
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.complete");
  end_run("acme", RunState::complete);
  start();
  wait_ended(hook, DeliveryState::failed);
  EXPECT_EQ(of(hook)[0].attempts, 1);
}

TEST_F(DelivererTest, ASlowTenantHoldsItsOwnShareOnly) {
  std::atomic<bool> release{false};
  std::atomic<int> slow_now{0}, slow_most{0};
  http.answer([&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.url.find("slow") != std::string::npos) {
      slow_most = std::max(slow_most.load(), ++slow_now);
      while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --slow_now;
    }
    HttpResponse response;
    response.status = 200;
    return response;
  });
  limits.threads = 4;
  limits.tenant_parallel_max = 2;
  for (int i = 0; i < 5; ++i) add_webhook(acme, "https://slow" + std::to_string(i) + ".example/", "run.complete");
  const auto other = add_tenant("Other");
  const Webhook quick = add_webhook(other, "https://quick.example/", "run.complete");
  for (int i = 0; i < 4; ++i) end_run("acme", RunState::complete);
  for (int i = 0; i < 4; ++i) end_run("other", RunState::complete);
  start();
  wait_ended(quick, DeliveryState::delivered, 4);
  EXPECT_EQ(slow_most.load(), 2);
  release = true;
  wait_until([&] { return counters.delivered.load() == 24; });
}

TEST_F(DelivererTest, FailuresAboveTheRateAreToldOnceADay) {
  limits.failure_percent = 40;
  limits.failure_runs_min = 2;
  const Webhook hook = add_webhook(acme, "https://a.example/", "failure_rate.warning");
  start();
  end_run("acme", RunState::failed);
  wait_until([&] { return events_waiting() == 0; });
  EXPECT_TRUE(of(hook).empty());
  for (int i = 0; i < 3; ++i) end_run("acme", RunState::failed);
  wait_ended(hook, DeliveryState::delivered);
  clock.advance_ms(86'400'000);
  for (int i = 0; i < 2; ++i) end_run("acme", RunState::failed);
  wait_ended(hook, DeliveryState::delivered, 2);
  EXPECT_EQ(of(hook).size(), 2u);
  const Json body = *parse_json(http.sent().at(0).body);
  EXPECT_EQ(body["data"]["usage_date"].text(), "2026-05-15");
  EXPECT_EQ(body["data"]["threshold_percent"].integer(), 40);
}

TEST_F(DelivererTest, AReceiverWithTooMuchWaitingGetsDeadLetters) {
  limits.waiting_max = 2;
  http.answer_status(500);
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.complete");
  for (int i = 0; i < 5; ++i) end_run("acme", RunState::complete);
  start();
  wait_ended(hook, DeliveryState::failed, 3);
  EXPECT_EQ(of(hook, DeliveryState::failed)[0].error_message, "2 deliveries were waiting already (webhooks.waiting_max)");
}

TEST_F(DelivererTest, WhatWasUnderWayAtTheStopIsSentByTheNext) {
  std::atomic<bool> reached{false};
  http.answer([&](const HttpRequest& request) -> Result<HttpResponse> {
    reached = true;
    while (!request.stop->load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Status(Code::cancelled, "stopped");
  });
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.complete");
  end_run("acme", RunState::complete);
  start();
  wait_until([&] { return reached.load(); });
  deliverer->stop();
  EXPECT_EQ(of(hook, DeliveryState::waiting).at(0).attempts, 0);
  http.answer_status(200);
  start();
  wait_ended(hook, DeliveryState::delivered);
}

}  // namespace
}  // namespace cvg
