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
