#include "core/base/time_zone.h"

#include <gtest/gtest.h>

#include "core/base/time_text.h"

namespace cvg {
namespace {

std::int64_t s(const char* time) { return *parse_time(time) / 1000; }

TEST(TimeZone, KnowsTheClockOnTheWall) {
  const Result<TimeZone> kathmandu = TimeZone::find("Asia/Kathmandu");
  ASSERT_TRUE(kathmandu.ok()) << kathmandu.status().text();
  EXPECT_EQ(kathmandu->name(), "Asia/Kathmandu");
  EXPECT_EQ(kathmandu->local_s(s("2026-05-15T00:00:00Z")), s("2026-05-15T05:45:00Z"));
  EXPECT_EQ(kathmandu->instant_s(s("2026-05-15T05:45:00Z")), s("2026-05-15T00:00:00Z"));
}

TEST(TimeZone, AGapIsLeftAtItsEnd) {
  const Result<TimeZone> zone = TimeZone::find("America/New_York");
  ASSERT_TRUE(zone.ok());
  for (const char* never : {"2026-03-08T02:00:00Z", "2026-03-08T02:30:00Z", "2026-03-08T02:59:00Z", "2026-03-08T03:00:00Z"})
    EXPECT_EQ(zone->instant_s(s(never)), s("2026-03-08T07:00:00Z")) << never;
}

TEST(TimeZone, ATimeThatComesTwiceIsItsFirst) {
  const Result<TimeZone> zone = TimeZone::find("America/New_York");
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(zone->instant_s(s("2026-11-01T01:30:00Z")), s("2026-11-01T05:30:00Z"));
  EXPECT_EQ(zone->local_s(s("2026-11-01T06:30:00Z")), s("2026-11-01T01:30:00Z"));
}

TEST(TimeZone, WhatIsNoZoneIsRefusedWithItsName) {
  for (const char* name : {"", "Mars/Olympus", "../../etc/passwd", "right/UTC", "posix/UTC", "localtime", "zone.tab", "tzdata.zi", "europe/berlin",
                           "Europe/Berlin ", "EST5EDT4"}) {
    const Result<TimeZone> zone = TimeZone::find(name);
    ASSERT_FALSE(zone.ok()) << name;
    EXPECT_EQ(zone.status().code(), Code::invalid) << name;
    EXPECT_NE(zone.status().text().find(name), std::string::npos) << zone.status().text();
  }
  EXPECT_FALSE(TimeZone::find(std::string(100000, 'a')).ok());
}

TEST(TimeZone, UtcIsOne) {
  const Result<TimeZone> utc = TimeZone::find("UTC");
  ASSERT_TRUE(utc.ok());
  EXPECT_EQ(utc->local_s(-5), -5);
  EXPECT_EQ(utc->instant_s(4'102'444'800), 4'102'444'800);
}

}  // namespace
}  // namespace cvg
