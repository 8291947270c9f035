#include "core/tenancy/credentials.h"

#include "tests/core_state/store_fixture.h"
#include "tests/fakes/versioned_keys.h"

namespace cvg {
namespace {

class ScriptedCheck final : public ProviderCheck {
 public:
  std::vector<std::string> providers() const override { return {"aws", "gcp"}; }
  Verdict check(const std::string& tenant, const std::string& provider, const Json& credentials) override {
    asked = tenant + " " + provider + " " + credentials.dump();
    return verdict;
  }
  Verdict verdict{"VALID", "well formed"};
  std::string asked;
};

class CredentialsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    tenant = make_tenant("acme");
    ASSERT_TRUE(tenants_->create(tenant, make_key("acme", "k"), {}).ok());
    data_keys.emplace(*database_, clock_);
    store.emplace(*database_, clock_);
    vault.emplace(keys, *data_keys);
    credentials.emplace(Credentials::Parts{*store, *vault, checks, clock_, 200});
  }
  Result<Json> put(const std::string& body) { return credentials->put(tenant, Json::parse(body), {}); }
  std::string put_aws() { return (*put(R"({"provider":"AWS","credentials":{"secret":"hunter2hunter2"}})"))["credential_id"].text(); }

  VersionedKeys keys;
  ScriptedCheck checks;
  Tenant tenant;
  std::optional<DataKeyStore> data_keys;
  std::optional<CredentialStore> store;
  std::optional<TenantVault> vault;
  std::optional<Credentials> credentials;
};

TEST_F(CredentialsTest, WhatIsStoredIsNeverShownAgain) {
  const Json stored = *put(R"({"provider":"AWS","credentials":{"secret":"hunter2hunter2"},"credential_name":"main"})");
  EXPECT_EQ(stored["action"].text(), "CREATED");
  EXPECT_EQ(stored["provider"].text(), "aws");
  EXPECT_EQ(stored.dump().find("hunter2"), std::string::npos);
  const Json list = *credentials->list(tenant);
  EXPECT_EQ(list.items().front()["credential_name"].text(), "main");
  EXPECT_EQ(list.dump().find("hunter2"), std::string::npos);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_cloud_credentials WHERE instr(encrypted_credentials, 'hunter2') > 0"), 0);
}

TEST_F(CredentialsTest, AKeyIsNoNameOfACredential) {
  const Status refused = put(R"({"provider":"aws","credentials":{"a":"b"},"credential_name":"Acme_api_0123456789abcdeF"})").status();
  EXPECT_EQ(refused.code(), Code::invalid);
  EXPECT_TRUE(refused.text().starts_with("credential_name looks like a secret")) << refused.text();
}

TEST_F(CredentialsTest, EveryWrongFieldIsNamedAtOnce) {
  const Status refused = put(R"({"provider":"oci","credentials":{},"credential_name":7})").status();
  EXPECT_EQ(refused.code(), Code::invalid);
  const Json detail = Json::parse(refused.detail_json());
  EXPECT_EQ(detail["field"].text(), "provider");
  EXPECT_EQ(detail["errors"].size(), 3u);
  EXPECT_EQ(put(R"({"provider":"aws","credentials":"text"})").status().code(), Code::invalid);
  EXPECT_EQ(put(R"({"provider":"aws","credentials":{"a":")" + std::string(300, 'x') + "\"}}").status().code(), Code::invalid);
}

TEST_F(CredentialsTest, ACheckGetsThemOpenAndIsRemembered) {
  const std::string id = put_aws();
  checks.verdict = {"INVALID", "credentials.secret is too short"};
  const Json checked = *credentials->check(tenant, id, {});
  EXPECT_EQ(checks.asked, R"(acme aws {"secret":"hunter2hunter2"})");
  EXPECT_EQ(checked["status"].text(), "INVALID");
  EXPECT_EQ(credentials->list(tenant)->items().front()["last_check_status"].text(), "INVALID");
  EXPECT_EQ(credentials->check(tenant, "unknown", {}).status().code(), Code::not_found);
}

TEST_F(CredentialsTest, WithoutTheKeyManagerNothingIsTaken) {
  keys.down = true;
  EXPECT_EQ(put(R"({"provider":"aws","credentials":{"a":"b"}})").status().code(), Code::unavailable);
  EXPECT_EQ(credentials->list(tenant)->size(), 0u);
}

TEST_F(CredentialsTest, DeletedOnesAreGone) {
  const std::string id = put_aws();
  EXPECT_TRUE(credentials->remove(tenant, id, {}).ok());
  EXPECT_EQ(credentials->remove(tenant, id, {}).status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
