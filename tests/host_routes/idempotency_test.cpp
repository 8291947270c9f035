#include "host/routes/idempotency.h"

#include <thread>

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class IdempotencyTest : public RouteFixture {
 protected:
  Response run(const std::string& key, const std::string& body = "{}", const std::string& path = "aws/cost/cur") {
    return call({"POST", "/api/v1/pipelines/run/Acme/" + path, "", acme_key, body, "application/json", {{"Idempotency-Key", key}}});
  }
};

TEST_F(IdempotencyTest, TheSameKeyAndBodyGetTheSameReplyWithoutASecondEffect) {
  const Response first = run("k", R"({"a":1})");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(header(first, "Idempotent-Replayed"), "");
  runs.last = {};
  const Response second = run("k", R"({ "a" : 1 })");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(header(second, "Idempotent-Replayed"), "true");
  EXPECT_EQ(runs.last.provider, "");
}

TEST_F(IdempotencyTest, ThePathIsTheSameInOtherLetters) {
  const Response first = run("k");
  const Response again = call({"POST", "/api/v1/pipelines/run/ACME/AWS/Cost/c%75r", "", acme_key, "{}", "application/json", {{"Idempotency-Key", "k"}}});
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
}

TEST_F(IdempotencyTest, AnotherBodyAnotherPathAndAnotherQueryAreConflicts) {
  EXPECT_EQ(run("k").status, 200);
  EXPECT_EQ(run("k", R"({"a":1})").status, 409);
  EXPECT_EQ(text(run("k", "{}", "aws/cost/other"), "code"), "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(run("K").status, 200);
}

TEST_F(IdempotencyTest, ARefusalIsNotKept) {
  runs.next = Status(Code::quota, "none left");
  EXPECT_EQ(run("k").status, 429);
  runs.next = Status();
  const Response second = run("k");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(header(second, "Idempotent-Replayed"), "");
}

TEST_F(IdempotencyTest, MalformedKeysAreRefused) {
  const std::string longest(255, 'k'), longer(256, 'k');
  EXPECT_EQ(run(longest).status, 200);
  for (const std::string& key : {longer, std::string(), std::string("a b"), std::string("\xC3\xA4")}) {
    const Response refused = run(key);
    EXPECT_EQ(refused.status, 400) << key;
    EXPECT_EQ(json(refused)["details"]["field"].text(), "Idempotency-Key");
  }
}

TEST_F(IdempotencyTest, AKeyInUseIsAConflictThatMayBeRetried) {
  const auto claim = services->idempotency.claim({"acme", "k", "", ""});
  const Response refused = run("k");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(header(refused, "Retry-After"), "1");
  EXPECT_EQ(text(refused, "code"), "IDEMPOTENCY_KEY_IN_USE");
}

TEST_F(IdempotencyTest, ARepeatedWebhookIsTheFirstOneWithoutItsSecret) {
  const Call make{"POST", "/api/v1/tenants/Acme/webhooks", "", acme_key, R"({"url":"https://b.example/","events":["*"]})", "application/json",
                  {{"Idempotency-Key", "w"}}};
  const Response first = call(make);
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string secret = text(first, "secret");
  EXPECT_TRUE(secret.starts_with("whsec_"));
  const std::size_t webhooks = json(get("/api/v1/tenants/Acme/webhooks", acme_key)).size();
  const Response again = call(make);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(text(again, "webhook_id"), text(first, "webhook_id"));
  EXPECT_EQ(text(again, "created_at"), text(first, "created_at"));
  EXPECT_EQ(json(again).find("secret"), nullptr);
  EXPECT_EQ(json(get("/api/v1/tenants/Acme/webhooks", acme_key)).size(), webhooks);
  ASSERT_TRUE(database->read([&](Connection& c) {
    Statement& row = c.prepare("SELECT group_concat(reply_body) FROM idempotency_keys");
    EXPECT_TRUE(row.step());
    EXPECT_EQ(row.text(0).find(secret), std::string::npos);
    return row.status();
  }).ok());
}

TEST_F(IdempotencyTest, ARepeatedCredentialIsStoredOnce) {
  const Call store{"POST", "/api/v1/tenants/Acme/credentials", "", acme_key, R"({"provider":"aws","credentials":{"a":"b"}})", "application/json",
                   {{"Idempotency-Key", "c"}}};
  const Response first = call(store);
  ASSERT_EQ(first.status, 200) << first.body;
  tenancy.body = Json();
  const Response again = call(store);
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_TRUE(tenancy.body.is_null());
}

TEST_F(IdempotencyTest, OnboardingIgnoresTheKey) {
  const std::string body = R"({"tenant_id":"x_y_z","company_name":"C","admin_email":"a@b.c"})";
  const Call onboard{"POST", "/api/v1/tenants/onboard", "", "", body, "application/json", {{"Idempotency-Key", "k"}}};
  EXPECT_EQ(call(onboard).status, 200);
  onboarding.next = Status(Code::conflict, "exists");
  EXPECT_EQ(call(onboard).status, 409);
}

TEST_F(IdempotencyTest, RepliesOfTheTenantsAreTheirOwn) {
  EXPECT_EQ(run("k").status, 200);
  const Response other = call({"POST", "/api/v1/pipelines/run/Other/aws/cost/cur", "", other_key, "{}", "application/json", {{"Idempotency-Key", "k"}}});
  EXPECT_EQ(header(other, "Idempotent-Replayed"), "");
}

}  // namespace
}  // namespace cvg
