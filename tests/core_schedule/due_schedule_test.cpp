#include "core/schedule/due_schedule.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

Schedule every_hour(Misfire misfire, std::int64_t max_catchup = 10) {
  Schedule s;
  s.cron = "0 * * * *";
  s.timezone = "Asia/Tokyo";
  s.misfire = misfire;
  s.max_catchup = max_catchup;
  s.next_run_ms = *parse_time("2026-05-15T12:00:00Z");
  return s;
}

// What is run at now, as "HH" of the instants and the next one.
std::string planned(const Schedule& schedule, const char* now, std::int64_t grace_ms = hour_ms) {
  const Result<DueSchedule> due = plan_due(schedule, false, *parse_time(now), grace_ms);
  if (!due.ok()) return due.status().text();
  std::string text;
  for (const auto& at : due->occurrences) text += format_time(at.scheduled_ms).substr(11, 2) + " ";
  return text + "then " + format_time(due->next_run_ms).substr(11, 2);
}

TEST(DueSchedule, OnTimeAllPoliciesAreTheSame) {
  for (const Misfire misfire : {Misfire::skip, Misfire::last, Misfire::all})
    EXPECT_EQ(planned(every_hour(misfire), "2026-05-15T12:00:01Z"), "12 then 13");
}

TEST(DueSchedule, AfterAnOutageThePolicyDecides) {
  EXPECT_EQ(planned(every_hour(Misfire::last), "2026-05-15T16:30:00Z"), "16 then 17");
  EXPECT_EQ(planned(every_hour(Misfire::all), "2026-05-15T16:30:00Z"), "12 13 14 15 16 then 17");
  EXPECT_EQ(planned(every_hour(Misfire::all, 2), "2026-05-15T16:30:00Z"), "15 16 then 17");
  EXPECT_EQ(planned(every_hour(Misfire::skip), "2026-05-15T16:30:00Z"), "16 then 17");
  EXPECT_EQ(planned(every_hour(Misfire::skip), "2026-05-15T16:30:00Z", 60'000), "then 17");
}

TEST(DueSchedule, ARunHasTheDayOfThePlace) {
  const Result<DueSchedule> due = plan_due(every_hour(Misfire::all), false, *parse_time("2026-05-15T15:00:00Z"), hour_ms);
  ASSERT_TRUE(due.ok());
  ASSERT_EQ(due->occurrences.size(), 4u);
  EXPECT_EQ(due->occurrences[2].run_date, "2026-05-15");
  EXPECT_EQ(due->occurrences[3].run_date, "2026-05-16") << "midnight in Tokyo";
}

TEST(DueSchedule, ASuspendedTenantMissesWithoutARun) {
  const Result<DueSchedule> due = plan_due(every_hour(Misfire::all), true, *parse_time("2026-05-15T15:30:00Z"), hour_ms);
  ASSERT_TRUE(due.ok());
  EXPECT_TRUE(due->occurrences.empty());
  EXPECT_EQ(format_time(due->next_run_ms), "2026-05-15T16:00:00Z");
}

TEST(DueSchedule, AZoneThatHasGoneIsAnError) {
  Schedule s = every_hour(Misfire::last);
  s.timezone = "Europe/Atlantis";
  EXPECT_EQ(plan_due(s, false, s.next_run_ms, hour_ms).status().code(), Code::invalid);
}

}  // namespace
}  // namespace cvg
