#include "host/routes/gates.h"

#include "core/base/text.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using GatesTest = RouteFixture;

TEST_F(GatesTest, StandInTheOrderOfTheContract) {
  EXPECT_EQ(gate_names(), (std::vector<std::string_view>{"key", "tenant", "scope", "rate_limit", "path", "query", "body"}));
}

TEST_F(GatesTest, TheEarlierGateDecides) {
  const std::string run = "/api/v1/pipelines/run/";
  EXPECT_EQ(post(run + "x!/a!/b/c", "", "[").status, 401);                // everything is wrong: the key first
  EXPECT_EQ(post(run + "other/a!/b/c", acme_key, "[").status, 403);       // then the tenant
  for (int i = 0; i < 50; ++i) post(run + "acme/a/b/c", acme_key, "{}");  // use the minute up
  EXPECT_EQ(post(run + "acme/a!/b/c", acme_key, "[").status, 429);        // then the limit
  clock.advance_ms(61'000);
  EXPECT_EQ(text(post(run + "acme/a!/b/c", acme_key, "["), "message").substr(0, 8), "provider");  // then the path
  EXPECT_EQ(text(call({"POST", run + "acme/a/b/c", "dry_run=%zz", acme_key, "[", "application/json", {}}), "message").substr(0, 7), "dry_run");  // then the query
  EXPECT_FALSE(body_was_read);
  EXPECT_EQ(post(run + "acme/a/b/c", acme_key, "[").status, 400);         // then the body
}

TEST_F(GatesTest, ThePathsTenantIsComparedWithoutCase) {
  EXPECT_EQ(get("/api/v1/tenants/ACME/quota", acme_key).status, 200);
  EXPECT_EQ(get("/api/v1/tenants/acm%65/quota", acme_key).status, 200);
}

TEST_F(GatesTest, TellTheRunRoutesOwnLimit) {
  const Response run = post("/api/v1/pipelines/run/acme/a/b/c", acme_key, "{}");
  EXPECT_EQ(header(run, "X-RateLimit-Tenant-Limit"), "50");
  EXPECT_EQ(header(run, "X-RateLimit-Tenant-Remaining"), "49");
  const Response quota = get("/api/v1/tenants/acme/quota", acme_key);
  EXPECT_EQ(header(quota, "X-RateLimit-Tenant-Limit"), "100");
  EXPECT_EQ(header(quota, "X-RateLimit-Tenant-Remaining"), "98");  // the run was charged here, too
  EXPECT_FALSE(header(quota, "X-RateLimit-Tenant-Reset").empty());
}

TEST_F(GatesTest, ChargeTheAuthenticatedTenantAlone) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key).status, 200);
  const Response refused = get("/api/v1/pipelines/runs", acme_key);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(text(refused, "code"), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(header(refused, "Retry-After"), "60");
  EXPECT_EQ(header(refused, "X-RateLimit-Tenant-Remaining"), "0");
  EXPECT_EQ(get("/api/v1/tenants/acme/quota", other_key).status, 403);
  EXPECT_EQ(get("/api/v1/pipelines/runs", other_key).status, 200);
  EXPECT_EQ(get("/health").status, 200);
}

TEST_F(GatesTest, ChargeWhatIsRefusedForItsKeyOrAddressToTheWindowOfAll) {
  services->settings.limits.global_per_minute = 6;
  EXPECT_EQ(get("/api/v1/pipelines/runs", "wrong").status, 401);
  EXPECT_EQ(get("/api/v1/nothing/here").status, 404);
  EXPECT_EQ(post("/api/v1/pipelines/runs", "", "{}").status, 405);
  EXPECT_EQ(get("/api/v1/%ff").status, 400);
  EXPECT_EQ(get("/api/v1/tenants/other/quota", acme_key).status, 403);
  EXPECT_EQ(get("/api/v1/pipelines/runs", "").status, 401);
  const Response flooded = get("/api/v1/pipelines/runs", "wrong");
  EXPECT_EQ(flooded.status, 429);
  EXPECT_EQ(text(flooded, "code"), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(get("/api/v1/nothing/here").status, 429);
  EXPECT_EQ(get("/health").status, 200);
  clock.advance_ms(61'000);
  EXPECT_EQ(get("/api/v1/pipelines/runs", "wrong").status, 401);
}

TEST_F(GatesTest, OneAddressWithWrongKeysLeavesTheWindowOfAllToTheOthers) {
  services->settings.limits.refused_per_minute = 3;
  services->settings.limits.global_per_minute = 10;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/api/v1/pipelines/runs", "wrong").status, 401);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/api/v1/pipelines/runs", "wrong").status, 429);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key).status, 200);
}

TEST_F(GatesTest, CodedBodiesAreRefusedByTheNameOfTheHeader) {
  const std::string run = "/api/v1/pipelines/run/acme/a/b/c";
  for (const char* coding : {"gzip", "br, gzip", "deflate"}) {
    const Response refused = call({"POST", run, "", acme_key, "{}", "application/json", {{"Content-Encoding", coding}}});
    EXPECT_EQ(refused.status, 415) << coding;
    EXPECT_TRUE(text(refused, "message").starts_with("Content-Encoding")) << text(refused, "message");
    EXPECT_EQ(header(refused, "Accept-Encoding"), "identity");
  }
  EXPECT_FALSE(body_was_read);
  EXPECT_EQ(call({"POST", run, "", acme_key, "{}", "application/json", {{"Content-Encoding", "Identity"}}}).status, 200);
}

TEST_F(GatesTest, ChargeOnboardingToTheClientsAddress) {
  onboarding.next = Status(Code::conflict, "exists");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post("/api/v1/tenants/onboard", "", "{\"tenant_id\":\"t\"}").status, 409);
  EXPECT_EQ(post("/api/v1/customers/onboard", "", "{\"tenant_id\":\"t\"}").status, 429);
  EXPECT_EQ(post("/api/v1/tenants/dryrun", "", "{\"tenant_id\":\"t\"}").status, 200);
}

TEST_F(GatesTest, RefuseMalformedPathParts) {
  for (const char* part : {"a.b", "a%20b", "a%2Fb", "%C3%A9"})
    EXPECT_EQ(post(fmt::format("/api/v1/pipelines/run/acme/{}/b/c", part), acme_key, "{}").status, 400) << part;
  EXPECT_EQ(post("/api/v1/pipelines/run/acme/" + std::string(65, 'a') + "/b/c", acme_key, "{}").status, 400);
  EXPECT_EQ(post("/api/v1/pipelines/run/acme/" + std::string(64, 'a') + "/b/c", acme_key, "{}").status, 200);
}

TEST_F(GatesTest, AnAnswerNeverQuotesAPathThatIsNoUtf8) {
  for (const char* path : {"/api/v1/tenants/%ff%fe/quota", "/api/v1/tenants/\xff\xfe/quota", "/api/v1/nothing/%ff"}) {
    const Response refused = get(path, acme_key);
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_TRUE(is_utf8(refused.body) && parse_json(refused.body).ok()) << path;
  }
}

TEST_F(GatesTest, AWrongOperatorsKeyIsRefusedWhereItIsShown) {
  const Response wrong = call({"POST", "/api/v1/tenants/onboard", "", "", "{\"tenant_id\":\"t\"}", "", {{"X-Admin-Key", "x"}}});
  EXPECT_EQ(wrong.status, 403);
  const Response right =
      call({"POST", "/api/v1/tenants/onboard", "", "", "{\"tenant_id\":\"t\"}", "", {{"X-Admin-Key", "the-admin-key"}}});
  EXPECT_EQ(right.status, 200);
  EXPECT_TRUE(onboarding.last.may_recreate);
}

}  // namespace
}  // namespace cvg
