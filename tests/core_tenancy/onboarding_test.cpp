#include "core/tenancy/onboarding.h"

#include "core/access/authenticator.h"
#include "tests/core_tenancy/onboarding_fixture.h"

namespace cvg {
namespace {

class OnboardingTest : public OnboardingFixture {};

TEST_F(OnboardingTest, TenantComesIntoBeingAsAWhole) {
  const auto answer = onboarding->onboard(request());
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ((*answer)["tenant_id"].text(), "Acme_1");
  EXPECT_EQ((*answer)["subscription_plan"].text(), "STARTER");
  EXPECT_EQ((*answer)["dryrun_status"].text(), "SUCCESS");
  EXPECT_TRUE((*answer)["api_key"].text().starts_with("Acme_1_api_"));
  EXPECT_TRUE(warehouse.has_dataset("acme_1"));
  const auto owner = tenants->find_key(hash_api_key((*answer)["api_key"].text()));
  ASSERT_TRUE(owner.ok() && *owner);
  EXPECT_EQ((*owner)->tenant.id, "acme_1");
  EXPECT_EQ((*owner)->key.ciphertext.find((*answer)["api_key"].text()), std::string::npos);
  const Usage usage = *store->usage("acme_1");
  EXPECT_EQ(usage.run_today, 0) << "the validation pipeline uses no quota";
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_pipeline_runs").size(), 1u);
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_api_keys").size(), 1u);
}

TEST_F(OnboardingTest, TenantThatExistsIsAConflictUnlessItsOwnerForcesIt) {
  const std::string first = (*onboarding->onboard(request()))["api_key"].text();
  EXPECT_EQ(onboarding->onboard(request()).status().code(), Code::conflict);
  OnboardRequest forced = request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","force_recreate_dataset":true})");
  EXPECT_EQ(onboarding->onboard(forced).status().code(), Code::conflict);
  forced.may_recreate = true;
  const auto again = onboarding->onboard(forced);
  ASSERT_TRUE(again.ok()) << again.status().text();
  EXPECT_FALSE(*tenants->find_key(hash_api_key(first)));
  EXPECT_TRUE(*tenants->find_key(hash_api_key((*again)["api_key"].text())));
}

TEST_F(OnboardingTest, FailedDatasetLeavesNothing) {
  warehouse.fail_create(Status(Code::unavailable, "the disk is full"));
  EXPECT_EQ(onboarding->onboard(request()).status().code(), Code::unavailable);
  EXPECT_FALSE(*tenants->get("acme_1"));
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
}

TEST_F(OnboardingTest, MissingValidationPipelineUndoesEverything) {
  std::filesystem::remove(root + "/gcp/example/dryrun.yml");
  EXPECT_EQ(onboarding->onboard(request()).status().code(), Code::not_found);
  EXPECT_FALSE(*tenants->get("acme_1"));
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
}

TEST_F(OnboardingTest, FailedValidationPipelineIsTold) {
  put_validation("steps: [{step_id: a, type: fail}]\n");
  const auto answer = onboarding->onboard(request());
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ((*answer)["dryrun_status"].text(), "FAILED");
}

TEST_F(OnboardingTest, NoKeyManagerNoTenant) {
  keys.broken = true;
  EXPECT_FALSE(onboarding->onboard(request()).ok());
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
}

TEST_F(OnboardingTest, FieldsAreRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"company_name":"A","admin_email":"a@b.co"})", "tenant_id: is required"},
      {R"({"tenant_id":"acme_1","admin_email":"a@b.co"})", "company_name: is required"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"nobody"})", "admin_email: is not an e-mail address"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","subscription_plan":"GOLD"})",
       "subscription_plan: must be one of STARTER, SCALE"},
      {R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","force_recreate_tables":"yes"})",
       "force_recreate_tables: must be true or false"},
  };
  for (const auto& [body, message] : cases) {
    const auto answer = onboarding->onboard(request(body));
    EXPECT_EQ(answer.status().text(), message);
    EXPECT_EQ(answer.status().code(), Code::invalid);
  }
  OnboardRequest alias = request(R"({"tenant_id":"acme_1"})");
  alias.customers_alias = true;
  const auto order = read_onboard_order(alias, *plans);
  ASSERT_TRUE(order.ok()) << order.status().text();
  EXPECT_EQ(order->tenant.company_name, "acme_1");
}

TEST(OnboardingEmail, SyntaxIsChecked) {
  for (const char* good : {"a@b.co", "first.last+tag@sub.example.com", "x_y@a-b.io"}) EXPECT_TRUE(is_email(good)) << good;
  for (const char* bad : {"", "a", "@b.co", "a@", "a@b", "a@b..co", "a b@c.de", "a@b@c.de", ".a@b.co", "a.@b.co", "a@-b.co", "a@b.co\n"}) EXPECT_FALSE(is_email(bad)) << bad;
}

}  // namespace
}  // namespace cvg
