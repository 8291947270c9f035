#include "core/state/usage_upkeep.h"
#include "tests/core_state/queue_fixture.h"

namespace cvg {
namespace {

using Names = std::vector<std::string>;

TEST_F(QueueTest, DaysOfABackfillRunOneAfterAnotherInTheOrderOfTheirDates) {
  const Backfill added = add_backfill("acme", "cur", "2026-02-27", "2026-03-02");
  EXPECT_EQ(added.total, 4);
  Names days;
  for (int i = 0; i < 4; ++i) {
    const Names begun = begin_all();
    ASSERT_EQ(begun.size(), 1u);
    days.push_back(begun.front());
    EXPECT_EQ(queue_->backfill("acme", added.backfill_id).value()->running, 1);
    end_one(i == 1 ? RunState::failed : RunState::complete, i == 1 ? "x" : "");
  }
  EXPECT_EQ(days, (Names{"cur@2026-02-27", "cur@2026-02-28", "cur@2026-03-01", "cur@2026-03-02"}));
  const Backfill ended = **queue_->backfill("acme", added.backfill_id);
  EXPECT_EQ(ended.complete, 3);
  EXPECT_EQ(ended.failed, 1);
  EXPECT_EQ(ended.queued + ended.running, 0);
}

TEST_F(QueueTest, SoManyBackfillsOfATenantRunAtOnce) {
  add_backfill("acme", "a", "2026-01-01", "2026-01-02");
  add_backfill("acme", "b", "2026-01-01", "2026-01-02");
  add_backfill("other", "a", "2026-01-01", "2026-01-02");
  EXPECT_EQ(begin_all(), (Names{"a@2026-01-01", "a@2026-01-01"})) << "one of each tenant";
  end_one();
  EXPECT_EQ(begin_all().size(), 1u);
  for (int i = 0; i < 6; ++i) {
    begin_all();
    if (queued() > 0) end_one();
  }
  EXPECT_EQ(queued(), 0);
  EXPECT_EQ(history("COMPLETED"), 6);
}

TEST_F(QueueTest, AScheduledRunGoesBeforeTheRestOfABackfill) {
  add_backfill("acme", "cur", "2026-01-01", "2026-01-03");
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-01"});
  enqueue("acme", "cur");
  EXPECT_TRUE(begin_all().empty());
  end_one();
  EXPECT_EQ(begin_all(), Names{"cur@2026-05-15"});
  end_one();
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-02"});
}

TEST_F(QueueTest, ASecondBackfillOfAPipelineFollowsTheFirst) {
  add_backfill("acme", "cur", "2026-01-01", "2026-01-02");
  add_backfill("acme", "cur", "2026-03-01", "2026-03-01");
  Names days;
  for (int i = 0; i < 3; ++i) {
    for (const std::string& name : begin_all()) days.push_back(name);
    end_one();
  }
  EXPECT_EQ(days, (Names{"cur@2026-01-01", "cur@2026-01-02", "cur@2026-03-01"}));
}

TEST_F(QueueTest, WithoutQuotaABackfillWaitsForTheNextDayAndDoesNotFail) {
  plan_.daily = 1;
  add_backfill("acme", "cur", "2026-01-01", "2026-01-02");
  EXPECT_EQ(begin_all().size(), 1u);
  end_one();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(begin_all().empty());
  EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms() + 12 * 3'600'000)) << "it is noon";
  clock_.advance_ms(12 * 3'600'000);
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-02"});
}

TEST_F(QueueTest, ADayThatWaitsForQuotaGoesOnWhenTodaysCountersAreReset) {
  plan_.daily = 1;
  add_backfill("acme", "cur", "2026-01-01", "2026-01-03");
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-01"});
  end_one();
  EXPECT_TRUE(begin_all().empty());
  ASSERT_TRUE(reset_usage_of_today(*database_, clock_, {}).ok());
  EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms()));
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-02"});
  end_one();
  EXPECT_TRUE(begin_all().empty());
  EXPECT_EQ(*queue_->next_ready_ms(), std::optional<std::int64_t>(clock_.now_ms() + 12 * 3'600'000)) << "and waits again";
}

TEST_F(QueueTest, ADayThatWaitsForQuotaGoesOnWhenItsTenantsPlanChanges) {
  plan_.daily = 1;
  for (const char* tenant : {"acme", "other"}) {
    add_backfill(tenant, "cur", "2026-01-01", "2026-01-02");
    EXPECT_EQ(begin_all().size(), 1u);
    end_one();
  }
  EXPECT_TRUE(begin_all().empty());
  plan_ = PlanLimits{"SCALE", 100, 3000, 10, 11, 10};
  ASSERT_TRUE(tenants_->change("acme", {plan_, std::nullopt}, {}).ok());
  const auto items = queue_->ready(10);
  ASSERT_EQ(items->size(), 1u);
  EXPECT_EQ(items->front().tenant_id, "acme") << "the other one's plan is as it was";
  EXPECT_EQ(begin_all(), Names{"cur@2026-01-02"});
}

TEST_F(QueueTest, ADayThatCouldNotBePreparedKeepsItsPauseWhenQuotaGrows) {
  add_backfill("acme", "cur", "2026-01-01", "2026-01-01");
  QueueStore::Claim claim = claim_of(queue_->ready(1)->front());
  claim.prepared = Status(Code::not_found, "there is no such template");
  ASSERT_TRUE(queue_->claim({claim}).ok());
  ASSERT_TRUE(reset_usage_of_today(*database_, clock_, {}).ok());
  EXPECT_TRUE(queue_->ready(1)->empty());
  clock_.advance_ms(60'000);
  plan_.daily = 0;
  EXPECT_TRUE(begin_all().empty());
  EXPECT_EQ(count("SELECT attempt FROM tenant_pipeline_execution_queue"), 0) << "the template is there again";
  ASSERT_TRUE(reset_usage_of_today(*database_, clock_, {}).ok());
  EXPECT_EQ(queue_->ready(1)->size(), 1u);
}

TEST_F(QueueTest, WhatWasHeldBehindACancelledBackfillIsLookedAtAgainAtOnce) {
  plan_.daily = 1;
  ASSERT_TRUE(begin("acme", "manual", plan_).ok());
  const Backfill first = add_backfill("acme", "cur", "2026-01-01", "2026-01-05");
  add_backfill("acme", "cur", "2026-06-01", "2026-06-02");
  EXPECT_TRUE(begin_all().empty());
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_execution_queue WHERE run_date >= '2026-06' AND hold = 'pipeline'"), 2);
  ASSERT_TRUE(queue_->cancel("acme", first.backfill_id, {}).ok());
  plan_.daily = 100;
  EXPECT_EQ(begin_all(), Names{"cur@2026-06-01"});
}

TEST_F(QueueTest, ASlotThatACancelledBackfillWasOfferedGoesToAnother) {
  plan_.concurrent = 1;
  ASSERT_TRUE(begin("acme", "manual", plan_).ok());
  const Backfill first = add_backfill("acme", "a", "2026-01-01", "2026-01-01");
  enqueue("acme", "z");
  EXPECT_TRUE(begin_all().empty());
  ASSERT_TRUE(database_->write([](Connection& c) {
    return c.run("UPDATE tenant_pipeline_execution_queue SET priority = CASE pipeline_id WHEN 'acme-aws-cost-a' THEN 9 ELSE 1 END");
  }).ok());
  end_one();  // offers its slot to the more urgent of the two
  ASSERT_TRUE(queue_->cancel("acme", first.backfill_id, {}).ok());
  EXPECT_EQ(begin_all(), Names{"z@2026-05-15"});
}

// Bug: a backfill that was posted twice queued every day twice without a word.
TEST_F(QueueTest, TheSameDaysAreNotQueuedAgainWhileTheyAreUnderWay) {
  Backfill same = make_backfill("acme", "cur", "2026-01-01", "2026-01-02");
  const Backfill first = *queue_->add(same, {});
  const Result<Backfill> second = queue_->add(same, {});
  EXPECT_EQ(second.status().code(), Code::conflict);
  EXPECT_NE(second.status().text().find(first.backfill_id), std::string::npos) << second.status().text();
  EXPECT_EQ(queued(), 2);
  same.parameters_json = R"({"label":"x"})";
  EXPECT_TRUE(queue_->add(same, {}).ok());
  same.parameters_json = "{}";
  ASSERT_TRUE(queue_->cancel("acme", first.backfill_id, {}).ok());
  const Result<Backfill> third = queue_->add(same, {});
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(queue_->add(same, {}).status().code(), Code::conflict);
  for (int i = 0; i < 10 && queue_->backfill("acme", third->backfill_id).value()->complete < 2; ++i) {
    begin_all();
    end_one();
  }
  EXPECT_TRUE(queue_->add(same, {}).ok()) << "what has ended may be done again";
}

TEST_F(QueueTest, ACancelledBackfillKeepsWhatRunsAndDropsTheRest) {
  const Backfill added = add_backfill("acme", "cur", "2026-01-01", "2026-01-05");
  add_backfill("acme", "cur", "2026-06-01", "2026-06-01");
  EXPECT_EQ(begin_all().size(), 1u);
  EXPECT_EQ(queue_->cancel("other", added.backfill_id, {}).status().code(), Code::not_found);
  const Backfill cancelled = *queue_->cancel("acme", added.backfill_id, {});
  EXPECT_EQ(cancelled.running, 1);
  EXPECT_EQ(cancelled.cancelled, 4);
  EXPECT_EQ(cancelled.queued, 0);
  EXPECT_EQ(cancelled.failed, 0);
  EXPECT_GT(cancelled.cancelled_ms, 0);
  EXPECT_EQ(queue_->cancel("acme", added.backfill_id, {})->cancelled, 4);
  end_one();
  EXPECT_EQ(queue_->backfill("acme", added.backfill_id).value()->complete, 1);
  EXPECT_EQ(begin_all(), Names{"cur@2026-06-01"});
  EXPECT_FALSE(queue_->backfill("other", added.backfill_id)->has_value());
}

}  // namespace
}  // namespace cvg
