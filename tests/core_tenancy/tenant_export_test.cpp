#include "core/tenancy/tenant_export.h"

#include <cstdlib>

#include "core/access/authenticator.h"
#include "core/base/digest.h"
#include "core/base/files.h"
#include "tests/core_tenancy/onboarding_fixture.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class TenantExportTest : public OnboardingFixture {
 protected:
  void SetUp() override {
    OnboardingFixture::SetUp();
    key = (*onboarding->onboard(request()))["api_key"].text();
    tenant = **tenants->get("acme_1");
  }
  TenantExport exports(std::int64_t bytes_max = 1 << 30) {
    return TenantExport({*database, warehouse, *mirror, clock, std::string(folder.path()) + "/exports", bytes_max});
  }
  void unpack(const std::string& archive) {
    ASSERT_EQ(std::system(("tar -xf '" + archive + "' -C '" + std::string(folder.path()) + "'").c_str()), 0);
  }
  TempFolder folder;
  std::string key;
  Tenant tenant;
};

TEST_F(TenantExportTest, TheManifestNamesEveryFileWithItsDigest) {
  TenantExport all = exports();
  ASSERT_TRUE(all.write(tenant, "acme.tar").ok());
  unpack(all.path_of("acme.tar"));
  const Json manifest = Json::parse(*read_file(folder.file("manifest.json")));
  EXPECT_EQ(manifest["tenant_id"].text(), "Acme_1");
  EXPECT_GT(manifest["files"].size(), 8u);
  for (const Json& file : manifest["files"].items()) {
    const std::string bytes = *read_file(folder.file(file["path"].text()));
    EXPECT_EQ(sha256_hex(bytes), file["sha256"].text()) << file["path"].text();
    EXPECT_EQ(bytes.find(key), std::string::npos) << file["path"].text();
    EXPECT_EQ(bytes.find(hash_api_key(key)), std::string::npos) << file["path"].text();
  }
  EXPECT_EQ(Json::parse(*read_file(folder.file("state/runs.json"))).size(), 1u);
  EXPECT_EQ(Json::parse(*read_file(folder.file("state/schedules.json"))).size(), 0u);
}

TEST_F(TenantExportTest, MoreThanTheLimitLeavesNothing) {
  TenantExport small = exports(5000);
  EXPECT_EQ(small.write(tenant, "acme.tar").code(), Code::limit);
  EXPECT_TRUE(std::filesystem::is_empty(std::string(folder.path()) + "/exports"));
}

TEST_F(TenantExportTest, WhatAKilledOneLeftIsSwept) {
  TenantExport all = exports();
  std::filesystem::create_directories(all.path_of(".work-abc"));
  ASSERT_TRUE(all.write(tenant, "acme.tar").ok());
  ASSERT_TRUE(all.sweep().ok());
  EXPECT_FALSE(path_exists(all.path_of(".work-abc")));
  EXPECT_TRUE(path_exists(all.path_of("acme.tar")));
}

}  // namespace
}  // namespace cvg
