#include "core/access/authenticator.h"

#include <set>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class AuthenticatorTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    key_ = make_api_key("Acme");
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", key_), {}).ok());
  }
  std::string key_;
};

TEST_F(AuthenticatorTest, AKeyNamesItsTenantKeyAndScopes) {
  const Authenticator authenticator(*tenants_, "");
  const auto principal = authenticator.authenticate(key_);
  ASSERT_TRUE(principal.ok());
  EXPECT_EQ(principal->tenant.id, "acme");
  EXPECT_EQ(principal->key_id, "key_" + key_);
  EXPECT_TRUE(principal->may("pipelines:read"));
}

TEST_F(AuthenticatorTest, TheRowOfAKeyIsSharedAndOutlivesItsRevocation) {
  const Authenticator authenticator(*tenants_, "");
  const auto first = authenticator.authenticate(key_), second = authenticator.authenticate(key_);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(&first->tenant, &second->tenant);
  ASSERT_TRUE(tenants_->replace_keys("acme", make_key("acme", "next"), {}).ok());
  EXPECT_FALSE(authenticator.authenticate(key_).ok());
  EXPECT_EQ(first->tenant.id, "acme");
}

TEST_F(AuthenticatorTest, MissingUnknownRevokedAndExpiredKeysLookAlike) {
  const Authenticator authenticator(*tenants_, "");
  ApiKey next = make_key("acme", "next");
  next.expires_ms = clock_.now_ms() + 10;
  ASSERT_TRUE(tenants_->replace_keys("acme", next, {}).ok());
  EXPECT_TRUE(authenticator.authenticate("next").ok());
  clock_.advance_ms(10);
  for (const std::string& key : {std::string(), std::string("unknown"), key_, std::string("next"), std::string(100'000, 'x')}) {
    const Status status = authenticator.authenticate(key).status();
    EXPECT_EQ(status.code(), Code::auth);
    EXPECT_EQ(status.text(), "Invalid or missing API key");
  }
}

TEST_F(AuthenticatorTest, ASuspendedTenantIsDenied) {
  ASSERT_TRUE(database_->write([](Connection& c) { return c.run("UPDATE tenant_profiles SET status = 'SUSPENDED'"); }).ok());
  EXPECT_EQ(Authenticator(*tenants_, "").authenticate(key_).status().code(), Code::denied);
}

TEST_F(AuthenticatorTest, ScopesAreNamesInAList) {
  const auto with = [](const std::string& scopes) {
    TenantStore::KeyOwner owner;
    owner.key.scopes = scopes;
    return Principal(std::make_shared<const TenantStore::KeyOwner>(owner));
  };
  const Principal principal = with("pipelines:read, data:query");
  EXPECT_TRUE(principal.may("data:query"));
  EXPECT_FALSE(principal.may("pipelines:write"));
  EXPECT_FALSE(principal.may("data"));
  EXPECT_FALSE(with("").may("data:query"));
}

TEST_F(AuthenticatorTest, AdminKeyIsUnsetMissingWrongOrRight) {
  EXPECT_EQ(Authenticator(*tenants_, "").check_admin_key("x").code(), Code::unavailable);
  EXPECT_EQ(Authenticator(*tenants_, "").check_admin_key("").code(), Code::unavailable);
  const Authenticator authenticator(*tenants_, "admin secret");
  EXPECT_EQ(authenticator.check_admin_key("").code(), Code::auth);
  EXPECT_EQ(authenticator.check_admin_key("admin secreT").code(), Code::denied);
  EXPECT_EQ(authenticator.check_admin_key("admin").code(), Code::denied);
  EXPECT_TRUE(authenticator.check_admin_key("admin secret").ok());
}

TEST(ApiKey, HasThePrefixAsOnboardedAndSixteenLetters) {
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = make_api_key("AcmeInc");
    ASSERT_EQ(key.size(), std::string("AcmeInc_api_").size() + 16);
    EXPECT_TRUE(key.starts_with("AcmeInc_api_"));
    EXPECT_TRUE(std::all_of(key.begin() + 12, key.end(), [](unsigned char c) { return std::isalnum(c); }));
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), 1000u);
  EXPECT_EQ(hash_api_key("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace cvg
