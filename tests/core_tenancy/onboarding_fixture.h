// Onboarding on the run engine of RunFixture, with a key manager that turns secrets around.
#pragma once

#include "core/tenancy/onboarding.h"
#include "tests/core_run/run_fixture.h"

namespace cvg {

class FakeKeyManager final : public KeyManager {
 public:
  bool broken = false;
  Result<std::string> wrap(std::string_view, std::string_view plain, std::string_view) override {
    if (broken) return Status(Code::unavailable, "the key manager is down");
    return std::string(plain.rbegin(), plain.rend());
  }
  Result<std::string> unwrap(std::string_view, std::string_view blob, std::string_view) override {
    return std::string(blob.rbegin(), blob.rend());
  }
  Status rotate() override { return Status(Code::unsupported, "this key manager has no versions"); }
};

class OnboardingFixture : public RunFixture {
 protected:
  void SetUp() override {
    RunFixture::SetUp();
    plans.emplace(*Plans::parse("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 3}\n"
                                "SCALE: {daily: 100, monthly: 3000, concurrent: 10, team: 11, providers: 10}\n", "plans.yml"));
    mirror.emplace(Mirror::Parts{*store, *tenants, *credentials, warehouse, clock, log, 500, 5});
    put_validation("steps: [{step_id: a, type: ok}]\n");
    start_pool();
    onboarding.emplace(OnboardingParts{*environment, *acceptor, *pool, *mirror, keys, *plans});
  }
  void TearDown() override {
    pool->stop(1000);
    mirror.reset();
    RunFixture::TearDown();
  }
  void put_validation(const std::string& text) {
    std::filesystem::create_directories(root + "/gcp/example");
    std::ofstream(root + "/gcp/example/dryrun.yml") << text;
  }
  static OnboardRequest request(const std::string& body = R"({"tenant_id":"Acme_1","company_name":"Acme","admin_email":"a@b.co"})") {
    OnboardRequest out;
    out.body = Json::parse(body);
    return out;
  }

  FakeKeyManager keys;
  std::optional<Plans> plans;
  std::optional<Mirror> mirror;
  std::optional<Onboarding> onboarding;
};

}  // namespace cvg
