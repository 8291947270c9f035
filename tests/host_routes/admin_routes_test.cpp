#include "host/routes/admin_routes.h"

#include "host/routes/routes.h"
#include "host/routes/schemas.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class AdminRoutesTest : public RouteFixture {
 protected:
  static constexpr const char* acme = "/api/v1/admin/tenants/acme";
  static std::string path(const std::string& rest) { return acme + rest; }
};

TEST_F(AdminRoutesTest, AllOfThemNeedTheOperatorsKey) {
  for (const Route& route : routes()) {
    if (route.tag != "admin") continue;
    std::string path(route.path);
    for (const char* parameter : {"{tenant_id}", "{key_id}"})
      if (const std::size_t at = path.find(parameter); at != std::string::npos) path.replace(at, std::string(parameter).size(), "acme");
    EXPECT_EQ(call({std::string(to_text(route.method)), path, "", "", "", "", {}}).status, 401) << path;
    EXPECT_EQ(call({std::string(to_text(route.method)), path, "", acme_key, "", "", {}}).status, 401) << path;
    EXPECT_EQ(call({std::string(to_text(route.method)), path, "", "", "", "", {{"X-Admin-Key", "wrong"}}}).status, 403) << path;
  }
}

TEST_F(AdminRoutesTest, WithoutAnOperatorsKeyOnTheServerTheyAreUnavailable) {
  const Authenticator unset(*tenants, "");
  Services other{unset, *limiter, runs, onboarding, tenancy, *run_store, *tenants, *idempotency, sessions, guide, schedules, operations, upkeep, clock, log, metrics, stopping, services->settings, {}};
  Request request;
  request.path = "/api/v1/admin/tenants";
  const std::vector<Header> headers{{"X-Admin-Key", ""}};
  request.headers = headers;
  TextBody body("");
  EXPECT_EQ(Dispatcher(other).handle(request, body).status, 503);
}

TEST_F(AdminRoutesTest, AKeyIsMadeListedUsedAndRevoked) {
  const Response made = admin("POST", path("/api-keys"), R"({"name":"ci","scopes":["pipelines:read"],"expires_at":"2026-06-01T00:00:00Z"})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(header(made, "Cache-Control"), "no-store");
  EXPECT_EQ(misfit("IssuedKey", json(made)), "");
  const std::string key = text(made, "api_key"), id = text(made, "key_id");
  EXPECT_EQ(get("/api/v1/pipelines/runs", key).status, 200);

  const Response listed = admin("GET", path("/api-keys"));
  EXPECT_EQ(misfit("[ApiKey", json(listed)), "");
  EXPECT_EQ(json(listed).size(), 2u);
  EXPECT_EQ(listed.body.find(key), std::string::npos);
  EXPECT_EQ(listed.body.find(hash_api_key(key)), std::string::npos);

  const Response revoked = admin("DELETE", path("/api-keys/" + id));
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_EQ(text(revoked, "status"), "REVOKED");
  EXPECT_EQ(get("/api/v1/pipelines/runs", key).status, 401);
  EXPECT_EQ(admin("DELETE", path("/api-keys/" + id)).status, 200) << "once more is the same";
  EXPECT_EQ(admin("DELETE", path("/api-keys/unknown")).status, 404);
  EXPECT_EQ(admin("DELETE", path("/api-keys/key_other")).status, 404) << "another tenant's";
}

TEST_F(AdminRoutesTest, AKeyMayDoWhatItsScopesSay) {
  const std::string key = text(admin("POST", path("/api-keys"), R"({"scopes":["data:query"]})"), "api_key");
  EXPECT_EQ(post("/api/v1/tenants/acme/query", key, R"({"sql":"SELECT 1"})").status, 200);
  const Response refused = post("/api/v1/pipelines/run/acme/a/b/c", key, "{}");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(text(refused, "code"), "MISSING_SCOPE");
  EXPECT_EQ(json(refused)["details"]["scope"].text(), "pipelines:execute");
  EXPECT_NE(text(refused, "message").find("missing scope"), std::string::npos);
  EXPECT_EQ(get("/api/v1/pipelines/runs", key).status, 403);
  EXPECT_EQ(header(refused, "X-RateLimit-Tenant-Limit"), "") << "refused before it is charged";
}

TEST_F(AdminRoutesTest, ARotationEndsTheOldKey) {
  const Response rotated = admin("POST", path("/rotate-key"));
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(misfit("IssuedKey", json(rotated)), "");
  EXPECT_EQ(json(rotated)["replaced"].items().at(0)["key_id"].text(), "key_acme");
  EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key).status, 401);
  EXPECT_EQ(get("/api/v1/pipelines/runs", text(rotated, "api_key")).status, 200);
  const Response graceful = admin("POST", path("/rotate-key"), R"({"grace_seconds":60})");
  EXPECT_EQ(get("/api/v1/pipelines/runs", text(rotated, "api_key")).status, 200);
  clock.advance_ms(60'000);
  EXPECT_EQ(get("/api/v1/pipelines/runs", text(rotated, "api_key")).status, 401);
  EXPECT_EQ(get("/api/v1/pipelines/runs", text(graceful, "api_key")).status, 200);
}

TEST_F(AdminRoutesTest, TenantsAreListedAndShown) {
  const Response listed = admin("GET", "/api/v1/admin/tenants", "", "limit=1");
  EXPECT_EQ(misfit("[Tenant", json(listed)), "");
  EXPECT_EQ(json(listed).items().at(0)["tenant_id"].text(), "Acme");
  EXPECT_EQ(header(listed, "X-Next-Cursor"), "acme");
  EXPECT_EQ(json(admin("GET", "/api/v1/admin/tenants", "", "cursor=acme")).items().at(0)["tenant_id"].text(), "Other");
  EXPECT_EQ(admin("GET", "/api/v1/admin/tenants", "", "limit=0").status, 400);
  EXPECT_EQ(admin("GET", "/api/v1/admin/tenants", "", "status=gone").status, 400);
  const Response one = admin("GET", "/api/v1/admin/tenants/ACME");
  EXPECT_EQ(misfit("TenantDetail", json(one)), "");
  EXPECT_EQ(json(one)["quota"]["pipelines_run_today"].integer(), 1);
  EXPECT_EQ(admin("GET", "/api/v1/admin/tenants/nobody").status, 404);
  EXPECT_EQ(admin("GET", "/api/v1/admin/tenants/a-b").status, 400);
}

TEST_F(AdminRoutesTest, ASuspendedTenantIsRefusedEverywhereUntilItIsActiveAgain) {
  const Response changed = admin("PATCH", acme, R"({"status":"SUSPENDED"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(misfit("Tenant", json(changed)), "");
  for (const Route& route : routes()) {
    if (route.auth != Auth::tenant) continue;
    std::string path(route.path);
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) path.replace(at, path.find('}') - at + 1, "acme");
    const Response refused = call({std::string(to_text(route.method)), path, "", acme_key, "", "", {}});
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_EQ(text(refused, "code"), "TENANT_SUSPENDED") << path;
  }
  EXPECT_EQ(get("/api/v1/pipelines/runs", other_key).status, 200);
  EXPECT_EQ(admin("PATCH", acme, R"({"status":"ACTIVE"})").status, 200);
  EXPECT_EQ(get("/api/v1/pipelines/runs", acme_key).status, 200);
}

TEST_F(AdminRoutesTest, APatchKnowsTwoFields) {
  for (const char* body : {"{}", R"({"plan":"GOLD"})", R"({"status":"x"})", R"({"tenant_id":"other"})", "[]"})
    EXPECT_EQ(admin("PATCH", acme, body).status, 400) << body;
  EXPECT_EQ(admin("PATCH", acme, "").status, 400);
  EXPECT_EQ(admin("PATCH", acme, R"({"plan":"SCALE"})").status, 200);
  EXPECT_EQ(json(get("/api/v1/tenants/acme/quota", acme_key))["daily_limit"].integer(), 100);
  EXPECT_EQ(call({"PUT", acme, "", "", "", "", {}}).status, 405);
}

TEST_F(AdminRoutesTest, TheAuditLogTellsWhoWhatAndWhereFrom) {
  const std::string id = text(admin("POST", path("/api-keys"), "{}"), "key_id");
  admin("PATCH", acme, R"({"plan":"SCALE"})");
  const Response listed = admin("GET", "/api/v1/admin/audit", "", "tenant_id=Acme&action=key.create");
  EXPECT_EQ(misfit("[AuditRow", json(listed)), "");
  ASSERT_EQ(json(listed).size(), 1u);
  const Json row = json(listed).items()[0];
  EXPECT_EQ(row["actor"].text(), "admin");
  EXPECT_EQ(row["user_id"].text(), "jane");
  EXPECT_EQ(row["request_id"].text(), "req-7");
  EXPECT_EQ(row["client_address"].text(), "192.0.2.1");
  EXPECT_EQ(row["target"].text(), id);
  EXPECT_EQ(json(admin("GET", "/api/v1/admin/audit", "", "limit=1")).items().at(0)["action"].text(), "tenant.change");
  EXPECT_EQ(admin("GET", "/api/v1/admin/audit", "", "from=yesterday").status, 400);
  EXPECT_EQ(admin("GET", "/api/v1/admin/audit", "", "cursor=x").status, 400);
  const Response chain = admin("GET", "/api/v1/admin/audit/verify");
  EXPECT_EQ(misfit("AuditChain", json(chain)), "");
  EXPECT_TRUE(json(chain)["valid"].boolean());
}

TEST_F(AdminRoutesTest, BootstrapSaysWhatIsThereAndChangesNothing) {
  const std::int64_t rows = audit->verify()->rows;
  for (int i = 0; i < 2; ++i) {
    const Response reply = admin("POST", "/api/v1/admin/bootstrap");
    EXPECT_EQ(misfit("Bootstrap", json(reply)), "");
    EXPECT_EQ(text(reply, "status"), "READY");
    EXPECT_GT(json(reply)["tables"].size(), 10u);
  }
  EXPECT_EQ(audit->verify()->rows, rows);
  store_works = false;
  EXPECT_EQ(text(admin("POST", "/api/v1/admin/bootstrap"), "status"), "NOT_READY");
}

TEST_F(AdminRoutesTest, AReloadSaysWhatItDidAndStandsInTheAuditLog) {
  EXPECT_EQ(json(admin("GET", "/api/v1/admin/plugins")).size(), 0u);
  const Response reply = admin("POST", "/api/v1/admin/plugins/reload");
  EXPECT_EQ(misfit("Reload", json(reply)), "");
  EXPECT_EQ(json(reply)["needs_restart"].items().at(0)["name"].text(), "local");
  const Json row = json(admin("GET", "/api/v1/admin/audit", "", "action=plugins.reload")).items().at(0);
  EXPECT_EQ(row["detail"].dump(), R"({"loaded":["acme"]})");
}

}  // namespace
}  // namespace cvg
