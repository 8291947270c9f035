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
  EXPECT_EQ(*tenants_->find_key(sha256_hex("other")), nullptr);
  clock_.advance_ms(1000);
  EXPECT_EQ(*tenants_->find_key(sha256_hex("secret")), nullptr);
}

TEST_F(TenantStoreTest, ReplacedKeysEndAtOnce) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  ASSERT_TRUE(tenants_->replace_keys("acme", make_key("acme", "new"), {}).ok());
  EXPECT_EQ(*tenants_->find_key(sha256_hex("old")), nullptr);
  EXPECT_TRUE(*tenants_->find_key(sha256_hex("new")) != nullptr);
  EXPECT_EQ(tenants_->replace_keys("nobody", make_key("nobody", "x"), {}).code(), Code::not_found);
}

TEST_F(TenantStoreTest, ARecreationIsAuditedFirstAndMirrorsEverythingAfterwards) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  ASSERT_TRUE(begin("acme", "1").ok());
  const auto lease = runs_->lease(1000, "w");
  ASSERT_TRUE(runs_->finish((*lease)->second, RunState::complete, "", 0, {}).ok());
  ASSERT_TRUE(tenants_->begin_recreation("acme", {.tenant_id = "acme", .action = "tenant.recreate"}).ok());
  EXPECT_EQ(*tenants_->recreations(), std::vector<std::string>{"acme"});
  EXPECT_TRUE(tenants_->half_made()->empty()) << "what exists is never taken away";
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action = 'tenant.recreate' AND at_ms > 0"), 1);
  ASSERT_TRUE(tenants_->end_recreation("acme", make_key("acme", "new")).ok());
  EXPECT_TRUE(tenants_->recreations()->empty());
  EXPECT_EQ(*tenants_->find_key(sha256_hex("old")), nullptr);
  EXPECT_EQ(count("SELECT count(*) FROM outbox WHERE kind = 'mirror' AND entry_key = '" + (*lease)->first.id + "'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM outbox WHERE kind = 'mirror' AND entry_key LIKE 'tenant:%'"), 1);
}

TEST_F(TenantStoreTest, ARecreationHasARowForEveryKeyItEndsAndMakesByWhoeverBeganIt) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  ASSERT_TRUE(tenants_->begin_recreation("acme", {.tenant_id = "acme", .action = "tenant.recreate", .actor = "key:key_old", .user_id = "jane"}).ok());
  ASSERT_TRUE(tenants_->end_recreation("acme", make_key("acme", "new")).ok());
  for (const std::string row : {"action = 'key.revoke' AND target = 'key_old'", "action = 'key.create' AND target = 'key_new'"})
    EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE tenant_id = 'acme' AND actor = 'key:key_old' AND user_id = 'jane' AND " + row), 1) << row;
  EXPECT_EQ(count("SELECT count(*) FROM audit_log WHERE action LIKE 'key.%'"), 2);
}

TEST_F(TenantStoreTest, AKeyThatWasJustFoundIsLookedUpAgainAfterAnyCommit) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "old"), {}).ok());
  for (int i = 0; i < 2; ++i) EXPECT_EQ((*tenants_->find_key(sha256_hex("old")))->tenant.status, "ACTIVE");
  ASSERT_TRUE(database_->write([](Connection& c) { return c.run("UPDATE tenant_profiles SET status = 'SUSPENDED'"); }).ok());
  EXPECT_EQ((*tenants_->find_key(sha256_hex("old")))->tenant.status, "SUSPENDED");
  ASSERT_TRUE(tenants_->replace_keys("acme", make_key("acme", "new"), {}).ok());
  EXPECT_EQ(*tenants_->find_key(sha256_hex("old")), nullptr);
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

TEST_F(TenantStoreTest, ListsTenantsInPagesByStatusAndPlan) {
  for (const char* id : {"eve", "acme", "bob", "dan", "carl"}) ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
  ASSERT_TRUE(tenants_->change("bob", {std::nullopt, "SUSPENDED"}, {}).ok());
  ASSERT_TRUE(tenants_->change("dan", {PlanLimits{"SCALE", 100, 3000, 10, 11, 10}, std::nullopt}, {}).ok());
  TenantFilter filter;
  filter.limit = 2;
  std::vector<std::string> ids;
  do {
    const TenantPage page = *tenants_->list(filter);
    for (const Tenant& tenant : page.tenants) ids.push_back(tenant.id);
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty());
  EXPECT_EQ(ids, (std::vector<std::string>{"acme", "bob", "carl", "dan", "eve"}));
  EXPECT_EQ(tenants_->list({.status = "SUSPENDED"})->tenants.at(0).id, "bob");
  EXPECT_EQ(tenants_->list({.plan_name = "SCALE"})->tenants.at(0).plan.daily, 100);
}

TEST_F(TenantStoreTest, WaitingRunsOfASuspendedTenantAreHeldAndKeepTheirPlace) {
  for (const char* id : {"acme", "other"}) ASSERT_TRUE(tenants_->create(make_tenant(id), make_key(id, id), {}).ok());
  ASSERT_TRUE(begin("acme", "one").ok());
  ASSERT_TRUE(begin("acme", "two").ok());
  ASSERT_TRUE(begin("other", "late").ok());
  const auto running = runs_->lease(60'000, "w");
  ASSERT_TRUE(running.ok() && *running);
  EXPECT_EQ((*running)->first.template_name, "one");
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "SUSPENDED"}, {}).ok());

  EXPECT_EQ(begin("acme", "three").status().code(), Code::denied);
  EXPECT_EQ((*runs_->lease(60'000, "w"))->first.template_name, "late");
  EXPECT_FALSE(*runs_->lease(60'000, "w")) << "what waits is not leased";
  EXPECT_EQ(runs_->usage("acme")->concurrent_running, 2) << "and keeps its slot";
  EXPECT_TRUE(runs_->finish((*running)->second, RunState::complete, "", 0, {}).ok()) << "what runs ends as ever";

  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "ACTIVE"}, {}).ok());
  EXPECT_EQ((*runs_->lease(60'000, "w"))->first.template_name, "two");
}

TEST_F(TenantStoreTest, ARunTakenBackFromADeadWorkerIsHeldToo) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  ASSERT_TRUE(begin("acme", "one").ok());
  ASSERT_TRUE(*runs_->lease(60'000, "w"));
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "SUSPENDED"}, {}).ok());
  EXPECT_EQ(*runs_->reclaim_expired(true), 1);
  EXPECT_FALSE(*runs_->lease(60'000, "w"));
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "ACTIVE"}, {}).ok());
  EXPECT_TRUE(*runs_->lease(60'000, "w"));
}

TEST_F(TenantStoreTest, AnOnboardingsOwnRunIsNotRefused) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "SUSPENDED"}, {}).ok());
  EXPECT_TRUE(begin("acme", "dryrun", starter(), false).ok());
  EXPECT_TRUE(*runs_->lease(60'000, "w"));
}

TEST_F(TenantStoreTest, ASmallerPlanEndsNoRunAndHoldsForTheNextOne) {
  const PlanLimits scale{"SCALE", 100, 3000, 10, 11, 10};
  ASSERT_TRUE(tenants_->create(make_tenant("acme", scale), make_key("acme", "k"), {}).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(begin("acme", "run" + std::to_string(i), scale).ok());
  const PlanLimits smaller = tenants_->change("acme", {starter(), std::nullopt}, {})->plan;
  EXPECT_EQ(begin("acme", "next", smaller).status().code(), Code::quota);
  for (int i = 0; i < 5; ++i) {
    const auto leased = *runs_->lease(60'000, "w");
    ASSERT_TRUE(leased);
    EXPECT_TRUE(runs_->finish(leased->second, RunState::complete, "", 0, {}).ok());
  }
  EXPECT_TRUE(begin("acme", "next", smaller).ok());
  EXPECT_EQ(begin("acme", "another", smaller).status().code(), Code::quota) << "six of six today";
}

TEST_F(TenantStoreTest, QueuedRunsAreLookedAtAgainWhenTheirTenantChanges) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  const auto queue = [&](const std::string& hold) {
    ASSERT_TRUE(database_->write([&](Connection& c) {
      return c.run("INSERT INTO tenant_pipeline_execution_queue (tenant_id, pipeline_id, provider, domain, pipeline_template, run_date, "
                   "parameters_json, trigger_type, priority, status, created_ms, hold) VALUES ('acme', 'p_" + hold +
                   "', 'a', 'b', 'c', '2026-05-15', '{}', 'scheduler', 5, 'QUEUED', 1, '" + hold + "')");
    }).ok());
  };
  for (const char* hold : {"tenant", "slot", "pipeline"}) queue(hold);
  const std::string held = "SELECT count(*) FROM tenant_pipeline_execution_queue WHERE hold = ";
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "SUSPENDED"}, {}).ok());
  ASSERT_TRUE(tenants_->change("acme", {std::nullopt, "ACTIVE"}, {}).ok());
  EXPECT_EQ(count(held + "'tenant'"), 0);
  EXPECT_EQ(count(held + "'slot'"), 1);
  ASSERT_TRUE(tenants_->change("acme", {PlanLimits{"SCALE", 100, 3000, 10, 11, 10}, std::nullopt}, {}).ok());
  EXPECT_EQ(count(held + "'slot'"), 0);
  EXPECT_EQ(count(held + "'pipeline'"), 1);
}

}  // namespace
}  // namespace cvg
