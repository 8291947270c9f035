#include "core/tenancy/onboarding.h"

#include "core/access/authenticator.h"
#include "core/state/audit_log.h"
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

TEST_F(OnboardingTest, TheAuditLogTellsWhoAsked) {
  OnboardRequest asked = request();
  asked.user_id = "jane";
  asked.actor = "admin";
  asked.client_address = "192.0.2.7";
  ASSERT_TRUE(onboarding->onboard(asked).ok());
  AuditLog audit(*database);
  const auto rows = audit.list({.tenant_id = "acme_1", .action = "tenant.onboard"});
  ASSERT_TRUE(rows.ok() && rows->rows.size() == 1);
  EXPECT_EQ(rows->rows.front().entry.user_id, "jane");
  EXPECT_EQ(rows->rows.front().entry.actor, "admin");
  EXPECT_EQ(Json::parse(rows->rows.front().entry.detail_json)["key_id"].text(), tenants->keys("acme_1")->front().id);
  EXPECT_EQ(rows->rows.front().entry.client_address, "192.0.2.7");
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

TEST_F(OnboardingTest, ARecreationAnswersWhatIsStored) {
  ASSERT_TRUE(onboarding->onboard(request()).ok());
  OnboardRequest forced = request(R"({"tenant_id":"ACME_1","company_name":"Renamed","admin_email":"x@y.co","subscription_plan":"SCALE","force_recreate_dataset":true})");
  forced.may_recreate = true;
  const auto again = onboarding->onboard(forced);
  ASSERT_TRUE(again.ok()) << again.status().text();
  EXPECT_EQ((*again)["tenant_id"].text(), "Acme_1");
  EXPECT_EQ((*again)["subscription_plan"].text(), "STARTER");
  EXPECT_TRUE((*again)["api_key"].text().starts_with("Acme_1_api_"));
  EXPECT_EQ((*tenants->get("acme_1"))->company_name, "Acme");
}

TEST_F(OnboardingTest, ARecreatedDatasetMirrorsTheOlderRunsToo) {
  ASSERT_TRUE(onboarding->onboard(request()).ok());
  OnboardRequest forced = request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","force_recreate_dataset":true})");
  forced.may_recreate = true;
  ASSERT_TRUE(onboarding->onboard(forced).ok());
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_pipeline_runs").size(), 2u);
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_step_logs").size(), 2u);
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_usage_quotas").size(), 1u);
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_profiles").size(), 1u);
  EXPECT_TRUE(tenants->recreations()->empty());
}

TEST_F(OnboardingTest, AnInterruptedRecreationIsMendedAndWasAudited) {
  const std::string key = (*onboarding->onboard(request()))["api_key"].text();
  AuditEntry audit;
  audit.tenant_id = audit.target = "acme_1";
  audit.action = "tenant.recreate";
  std::size_t runs = 1;
  for (const bool is_lost : {false, true}) {
    ASSERT_TRUE(tenants->begin_recreation("acme_1", audit).ok());
    CallInfo info;
    info.tenant_id = info.display_id = "acme_1";
    Call call(Call::Options{.info = info, .clock = &clock});
    if (is_lost) ASSERT_TRUE(warehouse.drop_dataset(call.raw()).ok());
    else ASSERT_TRUE(warehouse.create_dataset(call.raw(), true).ok());
    ASSERT_TRUE(onboarding->recover().ok());
    EXPECT_TRUE(tenants->recreations()->empty());
    const RunPage page = *store->list({.tenant_id = "acme_1"});
    ASSERT_EQ(page.runs.size(), ++runs) << "the validation pipeline writes its row anew";
    EXPECT_EQ(page.runs[0].trigger_type, "onboarding");
    EXPECT_EQ(pool->wait("acme_1", page.runs[0].id, 30'000)->state, RunState::complete);
    ASSERT_TRUE(mirror->bring_up_to_date("acme_1").ok());
    EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_pipeline_runs").size(), runs);
    for (const std::string table : {"x_meta_profiles", "x_meta_api_keys", "x_meta_subscriptions", "x_meta_usage_quotas"})
      EXPECT_EQ(warehouse.mirrored("acme_1", table).size(), 1u) << table;
  }
  EXPECT_TRUE(*tenants->get("acme_1"));
  EXPECT_TRUE(*tenants->find_key(hash_api_key(key))) << "the key of a recreation that was not answered is nobody's";
}

TEST_F(OnboardingTest, AFailedRecreationIsMended) {
  ASSERT_TRUE(onboarding->onboard(request()).ok());
  std::filesystem::remove(root + "/gcp/example/dryrun.yml");
  OnboardRequest forced = request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","force_recreate_dataset":true})");
  forced.may_recreate = true;
  EXPECT_EQ(onboarding->onboard(forced).status().code(), Code::not_found);
  EXPECT_TRUE(tenants->recreations()->empty());
  ASSERT_TRUE(mirror->bring_up_to_date("acme_1").ok());
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_pipeline_runs").size(), 1u);
  EXPECT_EQ(warehouse.mirrored("acme_1", "x_meta_profiles").size(), 1u);
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
