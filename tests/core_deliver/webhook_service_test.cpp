#include "core/deliver/webhook_service.h"

#include "core/base/text.h"
#include "tests/core_deliver/deliver_fixture.h"

namespace cvg {
namespace {

using WebhookServiceTest = DeliverFixture;

Json body_of(const char* text) { return *parse_json(text); }

TEST_F(WebhookServiceTest, ASecretIsMadeShownOnceAndSealedForItsWebhook) {
  const auto shown = service->create(acme, body_of(R"({"url":"https://a.example/","events":["run.failed","run.failed"]})"));
  ASSERT_TRUE(shown.ok()) << shown.status().text();
  EXPECT_TRUE(shown->secret.starts_with("whsec_"));
  EXPECT_EQ(shown->webhook.events, std::vector<std::string>{"run.failed"});
  const Webhook stored = *service->get("acme", shown->webhook.id);
  EXPECT_EQ(stored.encrypted_secret.find(shown->secret), std::string::npos);
  EXPECT_EQ(*service->secret_of(stored), shown->secret);
  Webhook moved = stored;
  moved.tenant_id = "other";
  EXPECT_FALSE(service->secret_of(moved).ok());
}

TEST_F(WebhookServiceTest, AChangeKeepsWhatItDoesNotName) {
  const Webhook hook = add_webhook(acme, "https://a.example/");
  const std::string secret = *service->secret_of(hook);
  const auto changed = service->update(acme, hook.id, body_of(R"({"description":"d","is_active":false})"));
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->secret, "");
  EXPECT_EQ(changed->webhook.url, hook.url);
  EXPECT_FALSE(changed->webhook.is_active);
  EXPECT_EQ(*service->secret_of(changed->webhook), secret);
  const auto renewed = service->update(acme, hook.id, body_of(R"({"secret":null})"));
  EXPECT_NE(renewed->secret, secret);
  EXPECT_EQ(*service->secret_of(renewed->webhook), renewed->secret);
}

TEST_F(WebhookServiceTest, WhatIsWrongIsNamed) {
  service.reset(new WebhookService({*webhooks, *deliveries, keys, clock, 1, false, {}}));
  const auto field = [&](const char* text) {
    const auto shown = service->create(acme, body_of(text));
    return shown.ok() ? std::string("ok") : (*parse_json(shown.status().detail_json()))["field"].text();
  };
  EXPECT_EQ(field(R"({"events":["*"]})"), "url");
  EXPECT_EQ(field(R"({"url":"https://a.example/"})"), "events");
  EXPECT_EQ(field(R"({"url":"http://127.0.0.1/","events":["*"]})"), "url");
  for (const char* url : {"http://x.localhost/", "http://localhost./", "http://x.localhost.:80/", "http:///x", "http://127.0.0.1./"})
    EXPECT_EQ(field(fmt::format(R"({{"url":"{}","events":["*"]}})", url).c_str()), "url") << url;
  EXPECT_EQ(field(R"({"url":"https://a.example/","events":["*"],"secret":"with blanks in the text"})"), "secret");
  EXPECT_EQ(field(R"({"url":"https://a.example/","events":["*"],"x":1})"), "x");
  EXPECT_EQ(field(R"({"url":"https://a.example/","events":["*"]})"), "ok");
  const auto more = service->create(acme, body_of(R"({"url":"https://a.example/","events":["*"]})"));
  EXPECT_EQ(more.status().code(), Code::conflict);
}

TEST_F(WebhookServiceTest, SecretsAreNoDescriptionsAndStandInNoUrl) {
  const auto told = [&](const char* text) { return service->create(acme, body_of(text)).status().text(); };
  EXPECT_EQ(told(R"({"url":"https://a.example/?k=Acme_api_0123456789abcdeF","events":["*"]})"),
            "url looks like it holds a secret; requests are signed with the webhook's own");
  EXPECT_EQ(told(R"({"url":"https://a.example/","events":["*"],"description":"whsec_0123456789abcdefABCDEF0123456789"})"),
            "description looks like it holds a secret");
}

TEST_F(WebhookServiceTest, ADescriptionHasNoControlCharacters) {
  for (const char* text : {R"(a\u0000b)", R"(\u001b[2J)", R"(a\nb)", R"(\u007f)"}) {
    const std::string body = R"({"url":"https://a.example/","events":["*"],"description":")" + std::string(text) + "\"}";
    EXPECT_EQ(service->create(acme, body_of(body.c_str())).status().text(), "description holds control characters") << text;
  }
}

TEST_F(WebhookServiceTest, EveryFieldThatIsWrongIsToldAtOnce) {
  const Status status = service->create(acme, body_of(R"({"url":5,"is_active":1,"x":1,"secret":"short"})")).status();
  const Json detail = *parse_json(status.detail_json());
  EXPECT_EQ(detail["field"].text(), "events");
  EXPECT_EQ(detail["errors"].size(), 5u) << status.detail_json();
  EXPECT_NE(status.text().find("events is required; url must be text; is_active must be true or false; "), std::string::npos) << status.text();
}

TEST_F(WebhookServiceTest, NobodySeesAnothersWebhook) {
  const Webhook hook = add_webhook(acme, "https://a.example/");
  const auto other = add_tenant("Other");
  EXPECT_EQ(service->get("other", hook.id).status().code(), Code::not_found);
  EXPECT_EQ(service->update(other, hook.id, Json::object()).status().code(), Code::not_found);
  EXPECT_EQ(service->remove(other, hook.id).code(), Code::not_found);
  EXPECT_EQ(service->test(other, hook.id).status().code(), Code::not_found);
  EXPECT_EQ(service->deliveries("other", hook.id, {}, 10).status().code(), Code::not_found);
  EXPECT_TRUE(service->list("other")->empty());
}

TEST_F(WebhookServiceTest, ATestIsADeliveryOfItsOwn) {
  const Webhook hook = add_webhook(acme, "https://a.example/", "run.failed");
  const auto one = service->test(acme, hook.id), two = service->test(acme, hook.id);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_NE(one->id, two->id);
  EXPECT_EQ(service->deliveries("acme", hook.id, {}, 10)->size(), 2u);
  EXPECT_EQ(one->event, "webhook.test");
  ASSERT_TRUE(service->update(acme, hook.id, body_of(R"({"is_active":false})")).ok());
  EXPECT_EQ(service->test(acme, hook.id).status().code(), Code::conflict);
  EXPECT_EQ(service->deliveries("acme", hook.id, DeliveryState::failed, 10)->size(), 2u);
}

TEST_F(WebhookServiceTest, EveryChangeIsInTheAuditLogWithoutTheSecret) {
  const auto shown = service->create(acme, body_of(R"({"url":"https://a.example/","events":["*"]})"));
  ASSERT_TRUE(service->update(acme, shown->webhook.id, body_of(R"({"description":"x"})")).ok());
  ASSERT_TRUE(service->test(acme, shown->webhook.id).ok());
  ASSERT_TRUE(service->remove(acme, shown->webhook.id).ok());
  std::vector<std::string> actions;
  ASSERT_TRUE(database->read([&](Connection& c) {
    Statement& row = c.prepare("SELECT action, detail_json FROM audit_log WHERE tenant_id = 'acme' AND action LIKE 'webhook.%' ORDER BY audit_id");
    while (row.step()) {
      actions.push_back(row.text(0));
      EXPECT_EQ(row.text(1).find(shown->secret), std::string::npos);
    }
    return row.status();
  }).ok());
  EXPECT_EQ(actions, (std::vector<std::string>{"webhook.create", "webhook.update", "webhook.test", "webhook.delete"}));
}

}  // namespace
}  // namespace cvg
