#include "core/tenancy/onboarding_checks.h"

#include "tests/core_tenancy/onboarding_fixture.h"

namespace cvg {
namespace {

class OnboardingChecksTest : public OnboardingFixture {
 protected:
  // The names of the checks that failed.
  std::string failed(const OnboardRequest& asked) {
    std::string out;
    const Json results = run_onboarding_checks({*environment, *acceptor, *pool, *mirror, keys, *plans}, asked);
    EXPECT_EQ(results.size(), 15u);
    for (const Json& r : results.items()) {
      if (r["status"].text() == "FAILED") out += r["check_name"].text() + " ";
    }
    return out;
  }
};

TEST_F(OnboardingChecksTest, GoodRequestPassesAllAndLeavesNothing) {
  EXPECT_EQ(failed(request()), "");
  const auto answer = onboarding->dryrun(request());
  EXPECT_EQ((*answer)["status"].text(), "SUCCESS");
  EXPECT_EQ((*answer)["message"].text(), "All validations passed. Safe to proceed with onboarding.");
  EXPECT_EQ((*answer)["validation_summary"].dump(), R"({"total_checks":15,"passed":15,"failed":0})");
  EXPECT_FALSE(*tenants->get("acme_1"));
  EXPECT_FALSE(warehouse.has_dataset("acme_1"));
}

TEST_F(OnboardingChecksTest, EachCheckFailsForItsReasonAlone) {
  EXPECT_EQ(failed(request(R"({"tenant_id":"a!","company_name":"A","admin_email":"a@b.co"})")), "tenant_id_format dataset_absent ");
  EXPECT_EQ(failed(request(R"({"tenant_id":"admin","company_name":"A","admin_email":"a@b.co"})")), "tenant_id_reserved ");
  EXPECT_EQ(failed(request(R"({"tenant_id":"acme_1","admin_email":"a@b.co"})")), "company_name ");
  EXPECT_EQ(failed(request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"x"})")), "email_format ");
  EXPECT_EQ(failed(request(R"({"tenant_id":"acme_1","company_name":"A","admin_email":"a@b.co","subscription_plan":"GOLD"})")),
            "subscription_plan plan_limits ");
  ASSERT_TRUE(onboarding->onboard(request()).ok());
  EXPECT_EQ(failed(request()), "tenant_id_uniqueness dataset_absent ");
}

TEST_F(OnboardingChecksTest, BrokenPartsAreFound) {
  keys.broken = true;
  EXPECT_EQ(failed(request()), "key_manager_roundtrip ");
  keys.broken = false;
  put_validation("steps: [{step_id: a, type: unheard_of}]\n");
  EXPECT_EQ(failed(request()), "dryrun_template ");
  warehouse.fail_create(Status(Code::unavailable, "the disk is full"));
  EXPECT_EQ(failed(request()), "schema_version warehouse_write warehouse_query dryrun_template ");
}

}  // namespace
}  // namespace cvg
