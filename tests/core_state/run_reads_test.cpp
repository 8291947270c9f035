#include "core/state/run_store.h"

#include <set>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

using RunReads = StoreTest;
const PlanLimits big{"BIG", 1'000'000, 1'000'000, 1'000'000, 1, 1};

TEST_F(RunReads, AnotherTenantsRunDoesNotExist) {
  const auto begun = begin("acme", "1");
  EXPECT_FALSE(runs_->get("other", begun->run_id)->has_value());
  EXPECT_FALSE(runs_->get("acme", "no such id")->has_value());
}

TEST_F(RunReads, ARunThatWasReadBeforeIsReadAnewAfterAnyCommit) {
  const std::string run_id = begin("acme", "1")->run_id;
  for (int i = 0; i < 2; ++i) EXPECT_EQ((*runs_->get("acme", run_id))->state, RunState::pending);
  EXPECT_FALSE(runs_->get("other", run_id)->has_value());
  RunStore other(*database_, clock_);
  ASSERT_TRUE(other.lease(60'000, "w")->has_value());
  EXPECT_EQ((*runs_->get("acme", run_id))->state, RunState::running);
}

TEST_F(RunReads, LiveRunsAreThoseOfTheTenantThatHaveNotEnded) {
  const std::string first = begin("acme", "1", big)->run_id, second = begin("acme", "2", big)->run_id;
  ASSERT_TRUE(begin("other", "3", big).ok());
  const auto live = runs_->live("acme");
  ASSERT_TRUE(live.ok());
  EXPECT_EQ(std::set<std::string>(live->begin(), live->end()), (std::set<std::string>{first, second}));
  EXPECT_TRUE(runs_->live("nobody")->empty());
}

TEST_F(RunReads, PagesHoldEveryRunOnceTheNewestFirst) {
  std::vector<std::string> begun;
  for (int i = 0; i < 25; ++i) {
    begun.insert(begun.begin(), begin("acme", std::to_string(i), big)->run_id);
    ASSERT_TRUE(begin("other", std::to_string(i), big).ok());
  }
  std::vector<std::string> listed;
  RunFilter filter;
  filter.tenant_id = "acme";
  filter.limit = 10;
  int pages = 0;
  do {
    const auto page = runs_->list(filter);
    ASSERT_TRUE(page.ok());
    for (const cvg::Run& run : page->runs) listed.push_back(run.id);
    filter.cursor = page->next_cursor;
    ++pages;
    // A run that begins between two pages moves nothing.
    if (pages == 1) {
      ASSERT_TRUE(begin("acme", "later", big).ok());
    }
  } while (!filter.cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(listed, begun);
}

TEST_F(RunReads, FiltersNarrowTheList) {
  ASSERT_TRUE(begin("acme", "1", big).ok());
  clock_.advance_ms(1000);
  const std::int64_t second_ms = clock_.now_ms();
  const auto second = begin("acme", "2", big);
  clock_.advance_ms(1000);
  const auto third = begin("acme", "3", big);
  const auto foreign = begin("other", "1", big);
  EXPECT_FALSE(runs_->list({.tenant_id = "acme", .cursor = foreign->run_id}).ok());
  const auto lease = runs_->lease(1000, "w");
  const auto ids = [&](RunFilter filter) {
    filter.tenant_id = "acme";
    std::vector<std::string> found;
    const auto page = runs_->list(filter);
    EXPECT_TRUE(page.ok()) << page.status().log_text();
    for (const cvg::Run& run : page->runs) found.push_back(run.id);
    return found;
  };
  EXPECT_EQ(ids({.pipeline_id = "acme-aws-cost-2"}), std::vector<std::string>{second->run_id});
  EXPECT_EQ(ids({.from_ms = second_ms, .to_ms = second_ms}), std::vector<std::string>{second->run_id});
  EXPECT_EQ(ids({.state = RunState::running}), std::vector<std::string>{(*lease)->first.id});
  EXPECT_EQ(ids({.pipeline_id = "acme-aws-cost-2", .state = RunState::pending, .from_ms = 1, .to_ms = second_ms, .cursor = third->run_id}).size(), 1u);
  EXPECT_EQ(ids({}).size(), 3u);
}

TEST_F(RunReads, AForeignCursorIsRefused) {
  for (const std::string cursor : {"x", "-1", "1", "12x", "' OR 1=1", "11111111-2222-4333-8444-555555555555"}) {
    const auto page = runs_->list({.tenant_id = "acme", .cursor = cursor});
    ASSERT_FALSE(page.ok()) << cursor;
    EXPECT_EQ(page.status().code(), Code::invalid);
    EXPECT_NE(page.status().detail_json().find("cursor"), std::string::npos);
  }
}

}  // namespace
}  // namespace cvg
