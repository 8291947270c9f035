#include "core/schedule/schedule_instants.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/base/time_text.h"
#include "tests/core_schedule/naive_schedule.h"

namespace cvg {
namespace {

std::string next(const std::string& zone_name, const std::string& text, const std::string& after) {
  const Result<Cron> cron = Cron::parse(text);
  const Result<TimeZone> zone = TimeZone::find(zone_name);
  if (!cron.ok() || !zone.ok()) return "no cron or no zone";
  const auto at = next_instant(*cron, *zone, *parse_time(after));
  return at ? format_time(*at) : "never";
}

struct TrickyInstant {
  const char *zone, *cron, *after, *expected;
};

constexpr TrickyInstant tricky_instants[] = {
    // Half an hour forward and back.
    {"Australia/Lord_Howe", "15 2 * * *", "2025-10-04T12:00:00Z", "2025-10-04T15:30:00Z"},
    {"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z"},
    {"Australia/Lord_Howe", "45 1 * * *", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"},
    // A day that Samoa never had.
    {"Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "0 2 * * *", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z"},
    {"Pacific/Apia", "0 2 * * *", "2011-12-30T10:00:00Z", "2011-12-30T12:00:00Z"},
    {"Pacific/Kiritimati", "0 12 31 12 *", "1994-12-01T00:00:00Z", "1994-12-31T10:00:00Z"},
    {"Pacific/Kiritimati", "0 0 1 1 *", "2026-06-01T00:00:00Z", "2026-12-31T10:00:00Z"},
    // Midnight that does not exist, and the hour before it twice.
    {"America/Santiago", "0 0 * * *", "2025-09-06T12:00:00Z", "2025-09-07T04:00:00Z"},
    {"America/Santiago", "30 23 * * *", "2025-04-05T12:00:00Z", "2025-04-06T02:30:00Z"},
    {"America/Santiago", "30 23 * * *", "2025-04-06T02:30:00Z", "2025-04-07T03:30:00Z"},
    {"America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", "30 0 * * *", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z"},
    {"America/Sao_Paulo", "0 0 * * *", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
    {"America/Havana", "0 0 * * *", "2026-03-07T12:00:00Z", "2026-03-08T05:00:00Z"},
    // Summer time that pauses for Ramadan.
    {"Africa/Casablanca", "30 2 * * *", "2025-04-05T12:00:00Z", "2025-04-06T02:00:00Z"},
    {"Africa/Casablanca", "30 2 * * *", "2025-02-22T12:00:00Z", "2025-02-23T01:30:00Z"},
    {"Africa/Casablanca", "30 2 * * *", "2025-02-23T01:30:00Z", "2025-02-24T02:30:00Z"},
    // Offsets of quarters of an hour.
    {"Asia/Kathmandu", "0 0 * * *", "2026-01-01T00:00:00Z", "2026-01-01T18:15:00Z"},
    {"Pacific/Chatham", "0 3 * * *", "2025-09-27T12:00:00Z", "2025-09-27T14:00:00Z"},
    {"Pacific/Chatham", "0 3 * * *", "2026-04-04T12:00:00Z", "2026-04-04T13:15:00Z"},
    {"Pacific/Chatham", "0 3 * * *", "2026-04-04T13:15:00Z", "2026-04-05T14:15:00Z"},
    // One minute past midnight.
    {"America/St_Johns", "30 0 * * *", "2010-03-13T12:00:00Z", "2010-03-14T03:31:00Z"},
    {"America/St_Johns", "0 0 * * *", "2010-03-13T12:00:00Z", "2010-03-14T03:30:00Z"},
    // The usual ones.
    {"America/New_York", "30 2 * * *", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z"},
    {"America/New_York", "30 2 * * *", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
    {"America/New_York", "30 1 * * *", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z"},
    {"America/New_York", "30 1 * * *", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
    {"America/New_York", "30 1 * * *", "2026-11-01T06:29:59Z", "2026-11-02T06:30:00Z"},
    {"Europe/Berlin", "*/30 2 * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "*/30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"},
    {"Europe/Berlin", "15 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:15:00Z"},
    {"Europe/Berlin", "15 2 * * *", "2026-10-25T00:15:00Z", "2026-10-26T01:15:00Z"},
    {"Europe/Dublin", "30 1 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
    {"UTC", "0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
    {"UTC", "0 12 * * *", "2026-05-15T11:59:59.999Z", "2026-05-15T12:00:00Z"},
    {"UTC", "0 12 * * *", "2026-05-15T12:00:00Z", "2026-05-16T12:00:00Z"},
};

TEST(ScheduleInstants, TrickyInstantsOfManyZones) {
  for (const TrickyInstant& row : tricky_instants)
    EXPECT_EQ(next(row.zone, row.cron, row.after), row.expected) << row.zone << "  " << row.cron << "  after " << row.after;
}

// Each window holds a change of the clock where the zone has one.
TEST(ScheduleInstants, AgreeWithAWalkOverEveryMinute) {
  constexpr const char* zones[] = {"Australia/Lord_Howe", "Pacific/Apia",     "America/Santiago", "America/Sao_Paulo", "Africa/Casablanca",
                                   "Asia/Kathmandu",      "Pacific/Chatham",  "America/New_York", "Europe/Berlin",     "Pacific/Kiritimati",
                                   "America/St_Johns",    "Antarctica/Troll", "Asia/Gaza",        "UTC"};
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  const std::int64_t begin = *parse_time("1990-01-01T00:00:00Z") / 1000, end = *parse_time("2030-01-01T00:00:00Z") / 1000;
  for (const char* name : zones) {
    const Result<TimeZone> zone = TimeZone::find(name);
    ASSERT_TRUE(zone.ok()) << name;
    const LibraryZone library(name);
    for (int round = 0; round < 12; ++round) {
      std::int64_t after_s = std::uniform_int_distribution<std::int64_t>(begin, end)(random);
      // Moves to just before the next change of the clock, within a year.
      for (int day = 0; day < 366 && round % 4 != 0; ++day, after_s += 86400)
        if (zone->local_s(after_s + 2 * 86400) - zone->local_s(after_s) != 2 * 86400) break;
      const NaiveCron naive = NaiveCron::make(random);
      const Result<Cron> cron = Cron::parse(naive.text());
      if (!cron.ok()) continue;  // 31 February
      const std::int64_t end_s = after_s + 5 * 86400;
      std::set<std::int64_t> found;
      for (auto at = next_instant(*cron, *zone, after_s * 1000); at && *at <= end_s * 1000; at = next_instant(*cron, *zone, *at)) found.insert(*at / 1000);
      ASSERT_EQ(found, naive.instants(after_s, end_s))
          << "seed " << seed << ": " << name << " '" << naive.text() << "' after " << format_time(after_s * 1000);
    }
  }
}

TEST(ScheduleInstants, TheLastOnesOfALongOutage) {
  const Result<Cron> cron = Cron::parse("*/10 * * * *");
  const Result<TimeZone> zone = TimeZone::find("Europe/Berlin");
  ASSERT_TRUE(cron.ok() && zone.ok());
  const std::int64_t from = *parse_time("2001-01-01T00:00:00Z"), to = *parse_time("2026-05-15T12:05:00Z");
  EXPECT_EQ(last_instants(*cron, *zone, from, to, 2),
            (std::vector<std::int64_t>{*parse_time("2026-05-15T11:50:00Z"), *parse_time("2026-05-15T12:00:00Z")}));
  EXPECT_EQ(last_instants(*cron, *zone, to - 300'000, to, 5), (std::vector<std::int64_t>{*parse_time("2026-05-15T12:00:00Z")}));
  EXPECT_TRUE(last_instants(*cron, *zone, to - 60'000, to, 5).empty());
  const Result<Cron> yearly = Cron::parse("@yearly");
  EXPECT_EQ(last_instants(*yearly, *zone, from, to, 3).size(), 3u);
  EXPECT_EQ(last_instants(*yearly, *zone, from, to, 100).size(), 25u);
}

TEST(ScheduleInstants, TheDayIsTheOneOfThePlace) {
  const Result<TimeZone> zone = TimeZone::find("Pacific/Kiritimati");
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(format_date(local_day(*zone, *parse_time("2026-05-15T10:00:00Z"))), "2026-05-16");
  EXPECT_EQ(format_date(local_day(*zone, *parse_time("2026-05-15T09:59:59Z"))), "2026-05-15");
}

}  // namespace
}  // namespace cvg
