#include "core/state/tenant_store.h"

#include <thread>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using TenantStoreTest = StoreTest;

TEST_F(TenantStoreTest, CreateStoresProfileKeyPlanUsageAndAudit) {
  Tenant tenant = make_tenant("acme");
  tenant.display_id = "Acme";
  ASSERT_TRUE(tenants_->create(tenant, make_key("acme", "secret"), {.tenant_id = "acme", .action = "tenant.create"}).ok());
  const auto stored = tenants_->get("acme");
  ASSERT_TRUE(stored.ok() && *stored);
  EXPECT_EQ((*stored)->display_id, "Acme");
  EXPECT_EQ((*stored)->plan.daily, 6);
  EXPECT_EQ((*stored)->status, "ACTIVE");
  EXPECT_EQ((*stored)->created_ms, clock_.now_ms());
  EXPECT_EQ(count("SELECT count(*) FROM tenant_usage_quotas WHERE tenant_id = 'acme'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'tenant.create'"), 1);
  EXPECT_FALSE(tenants_->get("other")->has_value());
}

TEST_F(TenantStoreTest, TheSameTenantTwiceIsAConflictThatChangesNothing) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "one"), {}).ok());
  const Status again = tenants_->create(make_tenant("acme"), make_key("acme", "two"), {});
  EXPECT_EQ(again.code(), Code::conflict);
  EXPECT_EQ(again.text(), "Tenant 'acme' already exists.");
  EXPECT_EQ(tenants_->keys("acme")->size(), 1u);
}

TEST_F(TenantStoreTest, AKeyThatCollidesLeavesNoHalfTenant) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "one"), {}).ok());
  EXPECT_FALSE(tenants_->create(make_tenant("other"), make_key("other", "one"), {}).ok());
  EXPECT_FALSE(tenants_->get("other")->has_value());
}

TEST_F(TenantStoreTest, KeyIsFoundByItsHashWhileActiveAndUnexpired) {
  ApiKey key = make_key("acme", "secret");
  key.expires_ms = clock_.now_ms() + 1000;
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), key, {}).ok());
  const auto found = tenants_->find_key(sha256_hex("secret"));
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->key.id, key.id);
  EXPECT_EQ((*found)->key.ciphertext, key.ciphertext);
  EXPECT_EQ((*found)->tenant.id, "acme");
  EXPECT_EQ((*found)->tenant.plan.name, "STARTER");
  EXPECT_FALSE(tenants_->find_key(sha256_hex("other"))->has_value());
  clock_.advance_ms(1000);
  EXPECT_FALSE(tenants_->find_key(sha256_hex("secret"))->has_value());
}

TEST_F(TenantStoreTest, ReplacedKeysEndAtOnce) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  ASSERT_TRUE(tenants_->replace_keys("acme", make_key("acme", "new"), {}).ok());
  EXPECT_FALSE(tenants_->find_key(sha256_hex("old"))->has_value());
  EXPECT_TRUE(tenants_->find_key(sha256_hex("new"))->has_value());
  EXPECT_EQ(tenants_->replace_keys("nobody", make_key("nobody", "x"), {}).code(), Code::not_found);
}

TEST_F(TenantStoreTest, AKeyThatWasJustFoundIsLookedUpAgainAfterAnyCommit) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  for (int i = 0; i < 2; ++i) EXPECT_EQ((*tenants_->find_key(sha256_hex("old")))->tenant.status, "ACTIVE");
  ASSERT_TRUE(database_->write([](Connection& c) { return c.run("UPDATE tenant_profiles SET status = 'SUSPENDED'"); }).ok());
  EXPECT_EQ((*tenants_->find_key(sha256_hex("old")))->tenant.status, "SUSPENDED");
  ASSERT_TRUE(tenants_->replace_keys("acme", make_key("acme", "new"), {}).ok());
  EXPECT_FALSE(tenants_->find_key(sha256_hex("old"))->has_value());
}

TEST_F(TenantStoreTest, RemoveLeavesNothingOfTheTenantButItsAudit) {
  for (const std::string id : {"acme", "other"}) {
    ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {.tenant_id = id}).ok());
    ASSERT_TRUE(begin(id, "1").ok());
    const auto lease = runs_->lease(1000, "w");
    StepRun step;
    step.run_id = (*lease)->first.id;
    step.tenant_id = id;
    step.step_id = "a";
    ASSERT_TRUE(runs_->put_steps((*lease)->second, {step}).ok());
    ASSERT_TRUE(runs_->finish((*lease)->second, RunState::complete, "", 0, {{0, id, "mirror", "k", "{}"}}).ok());
  }
  ASSERT_TRUE(tenants_->remove("acme").ok());
  for (const std::string table : {"tenant_profiles", "tenant_api_keys", "tenant_subscriptions", "tenant_usage_quotas",
                                  "tenant_pipeline_runs", "tenant_step_logs", "outbox"}) {
    EXPECT_EQ(count("SELECT count(*) FROM " + table + " WHERE tenant_id = 'acme'"), 0) << table;
    EXPECT_EQ(count("SELECT count(*) FROM " + table + " WHERE tenant_id = 'other'"), 1) << table;
  }
  EXPECT_GT(count("SELECT count(*) FROM audit_log WHERE tenant_id = 'acme'"), 0);
  EXPECT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "again"), {}).ok());
}

TEST_F(TenantStoreTest, OneOfManyParallelCreationsWins) {
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 20; ++t)
    threads.emplace_back([&, t] {
      if (tenants_->create(make_tenant("acme"), make_key("acme", std::to_string(t)), {}).ok()) ++won;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(tenants_->keys("acme")->size(), 1u);
}

}  // namespace
}  // namespace cvg
