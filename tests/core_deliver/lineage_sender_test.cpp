#include "core/deliver/lineage_sender.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "tests/core_deliver/deliver_fixture.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class LineageSenderTest : public DeliverFixture {
 protected:
  void SetUp() override {
    DeliverFixture::SetUp();
    ASSERT_TRUE(switch_lineage(*database, true).ok());
    settings.transport = "http";
    settings.url = "http://collector.example:5000";
    settings.backoff = {1, 5, 0};
  }
  void TearDown() override {
    if (sender) sender->stop();
  }
  void start() {
    sender = std::make_unique<LineageSender>(LineageSender::Parts{*runs, *tenants, http, {}, clock, log, counters, settings});
  }
  std::size_t waiting() { return runs->outbox("lineage", "", 1000)->size(); }

  Log log{Severity::error};
  FakeHttp http;
  LineageCounters counters;
  LineageSettings settings;
  std::unique_ptr<LineageSender> sender;
};

TEST_F(LineageSenderTest, ARunIsToldFromItsStartToItsEnd) {
  settings.api_key = "collector-key";
  const std::string id = end_run("acme", RunState::complete);
  EXPECT_EQ(waiting(), 2u);
  start();
  wait_until([&] { return waiting() == 0; });
  ASSERT_EQ(http.sent().size(), 2u);
  EXPECT_EQ(http.sent()[0].url, "http://collector.example:5000/api/v1/lineage");
  EXPECT_EQ(http.sent()[0].headers.back(), std::make_pair(std::string("Authorization"), std::string("Bearer collector-key")));
  EXPECT_EQ((*parse_json(http.sent()[0].body))["eventType"].text(), "START");
  EXPECT_EQ((*parse_json(http.sent()[1].body))["eventType"].text(), "COMPLETE");
  EXPECT_EQ((*parse_json(http.sent()[1].body))["run"]["runId"].text(), id);
}

TEST_F(LineageSenderTest, ARunThatIsCancelledIsAbortedEvenBeforeItBegan) {
  cvg::Run run;
  run.tenant_id = "acme";
  run.pipeline_id = "acme-gcp-cost-t";
  run.trigger_type = "api";
  run.run_date = "2026-05-15";
  run.parameters_json = "{}";
  const auto waits = runs->begin(run, {"P", 100, 100, 10, 1, 1}, false, {});
  ASSERT_TRUE(waits.ok()) << waits.status().log_text();
  ASSERT_TRUE(runs->cancel("acme", waits->run_id, "Cancelled by jane", {}, {}).ok());
  EXPECT_EQ(waiting(), 1u) << "it has no START";
  start();
  wait_until([&] { return waiting() == 0; });
  ASSERT_EQ(http.sent().size(), 1u);
  const Json event = *parse_json(http.sent()[0].body);
  EXPECT_EQ(event["eventType"].text(), "ABORT");
  EXPECT_EQ(event["run"]["runId"].text(), waits->run_id);
  EXPECT_EQ(event["run"]["facets"]["errorMessage"]["message"].text(), "Cancelled by jane");
}

TEST_F(LineageSenderTest, WhatACollectorCannotTakeNowWaitsAndNothingElseOvertakesIt) {
  http.answer_status(503);
  end_run("acme", RunState::failed);
  start();
  wait_until([&] {
    clock.advance_ms(10);
    return counters.failed.load() >= 2;
  });
  EXPECT_EQ(waiting(), 2u);
  http.answer_status(201);
  wait_until([&] {
    clock.advance_ms(10);
    return waiting() == 0;
  });
  EXPECT_EQ(counters.sent.load(), 2);
}

TEST_F(LineageSenderTest, WhatItRefusesForGoodIsDropped) {
  http.answer_status(422);
  end_run("acme", RunState::complete);
  start();
  wait_until([&] { return waiting() == 0; });
  EXPECT_EQ(counters.dropped.load(), 2);
}

TEST_F(LineageSenderTest, AFileGetsALineForEachEvent) {
  const TempFolder folder;
  settings.transport = "file";
  settings.file = folder.file("lineage.ndjson");
  end_run("acme", RunState::complete);
  end_run("acme", RunState::failed);
  start();
  wait_until([&] { return waiting() == 0; });
  const std::string text = *read_file(settings.file);
  const std::vector<std::string_view> lines = split(text, '\n');
  ASSERT_EQ(lines.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(parse_json(lines[i]).ok());
  EXPECT_EQ((*parse_json(lines[3]))["eventType"].text(), "FAIL");
}

TEST_F(LineageSenderTest, SwitchedOffNothingIsWrittenAndNothingWaits) {
  end_run("acme", RunState::complete);
  ASSERT_TRUE(switch_lineage(*database, false).ok());
  EXPECT_EQ(waiting(), 0u);
  end_run("acme", RunState::complete);
  EXPECT_EQ(waiting(), 0u);
}

TEST_F(LineageSenderTest, TheOldestIsDroppedWhenTooManyWait) {
  settings.waiting_max = 3;
  for (int i = 0; i < 3; ++i) end_run("acme", RunState::complete);
  start();
  wait_until([&] { return waiting() == 0; });
  EXPECT_EQ(counters.dropped.load(), 3);
  EXPECT_EQ(http.sent().size(), 3u);
}

}  // namespace
}  // namespace cvg
