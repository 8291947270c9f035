#include "core/tenancy/key_rotation.h"

#include "core/access/tenant_vault.h"
#include "tests/core_state/store_fixture.h"
#include "tests/fakes/versioned_keys.h"

namespace cvg {
namespace {

class KeyRotationTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    data_keys.emplace(*database_, clock_);
    rotations.emplace(*database_, clock_);
    vault.emplace(keys, *data_keys);
    rotator.emplace(keys, *rotations, clock_, log);
  }
  void add_tenant(const std::string& id) {
    ApiKey key = make_key(id, id);
    key.ciphertext = *keys.wrap("tenant", "api key of " + id, id + ":api_key");
    ASSERT_TRUE(tenants_->create(make_tenant(id), key, {}).ok());
    sealed[id] = *vault->seal(id, "credentials:aws", "secret of " + id);
  }
  std::int64_t under_version(int version) {
    std::int64_t found = 0;
    for (const WrappedColumn& column : KeyRotationStore::columns()) {
      const std::vector<WrappedSecret> secrets = *rotations->batch(column, "", 10'000);
      for (const WrappedSecret& secret : secrets) found += secret.blob.starts_with("v" + std::to_string(version) + "|") ? 1 : 0;
    }
    return found;
  }

  VersionedKeys keys;
  Log log{Severity::error};
  std::map<std::string, std::string> sealed;
  std::optional<DataKeyStore> data_keys;
  std::optional<KeyRotationStore> rotations;
  std::optional<TenantVault> vault;
  std::optional<KeyRotator> rotator;
};

TEST_F(KeyRotationTest, EverythingIsWrappedUnderTheNewVersion) {
  for (int i = 0; i < 250; ++i) add_tenant("tenant_" + std::to_string(i));
  const Json done = *rotator->rotate({});
  EXPECT_EQ(done["rewrapped"].integer(), 500);
  EXPECT_EQ(done["failed"].integer(), 0);
  EXPECT_FALSE(done["resumed"].boolean());
  EXPECT_EQ(under_version(2), 500);
  keys.oldest = 2;
  for (const auto& [id, bytes] : sealed) EXPECT_EQ(vault->open(id, "credentials:aws", bytes)->text(), "secret of " + id);
}

TEST_F(KeyRotationTest, AfterAnInterruptionItGoesOnWithTheSameVersion) {
  for (int i = 0; i < 250; ++i) add_tenant("tenant_" + std::to_string(i));
  keys.wraps_left = 230;
  EXPECT_EQ(rotator->rotate({}).status().code(), Code::unavailable);
  EXPECT_EQ(under_version(2), 200);
  keys.wraps_left = -1;
  EXPECT_TRUE(rotator->resume().ok());
  EXPECT_EQ(keys.version, 2);
  EXPECT_EQ(under_version(2), 500);
  EXPECT_FALSE(rotations->under_way()->has_value());
  EXPECT_TRUE(rotator->resume().ok());
  EXPECT_EQ(keys.version, 2);
}

TEST_F(KeyRotationTest, WhatCannotBeReadIsCountedAndKept) {
  add_tenant("acme");
  ASSERT_TRUE(tenants_->create(make_tenant("broken"), make_key("broken", "b"), {}).ok());
  const Json done = *rotator->rotate({});
  EXPECT_EQ(done["rewrapped"].integer(), 2);
  EXPECT_EQ(done["failed"].integer(), 1);
  EXPECT_NE(done["message"].text().find("keep the older versions"), std::string::npos);
}

TEST_F(KeyRotationTest, AWebhooksSecretIsBoundToItsRowToo) {
  add_tenant("acme");
  const std::string blob = *keys.wrap("tenant", "whsec", "acme:webhook:wh_1");
  ASSERT_TRUE(database_->write([&](Connection& c) {
    c.prepare("INSERT INTO tenant_webhooks (webhook_id, tenant_id, url, events, description, encrypted_secret, is_active, created_ms, updated_ms) "
              "VALUES ('wh_1', 'acme', 'u', '*', '', ?1, 1, 1, 1)").bind_bytes(1, blob).step();
    return Status();
  }).ok());
  EXPECT_EQ((*rotator->rotate({}))["failed"].integer(), 0);
  EXPECT_EQ(under_version(2), 3);
}

TEST_F(KeyRotationTest, BothEndsAreInTheAuditLog) {
  ASSERT_TRUE(rotator->rotate({}).ok());
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action IN ('keys.rotate', 'keys.rotated')"), 2);
}

}  // namespace
}  // namespace cvg
