#include "core/state/webhook_store.h"

#include "core/state/delivery_store.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class WebhookStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "acme"), {}).ok());
    ASSERT_TRUE(tenants_->create(make_tenant("other"), make_key("other", "other"), {}).ok());
  }
  static Webhook make(const std::string& id, const std::string& tenant = "acme") {
    Webhook webhook;
    webhook.id = id;
    webhook.tenant_id = tenant;
    webhook.url = "https://a.example/";
    webhook.events = {"run.complete", "quota.warning"};
    webhook.description = "d";
    webhook.encrypted_secret = std::string("\0\xff bytes", 8);
    return webhook;
  }
  WebhookStore store() { return WebhookStore(*database_, clock_); }
};

TEST_F(WebhookStoreTest, WhatWasStoredComesBack) {
  ASSERT_TRUE(store().create(make("wh_1"), 2, {}).ok());
  const auto webhook = store().get("acme", "wh_1");
  ASSERT_TRUE(webhook.ok() && *webhook);
  EXPECT_EQ((*webhook)->events, make("x").events);
  EXPECT_EQ((*webhook)->encrypted_secret, make("x").encrypted_secret);
  EXPECT_EQ((*webhook)->created_ms, clock_.now_ms());
  EXPECT_FALSE(*store().get("other", "wh_1"));
  EXPECT_TRUE(store().list("other")->empty());
}

TEST_F(WebhookStoreTest, ATenantHasOnlySoMany) {
  EXPECT_EQ(store().create(make("wh_0"), 2, {}, [](Connection&, const Webhook&) { return Status(Code::invalid, "no"); }).code(), Code::invalid);
  EXPECT_FALSE(*store().get("acme", "wh_0")) << "what is written beside it fails with it";
  Webhook told;
  ASSERT_TRUE(store().create(make("wh_1"), 2, {}, [&](Connection&, const Webhook& stored) { return told = stored, Status(); }).ok());
  EXPECT_EQ(told.created_ms, (*store().get("acme", "wh_1"))->created_ms);
  ASSERT_TRUE(store().create(make("wh_2"), 2, {}).ok());
  EXPECT_EQ(store().create(make("wh_3"), 2, {}).code(), Code::conflict);
  EXPECT_TRUE(store().create(make("wh_4", "other"), 2, {}).ok());
  EXPECT_EQ(store().list("acme")->size(), 2u);
}

TEST_F(WebhookStoreTest, ChangesAndRemovalsAreOfTheOwnersOwn) {
  ASSERT_TRUE(store().create(make("wh_1"), 2, {}).ok());
  Webhook foreign = make("wh_1", "other");
  EXPECT_EQ(store().update(foreign, {}).code(), Code::not_found);
  EXPECT_EQ(store().remove("other", "wh_1", {}).code(), Code::not_found);
  Webhook changed = make("wh_1");
  changed.is_active = false;
  changed.url = "https://b.example/";
  ASSERT_TRUE(store().update(changed, {}).ok());
  EXPECT_FALSE((*store().get("acme", "wh_1"))->is_active);
  ASSERT_TRUE(store().remove("acme", "wh_1", {}).ok());
  EXPECT_FALSE(*store().get("acme", "wh_1"));
}

TEST_F(WebhookStoreTest, ItsDeliveriesGoWithIt) {
  ASSERT_TRUE(store().create(make("wh_1"), 2, {}).ok());
  DeliveryStore deliveries(*database_, clock_);
  ASSERT_TRUE(deliveries.fan_out({{0, "acme", "run.complete", "evt_1", "{}"}}, 10).ok());
  EXPECT_EQ(*deliveries.count_waiting(), 1);
  ASSERT_TRUE(store().remove("acme", "wh_1", {}).ok());
  EXPECT_EQ(*deliveries.count_waiting(), 0);
}

}  // namespace
}  // namespace cvg
