#include "core/access/tenant_admin.h"

#include "core/access/authenticator.h"
#include "core/state/audit_log.h"
#include "tests/core_state/store_fixture.h"
#include "tests/fakes/shifting_key_manager.h"

namespace cvg {
namespace {

class TenantAdminTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Tenant acme = make_tenant("acme");
    acme.display_id = "Acme";
    ASSERT_TRUE(tenants_->create(acme, make_key("acme", "first"), {}).ok());
    keys_ = std::make_unique<KeyStore>(*database_, clock_);
    plans_ = std::make_unique<Plans>(*Plans::parse("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 3}\n"
                                                   "SCALE: {daily: 100, monthly: 3000, concurrent: 10, team: 11, providers: 10}\n", "plans.yml"));
    admin_ = std::make_unique<TenantAdmin>(TenantAdminParts{*tenants_, *keys_, key_manager_, *plans_, clock_,
                                                            [this](const std::string& id) { changed_.push_back(id); }, 3, 100});
  }
  static Json json(const char* text) { return *parse_json(text); }
  Result<Principal> authenticate(const std::string& key) { return Authenticator(*tenants_, "").authenticate(key); }
  AuditRow last_audit() { return AuditLog(*database_).list({.limit = 1})->rows.at(0); }

  ShiftingKeyManager key_manager_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<Plans> plans_;
  std::vector<std::string> changed_;
  std::unique_ptr<TenantAdmin> admin_;
};

TEST_F(TenantAdminTest, ANewKeyIsToldOnceAndStoredAsHashAndCiphertext) {
  const auto issued = admin_->create_key("ACME", json(R"({"name":"ci","scopes":["data:query"]})"), {.actor = "admin", .user_id = "jane"});
  ASSERT_TRUE(issued.ok()) << issued.status().log_text();
  EXPECT_TRUE(issued->api_key.starts_with("Acme_api_"));
  const auto principal = authenticate(issued->api_key);
  ASSERT_TRUE(principal.ok());
  EXPECT_EQ(principal->key_id, issued->row.id);
  EXPECT_TRUE(principal->may("data:query"));
  EXPECT_FALSE(principal->may("pipelines:read"));
  const std::vector<ApiKey> all = *admin_->keys("acme");
  const ApiKey& stored = all[0].id == issued->row.id ? all[0] : all[1];
  EXPECT_EQ(stored.hash, hash_api_key(issued->api_key));
  EXPECT_EQ(stored.ciphertext.find(issued->api_key), std::string::npos);
  EXPECT_TRUE(stored.ciphertext.starts_with("acme:api_key"));
  EXPECT_EQ(changed_, std::vector<std::string>{"acme"});
  const AuditRow audit = last_audit();
  EXPECT_EQ(audit.entry.action, "key.create");
  EXPECT_EQ(audit.entry.tenant_id, "acme");
  EXPECT_EQ(audit.entry.target, issued->row.id);
  EXPECT_EQ(audit.entry.actor, "admin");
  EXPECT_EQ(audit.entry.user_id, "jane");
  EXPECT_EQ(audit.entry.detail_json.find(issued->api_key), std::string::npos);
}

TEST_F(TenantAdminTest, WithoutAKeyManagerThereIsNoNewKeyAndTheOldOnesStay) {
  key_manager_.works = false;
  EXPECT_EQ(admin_->create_key("acme", {}, {}).status().code(), Code::unavailable);
  EXPECT_EQ(admin_->rotate_key("acme", {}, {}).status().code(), Code::unavailable);
  EXPECT_TRUE(authenticate("first").ok());
  EXPECT_EQ(admin_->keys("acme")->size(), 1u);
  EXPECT_TRUE(changed_.empty());
}

TEST_F(TenantAdminTest, ARotationLeavesExactlyOneKeyThatWorks) {
  const auto next = admin_->rotate_key("acme", {}, {.actor = "admin"});
  ASSERT_TRUE(next.ok()) << next.status().log_text();
  EXPECT_EQ(next->replaced.size(), 1u);
  EXPECT_EQ(authenticate("first").status().code(), Code::auth);
  EXPECT_TRUE(authenticate(next->api_key).ok());
  const auto graceful = admin_->rotate_key("acme", json(R"({"grace_seconds":10})"), {});
  ASSERT_TRUE(graceful.ok());
  EXPECT_TRUE(authenticate(next->api_key).ok());
  clock_.advance_ms(10'000);
  EXPECT_FALSE(authenticate(next->api_key).ok());
  EXPECT_TRUE(authenticate(graceful->api_key).ok());
}

TEST_F(TenantAdminTest, UnknownTenantsAndKeysAreNotFound) {
  EXPECT_EQ(admin_->tenant("nobody").status().code(), Code::not_found);
  EXPECT_EQ(admin_->keys("nobody").status().code(), Code::not_found);
  EXPECT_EQ(admin_->create_key("nobody", {}, {}).status().code(), Code::not_found);
  EXPECT_EQ(admin_->change("nobody", json(R"({"status":"SUSPENDED"})"), {}).status().code(), Code::not_found);
  EXPECT_EQ(admin_->revoke_key("acme", "nothing", {}).status().code(), Code::not_found);
  EXPECT_TRUE(changed_.empty());
}

TEST_F(TenantAdminTest, ASuspensionAndItsEndHoldAtOnce) {
  ASSERT_TRUE(authenticate("first").ok());
  const auto suspended = admin_->change("acme", json(R"({"status":"SUSPENDED"})"), {.actor = "admin"});
  ASSERT_TRUE(suspended.ok()) << suspended.status().log_text();
  EXPECT_EQ(suspended->status, "SUSPENDED");
  const Status refused = authenticate("first").status();
  EXPECT_EQ(refused.code(), Code::denied);
  EXPECT_NE(refused.detail_json().find("TENANT_SUSPENDED"), std::string::npos);
  EXPECT_EQ(last_audit().entry.detail_json, R"({"status":{"from":"ACTIVE","to":"SUSPENDED"}})");
  ASSERT_TRUE(admin_->change("acme", json(R"({"status":"ACTIVE"})"), {}).ok());
  EXPECT_TRUE(authenticate("first").ok());
}

TEST_F(TenantAdminTest, APlanChangeIsSeenByTheNextRequest) {
  const auto changed = admin_->change("acme", json(R"({"plan":"scale"})"), {});
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->plan.daily, 100);
  EXPECT_EQ(authenticate("first")->tenant.plan.concurrent, 10);
  EXPECT_EQ(last_audit().entry.detail_json, R"({"plan":{"from":"STARTER","to":"SCALE"}})");
}

TEST_F(TenantAdminTest, WhatChangesNothingIsNotWritten) {
  const std::int64_t rows = AuditLog(*database_).verify()->rows;
  ASSERT_TRUE(admin_->change("acme", json(R"({"plan":"STARTER","status":"ACTIVE"})"), {}).ok());
  EXPECT_EQ(AuditLog(*database_).verify()->rows, rows);
}

}  // namespace
}  // namespace cvg
