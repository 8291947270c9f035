#include "host/routes/tenant_routes.h"

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

using TenantRoutesTest = RouteFixture;

TEST_F(TenantRoutesTest, OnboardingHandsOverWhoAsks) {
  const Response response = call({"POST", "/api/v1/customers/onboard", "", "", R"({"tenant_id":"New"})", "application/json", {{"X-User-ID", "jane"}}});
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  EXPECT_TRUE(onboarding.last.customers_alias);
  EXPECT_EQ(onboarding.last.user_id, "jane");
  EXPECT_EQ(onboarding.last.client_address, "192.0.2.1");
  EXPECT_EQ(onboarding.last.request_id, header(response, "X-Request-ID"));
  EXPECT_FALSE(onboarding.last.may_recreate);
}

TEST_F(TenantRoutesTest, OnlyTheTenantsOwnKeyMayRecreateIt) {
  post("/api/v1/tenants/onboard", acme_key, R"({"tenant_id":"ACME"})");
  EXPECT_TRUE(onboarding.last.may_recreate);
  post("/api/v1/tenants/onboard", other_key, R"({"tenant_id":"acme"})");
  EXPECT_FALSE(onboarding.last.may_recreate);
  post("/api/v1/tenants/onboard", "Acme_api_wrong", R"({"tenant_id":"acme"})");
  EXPECT_FALSE(onboarding.last.may_recreate);
}

TEST_F(TenantRoutesTest, OnboardingTellsWhichKeyAsked) {
  post("/api/v1/tenants/onboard", acme_key, R"({"tenant_id":"ACME"})");
  EXPECT_EQ(onboarding.last.actor, "key:key_acme");
  call({"POST", "/api/v1/tenants/onboard", "", "", "{}", "", {{"X-Admin-Key", "the-admin-key"}}});
  EXPECT_EQ(onboarding.last.actor, "admin");
  call({"POST", "/api/v1/tenants/onboard", "", "", "{}", "", {}});
  EXPECT_EQ(onboarding.last.actor, "public");
}

TEST_F(TenantRoutesTest, OnboardingMayNeedTheOperatorsKey) {
  services->settings.onboarding_requires_admin_key = true;
  EXPECT_EQ(post("/api/v1/tenants/onboard", acme_key, R"({"tenant_id":"acme"})").status, 401);
  EXPECT_EQ(call({"POST", "/api/v1/tenants/onboard", "", "", "{}", "", {{"X-Admin-Key", "the-admin-key"}}}).status, 200);
}

TEST_F(TenantRoutesTest, QuotaCountsTheRunsOfTheStore) {
  const Json quota = json(get("/api/v1/tenants/acme/quota", acme_key));
  EXPECT_EQ(quota["tenant_id"].text(), "Acme");
  EXPECT_EQ(quota["pipelines_run_today"].integer(), 1);
  EXPECT_EQ(quota["remaining_today"].integer(), 5);
  EXPECT_EQ(quota["concurrent_pipelines_running"].integer(), 1);
}

}  // namespace
}  // namespace cvg
