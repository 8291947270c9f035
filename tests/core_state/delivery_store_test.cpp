#include "core/state/delivery_store.h"

#include "core/base/time_text.h"
#include "core/state/webhook_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class DeliveryStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "acme"), {}).ok());
    store.emplace(*database_, clock_);
  }
  void add_webhook(const std::string& id, const std::vector<std::string>& events, bool is_active = true) {
    Webhook webhook;
    webhook.id = id;
    webhook.tenant_id = "acme";
    webhook.url = "https://a.example/";
    webhook.events = events;
    webhook.is_active = is_active;
    const Status made = WebhookStore(*database_, clock_).create(webhook, 100, {});
    EXPECT_TRUE(made.ok()) << made.log_text();
  }
  static Announcement announcement(const std::string& event, const std::string& id, std::int64_t outbox_id = 0) {
    return {outbox_id, "acme", event, id, "{}"};
  }
  Lease take() {
    auto leased = runs_->lease(60'000, "worker");
    EXPECT_TRUE(leased.ok() && *leased);
    return (*leased)->second;
  }
  std::size_t rows(const std::string& kind) { return runs_->outbox(kind, "", 100)->size(); }

  std::optional<DeliveryStore> store;
};

TEST_F(DeliveryStoreTest, ARunsEndIsAnnouncedInItsTransactionAndOnlyToWhoListens) {
  ASSERT_TRUE(begin("acme", "one").ok());
  ASSERT_TRUE(runs_->finish(take(), RunState::complete, "", 0, {}).ok());
  EXPECT_EQ(rows("event"), 0u);
  add_webhook("wh_1", {"*"});
  const auto begun = begin("acme", "two");
  ASSERT_TRUE(runs_->finish(take(), RunState::failed, "x", 0, {}).ok());
  ASSERT_EQ(rows("event"), 1u);
  EXPECT_EQ(runs_->outbox("event", "", 1)->at(0).key, "run:" + begun->run_id);
  EXPECT_EQ(rows("lineage"), 0u);
}

TEST_F(DeliveryStoreTest, EveryActiveWebhookThatWantsItGetsItOnce) {
  add_webhook("wh_all", {"*"});
  add_webhook("wh_failed", {"run.failed", "quota.warning"});
  add_webhook("wh_off", {"*"}, false);
  EXPECT_EQ(*store->fan_out({announcement("run.complete", "e1")}, 10), 1);
  EXPECT_EQ(*store->fan_out({announcement("run.complete", "e1")}, 10), 0);
  EXPECT_EQ(*store->fan_out({announcement("run.failed", "e2"), announcement("quota.warning", "e3")}, 10), 4);
  EXPECT_EQ(store->list("wh_failed", {}, 10)->size(), 2u);
  EXPECT_TRUE(store->list("wh_off", {}, 10)->empty());
}

TEST_F(DeliveryStoreTest, FanOutTakesTheOutboxRowWithIt) {
  add_webhook("wh_1", {"*"});
  ASSERT_TRUE(begin("acme", "one").ok());
  ASSERT_TRUE(runs_->finish(take(), RunState::complete, "", 0, {}).ok());
  const OutboxEntry entry = runs_->outbox("event", "", 1)->at(0);
  EXPECT_EQ(*store->fan_out({announcement("run.complete", "e1", entry.id)}, 10), 1);
  EXPECT_EQ(rows("event"), 0u);
}

TEST_F(DeliveryStoreTest, WaitingOnesAreFoundPerWebhookInTheirTime) {
  for (const char* id : {"wh_a", "wh_b"}) add_webhook(id, {"*"});
  ASSERT_TRUE(store->fan_out({announcement("run.complete", "e1"), announcement("run.complete", "e2")}, 10).ok());
  auto waiting = store->waiting();
  ASSERT_TRUE(waiting.ok()) << waiting.status().log_text();
  ASSERT_EQ(waiting->size(), 2u);
  const Delivery first = **store->first_due("wh_a");
  DeliveryOutcome later;
  later.next_ms = clock_.now_ms() + 1000;
  later.error_message = "again";
  ASSERT_TRUE(store->record(first, later).ok());
  const Delivery second = **store->first_due("wh_a");
  EXPECT_NE(second.id, first.id);
  DeliveryOutcome done;
  done.state = DeliveryState::delivered;
  done.http_status = 200;
  ASSERT_TRUE(store->record(second, done).ok());
  EXPECT_FALSE(*store->first_due("wh_a"));
  EXPECT_EQ(store->waiting()->at(0).next_ms, later.next_ms);
  clock_.advance_ms(1000);
  EXPECT_EQ((**store->first_due("wh_a")).attempts, 1);
  EXPECT_EQ(store->record(second, done).code(), Code::not_found);
  EXPECT_EQ(*store->count_waiting(), 3);
}

TEST_F(DeliveryStoreTest, ADisabledWebhookWaitsForNothing) {
  add_webhook("wh_a", {"*"});
  ASSERT_TRUE(store->fan_out({announcement("run.complete", "e1"), announcement("run.complete", "e2")}, 10).ok());
  DeliveryOutcome outcome;
  outcome.state = DeliveryState::failed;
  outcome.disable_reason = "gone";
  ASSERT_TRUE(store->record(**store->first_due("wh_a"), outcome).ok());
  EXPECT_TRUE(store->waiting()->empty());
  EXPECT_EQ(store->list("wh_a", DeliveryState::failed, 10)->size(), 2u);
  EXPECT_FALSE((*WebhookStore(*database_, clock_).get("acme", "wh_a"))->is_active);
}

TEST_F(DeliveryStoreTest, TooManyWaitingMakeDeadLetters) {
  add_webhook("wh_a", {"*"});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(store->fan_out({announcement("run.complete", "e" + std::to_string(i))}, 3).ok());
  EXPECT_EQ(*store->count_waiting(), 3);
  EXPECT_EQ(store->list("wh_a", DeliveryState::failed, 10)->size(), 1u);
}

TEST_F(DeliveryStoreTest, OldEndedOnesAreRemoved) {
  add_webhook("wh_a", {"*"});
  ASSERT_TRUE(store->fan_out({announcement("run.complete", "e1"), announcement("run.complete", "e2")}, 10).ok());
  DeliveryOutcome done;
  done.state = DeliveryState::delivered;
  ASSERT_TRUE(store->record(**store->first_due("wh_a"), done).ok());
  clock_.advance_ms(3 * day_ms);
  EXPECT_EQ(*store->prune(clock_.now_ms() - 7 * day_ms, 10), 0);
  EXPECT_EQ(*store->prune(clock_.now_ms() - day_ms, 10), 1);
  EXPECT_EQ(*store->count_waiting(), 1);
}

}  // namespace
}  // namespace cvg
