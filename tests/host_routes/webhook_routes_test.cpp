#include "host/routes/webhook_routes.h"

#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class WebhookRoutesTest : public RouteFixture {
 protected:
  const std::string base = "/api/v1/tenants/Acme/webhooks";
  const std::string good = R"({"url":"https://a.example/","events":["run.failed"]})";
  Response send(const std::string& method, const std::string& path, const std::string& key, const std::string& body = "") {
    return call({method, path, "", key, body, "application/json", {}});
  }
};

TEST_F(WebhookRoutesTest, TheSecretIsInTheAnswerThatSetItAndInNoOther) {
  const Response made = post(base, acme_key, good);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(misfit("Webhook", json(made)), "");
  EXPECT_TRUE(text(made, "secret").starts_with("whsec_"));
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
  const std::string path = base + "/" + text(made, "webhook_id");
  const Response seen = get(path, acme_key);
  EXPECT_EQ(misfit("Webhook", json(seen)), "");
  EXPECT_EQ(json(seen).find("secret"), nullptr);
  EXPECT_EQ(misfit("[Webhook", json(get(base, acme_key))), "");
  const Response changed = send("PATCH", path, acme_key, R"({"secret":null})");
  EXPECT_NE(text(changed, "secret"), text(made, "secret"));
  EXPECT_EQ(header(changed, "Cache-Control"), "no-store");
}

TEST_F(WebhookRoutesTest, DeliveriesAreListedByStatus) {
  const std::string path = base + "/" + text(post(base, acme_key, good), "webhook_id");
  const Response sent = send("POST", path + "/test", acme_key);
  EXPECT_EQ(misfit("WebhookDelivery", json(sent)), "") << sent.body;
  EXPECT_EQ(text(sent, "status"), "WAITING");
  const Response all = get(path + "/deliveries", acme_key);
  EXPECT_EQ(misfit("[WebhookDelivery", json(all)), "");
  EXPECT_EQ(json(all).size(), 1u);
  EXPECT_EQ(json(get(path + "/deliveries", acme_key, "status=failed")).size(), 0u);
  EXPECT_EQ(get(path + "/deliveries", acme_key, "status=dead").status, 400);
  EXPECT_EQ(get(path + "/deliveries", acme_key, "limit=101").status, 400);
}

TEST_F(WebhookRoutesTest, AnothersWebhookIsNotThere) {
  const std::string id = text(post(base, acme_key, good), "webhook_id");
  EXPECT_EQ(get("/api/v1/tenants/Other/webhooks/" + id, other_key).status, 404);
  EXPECT_EQ(get(base + "/" + id, other_key).status, 403);
  EXPECT_EQ(get(base + "/" + id).status, 401);
  EXPECT_EQ(send("DELETE", base + "/" + id, acme_key).status, 200);
  EXPECT_EQ(send("DELETE", base + "/" + id, acme_key).status, 404);
}

TEST_F(WebhookRoutesTest, WhatIsWrongIsNamed) {
  const Response refused = post(base, acme_key, R"({"url":"http://10.0.0.1/","events":["*"]})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(json(refused)["details"]["field"].text(), "url");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(post(base, acme_key, good).status, 200);
  EXPECT_EQ(post(base, acme_key, good).status, 409);
}

}  // namespace
}  // namespace cvg
