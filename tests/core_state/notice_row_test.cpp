#include "core/state/notice_row.h"

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using NoticeRowTest = StoreTest;

TEST_F(NoticeRowTest, ANoticeIsRaisedOncePerKeyAlsoAfterItWentOut) {
  const auto raise = [&](const std::string& key) {
    return database_->write([&](Connection& c) {
      raise_notice(c, "acme", quota_warning, key, Json::object(), clock_.now_ms());
      return Status();
    });
  };
  ASSERT_TRUE(raise("2026-05-15").ok());
  ASSERT_TRUE(raise("2026-05-15").ok());
  auto entries = runs_->outbox("event", "acme", 10);
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].key, "quota.warning:2026-05-15");
  ASSERT_TRUE(runs_->outbox_done({(*entries)[0].id}).ok());
  ASSERT_TRUE(raise("2026-05-15").ok());
  EXPECT_TRUE(runs_->outbox("event", "acme", 10)->empty());
  ASSERT_TRUE(raise("2026-05-16").ok());
  EXPECT_EQ(runs_->outbox("event", "acme", 10)->size(), 1u);
}

TEST_F(NoticeRowTest, TheQuotaIsToldAtItsShareInTheTransactionOfTheRun) {
  PlanLimits plan = starter();
  plan.concurrent = 100;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(begin("acme", std::to_string(i), plan).ok());
  EXPECT_TRUE(runs_->outbox("event", "acme", 10)->empty());
  for (int i = 4; i < 6; ++i) ASSERT_TRUE(begin("acme", std::to_string(i), plan).ok());
  const auto entries = runs_->outbox("event", "acme", 10);
  ASSERT_EQ(entries->size(), 1u);
  const Json data = (*parse_json((*entries)[0].body_json))["data"];
  EXPECT_EQ(data["pipelines_run_today"].integer(), 5);
  EXPECT_EQ(data["daily_limit"].integer(), 6);
}

}  // namespace
}  // namespace cvg
