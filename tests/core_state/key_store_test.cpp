#include "core/state/key_store.h"

#include "core/state/audit_log.h"
#include "core/state/tenant_row.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class KeyStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    keys_ = std::make_unique<KeyStore>(*database_, clock_);
    ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "first"), {}).ok());
    ASSERT_TRUE(tenants_->create(make_tenant("other"), make_key("other", "foreign"), {}).ok());
  }
  bool works(const std::string& key) { return *tenants_->find_key(sha256_hex(key)) != nullptr; }
  std::int64_t audits(const std::string& action) { return count("SELECT count(*) FROM audit_log WHERE action = '" + action + "'"); }
  std::int64_t changes() { return count("SELECT count(*) FROM outbox WHERE tenant_id = 'acme' AND entry_key LIKE 'tenant:%'"); }
  std::unique_ptr<KeyStore> keys_;
};

TEST_F(KeyStoreTest, ATenantMayHaveSeveralKeysUpToALimit) {
  EXPECT_TRUE(keys_->add(make_key("acme", "second"), 3, {.action = "key.create"}).ok());
  EXPECT_TRUE(keys_->add(make_key("acme", "third"), 3, {.action = "key.create"}).ok());
  EXPECT_EQ(keys_->add(make_key("acme", "fourth"), 3, {.action = "key.create"}).code(), Code::conflict);
  EXPECT_EQ(keys_->add(make_key("nobody", "fifth"), 3, {.action = "key.create"}).code(), Code::not_found);
  EXPECT_TRUE(works("first") && works("second") && works("third"));
  EXPECT_FALSE(works("fourth"));
  EXPECT_EQ(audits("key.create"), 2);
  EXPECT_EQ(changes(), 2);
}

TEST_F(KeyStoreTest, ExpiredAndRevokedKeysDoNotCountTowardsTheLimit) {
  ApiKey brief = make_key("acme", "brief");
  brief.expires_ms = clock_.now_ms() + 10;
  ASSERT_TRUE(keys_->add(brief, 2, {}).ok());
  EXPECT_FALSE(keys_->add(make_key("acme", "third"), 2, {}).ok());
  clock_.advance_ms(10);
  EXPECT_TRUE(keys_->add(make_key("acme", "third"), 2, {}).ok());
  ASSERT_TRUE(keys_->revoke("acme", "key_third", {}).ok());
  EXPECT_TRUE(keys_->add(make_key("acme", "fourth"), 2, {}).ok());
}

TEST_F(KeyStoreTest, ARevokedKeyIsRefusedByTheNextLookUp) {
  ASSERT_TRUE(works("first"));
  const auto revoked = keys_->revoke("acme", "key_first", {.action = "key.revoke"});
  ASSERT_TRUE(revoked.ok());
  EXPECT_FALSE(works("first"));
  EXPECT_EQ(revoked->revoked_ms, clock_.now_ms());
  clock_.advance_ms(5);
  const auto again = keys_->revoke("acme", "key_first", {.action = "key.revoke"});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->revoked_ms, revoked->revoked_ms);
  EXPECT_EQ(audits("key.revoke"), 1) << "what changed nothing is no mutation";
}

TEST_F(KeyStoreTest, UnknownAndForeignKeysAreNotFound) {
  EXPECT_EQ(keys_->revoke("acme", "nothing", {}).status().code(), Code::not_found);
  EXPECT_EQ(keys_->revoke("acme", "key_foreign", {}).status().code(), Code::not_found);
  EXPECT_EQ(keys_->rotate(make_key("acme", "next"), "key_foreign", 0, {}).status().code(), Code::not_found);
  EXPECT_EQ(keys_->rotate(make_key("nobody", "next"), "", 0, {}).status().code(), Code::not_found);
  EXPECT_TRUE(works("foreign"));
  EXPECT_FALSE(works("next"));
}

TEST_F(KeyStoreTest, ARotationRevokesTheOldOnesInTheSameMoment) {
  ASSERT_TRUE(keys_->add(make_key("acme", "second"), 9, {}).ok());
  const auto rotated = keys_->rotate(make_key("acme", "next"), "", 0, {.action = "key.rotate"});
  ASSERT_TRUE(rotated.ok()) << rotated.status().log_text();
  EXPECT_EQ(rotated->replaced.size(), 2u);
  EXPECT_FALSE(works("first") || works("second"));
  EXPECT_TRUE(works("next") && works("foreign"));
  EXPECT_EQ(rotated->next.scopes, "*");
  EXPECT_EQ(audits("key.rotate"), 1);
}

TEST_F(KeyStoreTest, WithAGraceTheOldOnesExpire) {
  ApiKey brief = make_key("acme", "brief");
  brief.expires_ms = clock_.now_ms() + 1000;
  ASSERT_TRUE(keys_->add(brief, 9, {}).ok());
  ASSERT_TRUE(keys_->rotate(make_key("acme", "next"), "", 60'000, {}).ok());
  EXPECT_TRUE(works("first") && works("brief") && works("next"));
  clock_.advance_ms(1000);
  EXPECT_FALSE(works("brief")) << "a grace never makes a key live longer";
  clock_.advance_ms(58'999);
  EXPECT_TRUE(works("first"));
  clock_.advance_ms(1);
  EXPECT_FALSE(works("first"));
  EXPECT_TRUE(works("next"));
}

TEST_F(KeyStoreTest, ARotationOfOneKeyHandsOnWhatItMayDo) {
  ApiKey narrow = make_key("acme", "narrow");
  narrow.scopes = "data:query";
  narrow.name = "dashboard";
  narrow.expires_ms = clock_.now_ms() + 5000;
  ASSERT_TRUE(keys_->add(narrow, 9, {}).ok());
  ApiKey next = make_key("acme", "next");
  next.scopes.clear();
  const auto rotated = keys_->rotate(next, "key_narrow", 0, {});
  ASSERT_TRUE(rotated.ok());
  EXPECT_EQ(rotated->next.scopes, "data:query");
  EXPECT_EQ(rotated->next.name, "dashboard");
  EXPECT_EQ(rotated->next.expires_ms, narrow.expires_ms);
  EXPECT_TRUE(works("first"));
  EXPECT_FALSE(works("narrow"));
}

TEST_F(KeyStoreTest, AFailedRotationChangesNothing) {
  const std::int64_t before = changes();
  EXPECT_FALSE(keys_->rotate(make_key("acme", "foreign"), "", 0, {}).ok());  // the hash exists
  EXPECT_TRUE(works("first"));
  EXPECT_EQ(changes(), before);
  EXPECT_TRUE(AuditLog(*database_).verify()->is_whole());
}

TEST_F(KeyStoreTest, LastUsesOnlyMoveForward) {
  ASSERT_TRUE(keys_->note_uses({{"key_first", 500}, {"gone", 1}}).ok());
  ASSERT_TRUE(keys_->note_uses({{"key_first", 400}}).ok());
  EXPECT_EQ(tenants_->keys("acme")->front().last_used_ms, 500);
}

}  // namespace
}  // namespace cvg
