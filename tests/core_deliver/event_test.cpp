#include "core/deliver/event.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

Tenant acme() {
  Tenant tenant;
  tenant.id = "acme";
  tenant.display_id = "Acme";
  return tenant;
}

TEST(Event, TheSameKeyMakesTheSameId) {
  const Announcement one = announcement_of("run.complete", acme(), "run:1", 0, Json::object());
  EXPECT_EQ(one.event_id, announcement_of("run.complete", acme(), "run:1", 5, Json::object()).event_id);
  EXPECT_NE(one.event_id, announcement_of("run.complete", acme(), "run:2", 0, Json::object()).event_id);
  EXPECT_NE(one.event_id, announcement_of("run.failed", acme(), "run:1", 0, Json::object()).event_id);
  EXPECT_EQ(one.event_id.size(), 36u);
}

TEST(Event, ARunTellsHowItEnded) {
  cvg::Run run;
  run.id = "11111111-2222-4333-8444-555555555555";
  run.state = RunState::failed;
  run.start_ms = 1'778'846'400'000;
  run.end_ms = run.start_ms + 1500;
  run.error_message = "step 'a': broken";
  const Announcement announcement = run_announcement({9, "acme", "event", "run:" + run.id, "{}"}, acme(), run);
  EXPECT_EQ(announcement.outbox_id, 9);
  EXPECT_EQ(announcement.event, "run.failed");
  const Json body = *parse_json(announcement.body);
  EXPECT_EQ(body["id"].text(), announcement.event_id);
  EXPECT_EQ(body["occurred_at"].text(), "2026-05-15T12:00:01.500Z");
  EXPECT_EQ(body["data"]["status"].text(), "FAILED");
  EXPECT_EQ(body["data"]["duration_ms"].integer(), 1500);
  EXPECT_EQ(body["data"]["error_message"].text(), "step 'a': broken");
}

TEST(Event, ANoticeKeepsWhatItWasRaisedWith) {
  const auto announcement = notice_announcement(
      {3, "acme", "event", "quota.warning:2026-05-15", R"({"event":"quota.warning","occurred_ms":1778846400000,"data":{"a":1}})"}, acme());
  ASSERT_TRUE(announcement.ok());
  EXPECT_EQ(announcement->event, "quota.warning");
  EXPECT_EQ((*parse_json(announcement->body))["data"]["a"].integer(), 1);
  EXPECT_FALSE(notice_announcement({3, "acme", "event", "x", "no json"}, acme()).ok());
}

TEST(Event, NamesAreThoseOfTheDocs) {
  EXPECT_EQ(event_names(), (std::vector<std::string>{"run.complete", "run.failed", "quota.warning", "failure_rate.warning"}));
}

}  // namespace
}  // namespace cvg
