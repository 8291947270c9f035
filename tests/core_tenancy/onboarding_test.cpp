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

TEST_F(OnboardingTest, AnInterruptedOneIsTakenAwayAndTheNextSucceeds) {
  ASSERT_TRUE(onboarding->onboard(request()).ok());
  Tenant half;
  half.id = "half_one";
  half.display_id = "Half_One";
  half.plan = plans->all().front();
  ApiKey key;
  key.id = "k";
  key.tenant_id = half.id;
  key.hash = "h";
  ASSERT_TRUE(tenants->create(half, key, {}, false).ok());
  ASSERT_TRUE(onboarding->recover().ok());
  EXPECT_FALSE(*tenants->get("half_one"));
  EXPECT_TRUE(*tenants->get("acme_1"));
  const auto again = onboarding->onboard(request(R"({"tenant_id":"Half_One","company_name":"A","admin_email":"a@b.co"})"));
  EXPECT_TRUE(again.ok()) << again.status().text();
  EXPECT_TRUE(tenants->half_made()->empty());
}

}  // namespace
}  // namespace cvg
