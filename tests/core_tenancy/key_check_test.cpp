#include "core/tenancy/key_check.h"

#include "core/access/tenant_vault.h"
#include "tests/core_state/store_fixture.h"
#include "tests/fakes/versioned_keys.h"

namespace cvg {
namespace {

class KeyCheckTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    rotations.emplace(*database_, clock_);
  }
  void add_tenant(const std::string& id) {
    ApiKey key = make_key(id, id);
    key.ciphertext = *keys.wrap("tenant", "api key of " + id, id + ":api_key");
    ASSERT_TRUE(tenants_->create(make_tenant(id), key, {}).ok());
  }
  Status check() { return check_master_key(*rotations, keys, log); }

  VersionedKeys keys;
  Log log{Severity::error};
  std::optional<KeyRotationStore> rotations;
};

TEST_F(KeyCheckTest, AFreshInstallationOnlyNeedsAKeyManagerThatWorks) {
  EXPECT_TRUE(check().ok());
  keys.down = true;
  EXPECT_EQ(check().code(), Code::unavailable);
}

TEST_F(KeyCheckTest, AKeyThatOpensNothingOfWhatIsStoredIsRefused) {
  add_tenant("acme");
  EXPECT_TRUE(check().ok());
  keys.version = 3;
  keys.oldest = 2;
  const Status refused = check();
  EXPECT_EQ(refused.code(), Code::config);
  EXPECT_NE(refused.text().find("The master key does not open"), std::string::npos) << refused.text();
  EXPECT_NE(refused.text().find("version that is gone"), std::string::npos) << refused.text();
}

TEST_F(KeyCheckTest, OneSecretThatWasDamagedStopsNoServer) {
  add_tenant("acme");
  ApiKey key = make_key("beta", "beta");
  key.ciphertext = "no wrapped key";
  ASSERT_TRUE(tenants_->create(make_tenant("beta"), key, {}).ok());
  EXPECT_TRUE(check().ok());
}

}  // namespace
}  // namespace cvg
