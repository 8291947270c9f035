#include "core/tenancy/tenancy.h"

#include "tests/core_tenancy/onboarding_fixture.h"
#include "tests/fakes/temp_folder.h"
#include "tests/fakes/versioned_keys.h"

namespace cvg {
namespace {

class NoSessions final : public Sessions {
 public:
  Result<SessionAnswer> query(const SessionQuery&) override { return Status(Code::unsupported, "no sessions here"); }
  void published(const std::string&) override {}
  void stop() override {}
};

class TenancyTest : public OnboardingFixture {
 protected:
  void SetUp() override {
    OnboardingFixture::SetUp();
    ASSERT_TRUE(onboarding->onboard(request()).ok());
    tenant = **tenants->get("acme_1");
    tenancy.emplace(Tenancy::Parts{*database, versioned, registry, *tenants, *pool, warehouse, sessions, *mirror, clock, log, 65536,
                                   std::string(folder.path()), std::int64_t{1} << 30});
  }
  void TearDown() override {
    tenancy.reset();
    OnboardingFixture::TearDown();
  }
  VersionedKeys versioned;
  PluginRegistry registry{{"", ""}};
  NoSessions sessions;
  TempFolder folder;
  Tenant tenant;
  std::optional<Tenancy> tenancy;
};

TEST_F(TenancyTest, RecoveryEndsARotationThatWasInterrupted) {
  ASSERT_TRUE(tenancy->vault().seal("acme_1", "p", "secret").ok());
  versioned.wraps_left = 0;
  EXPECT_FALSE(tenancy->rotate_keys({}).ok());
  versioned.wraps_left = -1;
  tenancy->recover();
  KeyRotationStore rotations(*database, clock);
  EXPECT_FALSE(rotations.under_way()->has_value());
  const std::vector<WrappedSecret> secrets = *rotations.batch(KeyRotationStore::columns().front(), "", 1);
  EXPECT_TRUE(secrets.front().blob.starts_with("v2|"));
}

TEST_F(TenancyTest, CredentialsOfNoLoadedProviderAreRefused) {
  EXPECT_EQ(tenancy->put_credential(tenant, Json::parse(R"({"provider":"aws","credentials":{"a":"b"}})"), {}).status().code(), Code::invalid);
  EXPECT_EQ(tenancy->list_credentials(tenant)->size(), 0u);
}

TEST_F(TenancyTest, AnExportHasNoNameAndAnErasureItsCertificate) {
  const auto file = tenancy->export_tenant(tenant, {});
  ASSERT_TRUE(file.ok()) << file.status().log_text();
  EXPECT_GT((*file)->bytes, 1000);
  EXPECT_TRUE(std::filesystem::is_empty(std::string(folder.path())));
  const Json certificate = *tenancy->erase_tenant("acme_1", false, {});
  EXPECT_TRUE(tenancy->certificate(certificate["certificate_id"].text()).ok());
}

}  // namespace
}  // namespace cvg
