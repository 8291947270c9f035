#include "core/state/queue_store.h"

#include <map>
#include <random>
#include <set>
#include <thread>

#include "core/base/text.h"
#include "core/state/usage_upkeep.h"
#include "tests/core_state/queue_fixture.h"

namespace cvg {
namespace {

using Names = std::vector<std::string>;

TEST_F(QueueTest, TheRunAndTheClaimAreOneTransaction) {
  enqueue("acme", "cur");
  EXPECT_EQ(begin_all(), Names{"cur@2026-05-15"});
  EXPECT_EQ(history("RUNNING"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_execution_queue WHERE status = 'PROCESSING'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs WHERE trigger_type = 'scheduler'"), 1);
  EXPECT_EQ(runs_->usage("acme")->run_today, 1);
}

TEST_F(QueueTest, TheEndOfTheRunEndsItemAndHistory) {
  enqueue("acme", "good");
  enqueue("acme", "bad");
  EXPECT_EQ(begin_all().size(), 2u);
  end_one();
  end_one(RunState::failed, "no rows");
  EXPECT_EQ(history("COMPLETED"), 1);
  EXPECT_EQ(history("FAILED"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE error_message = 'no rows' AND end_ms > 0"), 1);
  EXPECT_EQ(queued(), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_configs WHERE pipeline_template = 'good' AND last_run_status = 'COMPLETE'"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_configs WHERE pipeline_template = 'bad' AND last_run_status = 'FAILED'"), 1);
}

TEST_F(QueueTest, TwoWorkersNeverRunOneItem) {
  for (int i = 0; i < 3; ++i) enqueue("acme", "t" + std::to_string(i));
  const std::vector<QueueItem> items = *queue_->ready(10);
  ASSERT_EQ(items.size(), 3u);
  std::vector<QueueStore::Claim> claims;
  for (const QueueItem& item : items) claims.push_back(claim_of(item));
  std::atomic<int> begun{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] {
      const auto ids = queue_->claim(claims);
      for (const std::string& id : *ids) begun += id.empty() ? 0 : 1;
    });
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 3);
}

TEST_F(QueueTest, ABusyPipelineKeepsItsItemsQueuedAndTheyFollowOneByOne) {
  enqueue("acme", "cur", 5, 3);
  EXPECT_EQ(begin_all().size(), 1u);
  EXPECT_EQ(history("PENDING"), 2);
  end_one();
  EXPECT_EQ(begin_all().size(), 1u);
  end_one();
  EXPECT_EQ(begin_all().size(), 1u);
  end_one();
  EXPECT_EQ(history("COMPLETED"), 3);
  EXPECT_EQ(queued(), 0);
}

TEST_F(QueueTest, AManualRunHoldsItsPipelineToo) {
  ASSERT_TRUE(begin("acme", "cur", plan_).ok());
  enqueue("acme", "cur");
  EXPECT_TRUE(begin_all().empty());
  end_one();
  EXPECT_EQ(begin_all().size(), 1u);
}

TEST_F(QueueTest, WithoutASlotItemsWaitAndTheMostUrgentIsFirst) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(begin("acme", "m" + std::to_string(i), plan_).ok());
  enqueue("acme", "low", 2);
  enqueue("acme", "high", 8);
  enqueue("other", "free", 1);
  EXPECT_EQ(begin_all(), Names{"free@2026-05-15"});
  end_one();
  EXPECT_EQ(begin_all(), Names{"high@2026-05-15"});
  end_one();
  EXPECT_EQ(begin_all(), Names{"low@2026-05-15"});
}

TEST_F(QueueTest, WhatCannotBeginIsTriedAgainLaterWithLessPriorityAndFailsAtLast) {
  enqueue("acme", "cur", 2);
  const auto refuse = [&] {
    QueueStore::Claim claim = claim_of(queue_->ready(1)->front());
    claim.prepared = Status(Code::not_found, "Template not found: aws/cost/cur");
    return queue_->claim({claim});
  };
  for (const std::int64_t pause_ms : {60'000, 120'000}) {
    ASSERT_TRUE(refuse().ok());
    EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms() + pause_ms));
    clock_.advance_ms(pause_ms);
    EXPECT_EQ(queue_->ready(10)->front().priority, 1);
  }
  ASSERT_TRUE(refuse().ok());
  EXPECT_EQ(queued(), 0);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = 'FAILED' AND error_message LIKE 'Template not found%'"), 1);
  EXPECT_EQ(schedules_->list("acme", {})->front().last_run_status, "FAILED");
}

// Found in review: ten doubling pauses ended in FAILED before the day did that the quota is for.
TEST_F(QueueTest, AScheduledRunWithoutQuotaWaitsForTheNextDayAndDoesNotFail) {
  plan_.daily = 1;
  enqueue("acme", "first", 9);
  enqueue("acme", "cur", 2);
  EXPECT_EQ(begin_all(), Names{"first@2026-05-15"});
  end_one();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(begin_all().empty());
  EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms() + 12 * 3'600'000)) << "it is noon";
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = 'PENDING' AND error_message LIKE 'Daily pipeline quota exceeded%'"), 1);
  clock_.advance_ms(12 * 3'600'000);
  EXPECT_EQ(queue_->ready(10)->front().priority, 2);
  EXPECT_EQ(begin_all(), Names{"cur@2026-05-15"});
  EXPECT_EQ(history("FAILED"), 0);
}

TEST_F(QueueTest, WhenThereIsQuotaAgainWhatWaitsForItIsLookedAtAtOnce) {
  plan_.daily = 0;
  enqueue("acme", "cur");
  EXPECT_TRUE(begin_all().empty());
  for (const bool by_reset : {true, false}) {
    ASSERT_TRUE(queue_->ready(10)->empty());
    if (by_reset) ASSERT_TRUE(reset_usage_of_today(*database_, clock_, {}).ok());
    else ASSERT_TRUE(tenants_->change("acme", {PlanLimits{"LARGER", 0, 1000, 3, 1, 1}, {}}, {}).ok());
    ASSERT_EQ(queue_->ready(10)->size(), 1u) << "it is looked at again at once";
    EXPECT_EQ(queue_->ready(10)->front().attempt, 0);
    EXPECT_TRUE(begin_all().empty());
    EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms() + 12 * 3'600'000)) << "and waits again";
  }
  plan_.daily = 100;
  clock_.advance_ms(12 * 3'600'000);
  EXPECT_EQ(begin_all().size(), 1u);
}

TEST_F(QueueTest, AnErrorsPauseIsNoMatterOfTheQuota) {
  enqueue("acme", "cur");
  QueueStore::Claim claim = claim_of(queue_->ready(1)->front());
  claim.prepared = Status(Code::not_found, "Template not found: aws/cost/cur");
  ASSERT_TRUE(queue_->claim({claim}).ok());
  ASSERT_TRUE(reset_usage_of_today(*database_, clock_, {}).ok());
  EXPECT_TRUE(queue_->ready(10)->empty());
}

TEST_F(QueueTest, WhatCannotBePreparedIsTriedAgainAndTellsWhy) {
  enqueue("acme", "cur");
  QueueStore::Claim claim = claim_of(queue_->ready(1)->front());
  claim.prepared = Status(Code::not_found, "Template not found: aws/cost/cur");
  EXPECT_EQ(queue_->claim({claim})->front(), "");
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = 'PENDING' AND error_message LIKE 'Template not found%'"), 1);
  clock_.advance_ms(60'000);
  EXPECT_EQ(begin_all().size(), 1u);
  EXPECT_EQ(count("SELECT count(*) FROM tenant_scheduled_pipeline_runs WHERE status = 'RUNNING' AND error_message = ''"), 1);
}

TEST_F(QueueTest, ASuspendedTenantWaitsUntilItIsNoLonger) {
  enqueue("acme", "cur");
  const auto suspend = [&](const char* sql) { return database_->write([&](Connection& c) { return c.run(sql); }); };
  ASSERT_TRUE(suspend("UPDATE tenant_profiles SET status = 'SUSPENDED' WHERE tenant_id = 'acme'").ok());
  EXPECT_TRUE(begin_all().empty());
  ASSERT_TRUE(queue_->mend({}).ok());
  EXPECT_TRUE(begin_all().empty());
  ASSERT_TRUE(suspend("UPDATE tenant_profiles SET status = 'ACTIVE'").ok());
  ASSERT_TRUE(queue_->mend({}).ok());
  EXPECT_EQ(begin_all().size(), 1u);
}

TEST_F(QueueTest, MendingBringsBackWhatLostItsRunAndEndsWhatLostItsPlace) {
  enqueue("acme", "lost");
  enqueue("acme", "ended");
  enqueue("acme", "gone");
  EXPECT_EQ(begin_all().size(), 3u);
  const auto run = [&](const char* sql) { return database_->write([&](Connection& c) { return c.run(sql); }); };
  ASSERT_TRUE(run("DELETE FROM tenant_pipeline_runs WHERE template_name = 'lost'").ok());
  ASSERT_TRUE(run("DELETE FROM tenant_pipeline_execution_queue WHERE pipeline_template = 'gone'").ok());
  ASSERT_TRUE(run("DROP TRIGGER queue_follows_runs").ok());
  ASSERT_TRUE(run("UPDATE tenant_pipeline_runs SET status = 'COMPLETE', end_ms = 5 WHERE template_name = 'ended'").ok());
  const auto mended = queue_->mend({});
  ASSERT_TRUE(mended.ok()) << mended.status().log_text();
  EXPECT_EQ(mended->size(), 5u);
  EXPECT_EQ(history("COMPLETED"), 1);
  EXPECT_EQ(history("FAILED"), 1);
  EXPECT_EQ(history("PENDING"), 1);
  EXPECT_EQ(begin_all(), Names{"lost@2026-05-15"});
  EXPECT_TRUE(queue_->mend({})->empty());
}

TEST_F(QueueTest, MendingLetsGoWhatIsHeldWithoutACause) {
  enqueue("acme", "a");
  enqueue("other", "b", 5, 2);
  const auto hold = [&](const char* why, const char* tenant) {
    return database_->write([&](Connection& c) {
      c.prepare("UPDATE tenant_pipeline_execution_queue SET hold = ?1 WHERE tenant_id = ?2").bind(1, why).bind(2, tenant).step();
      return Status();
    });
  };
  ASSERT_TRUE(hold("slot", "acme").ok());
  ASSERT_TRUE(hold("pipeline", "other").ok());
  EXPECT_TRUE(begin_all().empty());
  EXPECT_TRUE(queue_->mend({})->empty());
  EXPECT_EQ(begin_all().size(), 2u);
}

TEST_F(QueueTest, ExpiredRunsAreFound) {
  ASSERT_TRUE(begin("acme", "cur", plan_).ok());
  const auto leased = runs_->lease(30'000, "w");
  ASSERT_TRUE(leased.ok() && *leased);
  EXPECT_TRUE(queue_->expired_runs()->empty());
  clock_.advance_ms(30'001);
  ASSERT_EQ(queue_->expired_runs()->size(), 1u);
  EXPECT_EQ(queue_->expired_runs()->front().run_id, (*leased)->first.id);
}

TEST_F(QueueTest, TheNumbersAreThoseOfToday) {
  enqueue("acme", "a");
  enqueue("acme", "b");
  enqueue("other", "c");
  EXPECT_EQ(begin_all().size(), 3u);
  clock_.advance_ms(4000);
  end_one();
  end_one(RunState::failed, "x");
  const SchedulerNumbers n = *queue_->numbers();
  EXPECT_EQ(n.active, 3);
  EXPECT_EQ(n.running, 1);
  EXPECT_EQ(n.queued, 0);
  EXPECT_EQ(n.queue_length, 1);
  EXPECT_EQ(n.completed_today, 1);
  EXPECT_EQ(n.failed_today, 1);
  EXPECT_DOUBLE_EQ(n.average_seconds, 4.0);
  clock_.advance_ms(86'400'000);
  EXPECT_EQ(queue_->numbers()->completed_today, 0);
}

// Found in review: who had queued a thousand items, or urgent ones, kept everybody else waiting.
TEST_F(QueueTest, OnesThousandItemsKeepAnotherTenantWaitingForOneTurn) {
  plan_.concurrent = plan_.daily = 10'000;
  plan_.monthly = 100'000;
  for (int i = 0; i < 20; ++i) enqueue("acme", fmt::format("t{}", i), 10, 50);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(queue_->claim({claim_of(queue_->ready(1)->front())})->size(), 1u);
  enqueue("other", "small", 1);
  EXPECT_EQ(queue_->ready(1)->front().tenant_id, "other") << "priority orders within a tenant";
  ASSERT_FALSE(queue_->claim({claim_of(queue_->ready(1)->front())})->front().empty());
  EXPECT_EQ(queue_->ready(1)->front().tenant_id, "acme");
}

TEST_F(QueueTest, PropertyNobodyWaitsForMoreTurnsThanThereAreOtherTenants) {
  plan_.concurrent = plan_.daily = 10'000;
  plan_.monthly = 100'000;
  for (int t = 0; t < 5; ++t) ASSERT_TRUE(tenants_->create(make_tenant(fmt::format("t{}", t), plan_), make_key(fmt::format("t{}", t), fmt::format("t{}", t)), {}).ok());
  std::mt19937 random(20260515);
  std::map<std::string, std::multiset<std::int64_t>> waiting;
  std::map<std::string, int> passed_over;
  int number = 0, begun = 0;
  for (int step = 0; step < 500; ++step) {
    if (random() % 5 < 2) {
      const std::string tenant = random() % 2 ? "t0" : fmt::format("t{}", random() % 5);
      const std::int64_t priority = 1 + static_cast<std::int64_t>(random() % 10);
      enqueue(tenant, fmt::format("p{}", ++number), priority);
      waiting[tenant].insert(priority);
    }
    // Whether one is asked for or many, the order is the same.
    const std::vector<QueueItem> items = *queue_->ready(1 + static_cast<std::int64_t>(random() % 4));
    std::vector<QueueStore::Claim> claims;
    for (const QueueItem& item : items) claims.push_back(claim_of(item));
    const auto claimed = queue_->claim(claims);
    ASSERT_TRUE(claimed.ok()) << claimed.status().text();
    for (const std::string& id : *claimed) ASSERT_FALSE(id.empty());
    for (const QueueItem& item : items) {
      ++begun;
      ASSERT_EQ(item.priority, *waiting[item.tenant_id].rbegin()) << "the tenant's most urgent one";
      waiting[item.tenant_id].erase(std::prev(waiting[item.tenant_id].end()));
      for (const auto& [tenant, own] : waiting) {
        if (tenant == item.tenant_id || own.empty()) continue;
        ASSERT_LE(++passed_over[tenant], 4) << tenant << ", step " << step;
      }
      passed_over[item.tenant_id] = 0;
    }
  }
  EXPECT_GT(begun, 150);
}

TEST_F(QueueTest, ALookAtALongQueueIsALookIntoAnIndex) {
  const auto plan_of = [&](const std::string& sql) {
    std::string plan;
    EXPECT_TRUE(database_->read([&](Connection& c) {
      Statement& row = c.prepare("EXPLAIN QUERY PLAN " + sql);
      while (row.step()) plan += row.text(3) + "\n";
      return row.status();
    }).ok());
    return plan;
  };
  const std::string queued = "FROM tenant_pipeline_execution_queue WHERE status = 'QUEUED' AND hold = '' AND ";
  const std::string items = plan_of("SELECT queue_id " + queued + "tenant_id = ?1 AND not_before_ms <= ?2 ORDER BY priority DESC, not_before_ms, queue_id LIMIT ?3");
  EXPECT_NE(items.find("execution_queue_due (tenant_id=?)"), std::string::npos) << items;
  EXPECT_EQ(items.find("TEMP B-TREE"), std::string::npos) << items;
  const std::string next_tenant = plan_of("SELECT min(tenant_id) " + queued + "tenant_id > ?1");
  EXPECT_NE(next_tenant.find("(tenant_id>?)"), std::string::npos) << next_tenant;
}

}  // namespace
}  // namespace cvg
