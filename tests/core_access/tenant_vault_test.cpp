#include "core/access/tenant_vault.h"

#include <thread>

#include "tests/core_state/store_fixture.h"
#include "tests/fakes/versioned_keys.h"

namespace cvg {
namespace {

class TenantVaultTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const char* id : {"acme", "other"}) ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
    data_keys.emplace(*database_, clock_);
    vault.emplace(keys, *data_keys);
  }
  VersionedKeys keys;
  std::optional<DataKeyStore> data_keys;
  std::optional<TenantVault> vault;
};

TEST_F(TenantVaultTest, OpensWhatItSealedUnderOneDataKey) {
  const std::string a = *vault->seal("acme", "credentials:aws", "secret-a"), b = *vault->seal("acme", "credentials:gcp", "secret-b");
  EXPECT_EQ(vault->open("acme", "credentials:aws", a)->text(), "secret-a");
  EXPECT_EQ(vault->open("acme", "credentials:gcp", b)->text(), "secret-b");
  EXPECT_EQ(count("SELECT count(*) FROM tenant_data_keys"), 1);
  EXPECT_EQ(a.find("secret"), std::string::npos);
}

TEST_F(TenantVaultTest, TenantAndPurposeAreBound) {
  const std::string sealed = *vault->seal("acme", "credentials:aws", "secret");
  ASSERT_TRUE(vault->seal("other", "credentials:aws", "secret").ok());
  EXPECT_EQ(vault->open("acme", "credentials:gcp", sealed).status().code(), Code::host);
  EXPECT_EQ(vault->open("other", "credentials:aws", sealed).status().code(), Code::host);
}

TEST_F(TenantVaultTest, WithoutTheKeyManagerNothingIsStored) {
  keys.down = true;
  EXPECT_EQ(vault->seal("acme", "p", "secret").status().code(), Code::unavailable);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_data_keys"), 0);
}

TEST_F(TenantVaultTest, UnknownTenantsHaveNoKeys) {
  EXPECT_EQ(vault->seal("nobody", "p", "secret").status().code(), Code::not_found);
  EXPECT_EQ(vault->open("acme", "p", "anything").status().code(), Code::not_found);
}

TEST_F(TenantVaultTest, FirstUsesAtOnceAgreeOnOneDataKey) {
  std::vector<std::string> sealed(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sealed.size(); ++i) threads.emplace_back([&, i] { sealed[i] = *vault->seal("acme", "p", std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < sealed.size(); ++i) EXPECT_EQ(vault->open("acme", "p", sealed[i])->text(), std::to_string(i));
  EXPECT_EQ(count("SELECT count(*) FROM tenant_data_keys"), 1);
}

}  // namespace
}  // namespace cvg
