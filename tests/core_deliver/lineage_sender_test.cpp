#include "core/deliver/lineage_sender.h"

#include <set>

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
    sender = std::make_unique<LineageSender>(LineageSender::Parts{*database, *runs, *tenants, http, {}, clock, log, counters, settings});
  }
  // A run that ended with so many steps: its end is told by two events for each of them and one for itself.
  std::string end_run_of_steps(int count) {
    cvg::Run run;
    run.tenant_id = "acme";
    run.pipeline_id = "acme-of-steps-" + std::to_string(++run_count);
    run.trigger_type = "api";
    run.run_date = "2026-05-15";
    run.parameters_json = "{}";
    const auto begun = runs->begin(run, plan, true, {});
    EXPECT_TRUE(begun.ok()) << begun.status().text();
    auto leased = runs->lease(60'000, "worker");
    EXPECT_TRUE(leased.ok() && *leased);
    std::vector<StepRun> steps;
    for (int i = 0; i < count; ++i) {
      StepRun step;
      step.run_id = begun->run_id;
      step.tenant_id = "acme";
      step.step_id = "s" + std::to_string(i);
      step.step_type = "query";
      step.step_index = i;
      step.attempt = 1;
      step.state = StepState::complete;
      step.start_ms = step.end_ms = clock.now_ms();
      step.metadata_json = "{}";
      steps.push_back(step);
    }
    const Status ended = runs->finish((*leased)->second, RunState::complete, "", 7, {}, steps);
    EXPECT_TRUE(ended.ok()) << ended.log_text();
    return begun->run_id;
  }
  void wait_beside_the_clock(const std::function<bool()>& condition) {
    wait_until([&] {
      clock.advance_ms(10);
      return condition();
    });
  }
  // Answers as told; what was taken is kept.
  void collect(std::function<int(const std::string& body)> status_of) {
    http.answer([this, status_of = std::move(status_of)](const HttpRequest& request) -> Result<HttpResponse> {
      HttpResponse response;
      response.status = status_of(request.body);
      if (response.status < 300) {
        MutexLock lock(mutex);
        taken.push_back(request.body);
      }
      return response;
    });
  }
  std::vector<std::string> taken_by_now() {
    MutexLock lock(mutex);
    return taken;
  }
  std::size_t waiting() { return runs->outbox("lineage", "", 1000)->size(); }

  Mutex mutex;
  std::vector<std::string> taken CVG_GUARDED_BY(mutex);
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

// A collector that fails in the middle got the whole run again, and never its end.
TEST_F(LineageSenderTest, WhatWasTakenIsNotSentAgainWhenALaterEventFails) {
  std::atomic<int> posts{0};
  collect([&](const std::string&) { return posts.fetch_add(1) % 4 == 3 ? 503 : 201; });
  for (int i = 0; i < 3; ++i) end_run_of_steps(10);
  start();
  wait_beside_the_clock([&] { return waiting() == 0; });
  const std::vector<std::string> all = taken_by_now();
  EXPECT_EQ(all.size(), 3 * 22u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
  EXPECT_EQ(counters.dropped.load(), 0);
}

TEST_F(LineageSenderTest, ASenderThatBeginsAnewGoesOnBehindWhatWasTaken) {
  std::atomic<bool> fails{true};
  std::atomic<int> posts{0};
  collect([&](const std::string&) { return posts.fetch_add(1) >= 8 && fails.load() ? 503 : 201; });
  end_run_of_steps(10);
  start();
  wait_beside_the_clock([&] { return counters.failed.load() >= 2; });
  sender->stop();
  EXPECT_EQ(taken_by_now().size(), 8u);
  fails.store(false);
  start();
  wait_beside_the_clock([&] { return waiting() == 0; });
  const std::vector<std::string> all = taken_by_now();
  EXPECT_EQ(all.size(), 22u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 22u);
}

TEST_F(LineageSenderTest, AnEventThatIsNeverTakenHoldsUpNoOtherRunAndIsDroppedInTheEnd) {
  settings.attempts_max = 3;
  const std::string bad = end_run_of_steps(2);
  collect([&](const std::string& body) { return body.find("\"START\"") != std::string::npos && body.find("\"runId\":\"" + bad) != std::string::npos && body.find("parent") == std::string::npos ? 500 : 201; });
  start();
  wait_beside_the_clock([&] { return counters.failed.load() >= 5; });
  EXPECT_EQ(counters.dropped.load(), 0) << "nothing else was taken: it may be the collector that fails";
  EXPECT_EQ(waiting(), 2u);
  EXPECT_TRUE(taken_by_now().empty()) << "what else the run has to tell waits behind its start";
  add_tenant("Other");
  std::size_t told = 0;
  for (int i = 0; i < 50 && counters.dropped.load() == 0; ++i) {
    end_run("other", RunState::complete);
    told += 2;
    wait_beside_the_clock([&] { return taken_by_now().size() >= told; });
    const std::int64_t failed = counters.failed.load();
    wait_beside_the_clock([&] { return counters.failed.load() > failed || counters.dropped.load() > 0; });
  }
  wait_beside_the_clock([&] { return waiting() == 0; });
  EXPECT_EQ(counters.dropped.load(), 1);
  EXPECT_EQ(taken_by_now().size(), told + 5) << "the rest of the run is told";
}

// Bug: three events of one tenant that were not taken were an outage, and all tenants waited the pause of it out.
TEST_F(LineageSenderTest, ManyRefusedRunsOfOneTenantHoldUpNoOtherTenant) {
  settings.backoff = {60'000, 60'000, 0};
  for (int i = 0; i < 10; ++i) end_run("acme", RunState::complete);
  collect([&](const std::string& body) { return body.find("cme") != std::string::npos ? 503 : 201; });
  add_tenant("Other");
  end_run("other", RunState::complete);
  start();
  wait_until([&] { return taken_by_now().size() >= 2; });
  end_run("other", RunState::complete);
  sender->wake();
  wait_until([&] { return taken_by_now().size() >= 4; });
  EXPECT_EQ(taken_by_now().size(), 4u);
}

TEST_F(LineageSenderTest, AnOutageOfTheCollectorDropsNothing) {
  settings.attempts_max = 1;
  http.answer_status(503);
  for (int i = 0; i < 5; ++i) end_run("acme", RunState::complete);
  start();
  wait_beside_the_clock([&] { return counters.failed.load() >= 20; });
  EXPECT_EQ(waiting(), 10u);
  EXPECT_EQ(counters.dropped.load(), 0);
  http.answer_status(201);
  wait_beside_the_clock([&] { return waiting() == 0; });
  EXPECT_EQ(counters.sent.load(), 10);
  EXPECT_EQ(counters.dropped.load(), 0);
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
