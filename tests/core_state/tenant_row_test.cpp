#include "core/state/tenant_row.h"

#include "core/base/text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using TenantRowTest = StoreTest;

TEST_F(TenantRowTest, AKeyComesBackAsItWentIn) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "first"), {}).ok());
  ApiKey key = make_key("acme", "second");
  key.name = "ci";
  key.scopes = "data:query";
  key.expires_ms = 7;
  key.revoked_ms = 9;
  key.is_active = false;
  ASSERT_TRUE(database_->write([&](Connection& c) {
    insert_key(c, key, 5);
    return Status();
  }).ok());
  ASSERT_TRUE(database_->read([&](Connection& c) {
    Statement& row = c.prepare(fmt::format("SELECT {} FROM tenant_api_keys k WHERE k.key_id = 'key_second'", key_columns));
    EXPECT_TRUE(row.step());
    const ApiKey read = read_key(row, 0);
    EXPECT_EQ(read.ciphertext, key.ciphertext);
    EXPECT_EQ(read.name, "ci");
    EXPECT_EQ(read.scopes, "data:query");
    EXPECT_EQ(read.created_ms, 5);
    EXPECT_EQ(read.expires_ms, 7);
    EXPECT_EQ(read.revoked_ms, 9);
    EXPECT_FALSE(read.is_active);
    EXPECT_TRUE(tenant_exists(c, "acme"));
    EXPECT_FALSE(tenant_exists(c, "other"));
    return Status();
  }).ok());
}

TEST_F(TenantRowTest, EveryChangeIsAnEntryOfItsOwn) {
  ASSERT_TRUE(database_->write([&](Connection& c) {
    for (int i = 0; i < 3; ++i) note_tenant_changed(c, "acme", clock_.now_ms());
    return Status();
  }).ok());
  const auto entries = runs_->outbox("mirror", "acme", 10);
  ASSERT_EQ(entries->size(), 3u);
  for (const OutboxEntry& entry : *entries) EXPECT_TRUE(entry.key.starts_with(tenant_changed_prefix));
}

}  // namespace
}  // namespace cvg
