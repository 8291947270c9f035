#include "core/state/run_log.h"

#include "core/base/time_text.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class RunLogTest : public StoreTest {
 protected:
  Lease start(const std::string& tenant, std::int64_t retention_days) {
    cvg::Run run = make_run(tenant, "usage");
    run.retention_days = retention_days;
    EXPECT_TRUE(runs_->begin(run, starter(), false, {}).ok());
    return (*runs_->lease(60'000, "worker"))->second;
  }
  static RunLogLine line(std::int64_t seq, const std::string& message) {
    RunLogLine out;
    out.seq = seq;
    out.at_ms = 7;
    out.kind = "log";
    out.level = "info";
    out.step_id = "a";
    out.attempt = 1;
    out.message = message;
    return out;
  }
  std::int64_t tables() { return count("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'run_log_%d_%'"); }
};

TEST_F(RunLogTest, LinesComeBackInTheirOrderAndInPages) {
  const Lease lease = start("acme", 30);
  ASSERT_TRUE(runs_->put_steps(lease, {}, {line(1, "one"), line(2, "two")}).ok());
  ASSERT_TRUE(runs_->put_steps(lease, {}, {line(2, "again"), line(3, "three")}).ok()) << "a number is taken once";
  const auto first = runs_->log_lines(lease.run_id, 0, 2);
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ((*first)[1].message, "two");
  EXPECT_EQ((*first)[1].step_id, "a");
  EXPECT_EQ((*runs_->log_lines(lease.run_id, 2, 2))[0].message, "three");
  EXPECT_EQ(*runs_->last_log_line(lease.run_id), 3);
  EXPECT_TRUE(runs_->log_lines("nothing", 0, 2)->empty());
  EXPECT_EQ(*runs_->last_log_line("nothing"), 0);
}

TEST_F(RunLogTest, ALateWorkersLinesAreRefused) {
  const Lease late = start("acme", 30);
  ASSERT_EQ(*runs_->reclaim_expired(true), 1);
  EXPECT_EQ(runs_->put_steps(late, {}, {line(1, "late")}).code(), Code::conflict);
  EXPECT_EQ(runs_->finish(late, RunState::complete, "", 0, {}, {}, {line(1, "late")}).code(), Code::conflict);
  EXPECT_TRUE(runs_->log_lines(late.run_id, 0, 10)->empty());
}

TEST_F(RunLogTest, TableOfAMonthAndARetentionIsDroppedWhole) {
  clock_.jump_to_ms(*parse_time("2026-05-15T12:00:00Z"));
  const Lease brief = start("acme", 30), lasting = start("other", 365);
  ASSERT_TRUE(runs_->put_steps(brief, {}, {line(1, "x")}).ok());
  ASSERT_TRUE(runs_->put_steps(lasting, {}, {line(1, "y")}).ok());
  EXPECT_EQ(tables(), 2);
  clock_.jump_to_ms(*parse_time("2026-06-30T23:59:59Z"));
  EXPECT_EQ(*runs_->drop_expired_logs(), 0);
  EXPECT_EQ(runs_->log_lines(brief.run_id, 0, 10)->size(), 1u);
  clock_.jump_to_ms(*parse_time("2026-07-01T00:00:00Z"));
  EXPECT_EQ(*runs_->drop_expired_logs(), 1);
  EXPECT_EQ(tables(), 1);
  EXPECT_TRUE(runs_->log_lines(brief.run_id, 0, 10)->empty());
  EXPECT_EQ(runs_->log_lines(lasting.run_id, 0, 10)->size(), 1u);
  ASSERT_TRUE(runs_->put_steps(brief, {}, {line(2, "a run of May that still runs")}).ok());
  EXPECT_EQ(runs_->log_lines(brief.run_id, 0, 10)->size(), 1u);
}

}  // namespace
}  // namespace cvg
