#include "core/run/run_events.h"

#include <thread>

#include "tests/core_run/run_fixture.h"

namespace cvg {
namespace {

TEST(RunEventsLimits, OneTenantAndAllTogetherHoldSoManyWatches) {
  RunEvents events({3, 2, 1000, 1000});
  auto one = events.watch("a", "r1"), two = events.watch("a", "r1");
  EXPECT_EQ(events.watch("a", "r2").status().code(), Code::rate_limited);
  auto three = events.watch("b", "r3");
  EXPECT_EQ(events.watch("c", "r4").status().code(), Code::unavailable);
  EXPECT_EQ(events.watches(), 3);
  one->reset();
  EXPECT_TRUE(events.watch("a", "r2").ok());
  EXPECT_EQ(events.watches(), 2);
}

TEST(RunEventsLimits, WriteWakesWhoWatchesThatRun) {
  RunEvents events({3, 2, 1000, 1000});
  const auto watch = std::move(*events.watch("a", "r1"));
  const std::int64_t version = watch->version();
  events.wrote("other");
  EXPECT_EQ(watch->version(), version);
  std::thread writer([&] { events.wrote("r1"); });
  watch->wait(version, 60'000);
  EXPECT_GT(watch->version(), version);
  writer.join();
  watch->wait(watch->version(), 1);
}

class RunEventsTest : public RunFixture {};

TEST_F(RunEventsTest, StepsSayWhatTheyDoAndHowFarTheyAre) {
  environment->limits.log_lines_max = 3;
  components.steps["talk"] = [](cvg_call* call, const Json&, Json& outputs) {
    const cvg_host& host = host_table();
    for (const char* text : {"one", "two", "three", "four", "five"}) {
      const std::string said = text;
      const cvg_str message = convergence::str(said);
      host.log(call, 1, &message, nullptr);
    }
    host.progress(call, 0.5, 10, 100, nullptr);
    outputs.set("rows", 20);
    return Status();
  };
  put_template("talk", "steps: [{step_id: a, type: talk}]\n");
  const cvg::Run ended = run(add_tenant("acme"), "talk");
  EXPECT_EQ(ended.state, RunState::complete);
  EXPECT_EQ(ended.progress, 1);
  const auto lines = *store->log_lines(ended.id, 0, 100);
  std::string all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].seq, static_cast<std::int64_t>(i) + 1);
    all += lines[i].kind + ":" + lines[i].message + "|";
  }
  EXPECT_EQ(all, "run:Run started|step:Step started|log:one|log:two|log:three|log:Further lines of this run are not kept|"
                 "step:Step complete|run:Run complete|");
}

}  // namespace
}  // namespace cvg
