#include "core/base/time_text.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(TimeText, InstantsComeBack) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'778'846'400'123},
                                std::int64_t{-62'135'596'800'000}, std::int64_t{253'402'300'799'999}})
    EXPECT_EQ(parse_time(format_time(ms)), ms) << format_time(ms);
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
}

TEST(TimeText, OffsetsAndFractionsAreUnderstood) {
  EXPECT_EQ(parse_time("2026-05-01T02:00:00+02:00"), parse_time("2026-05-01T00:00:00Z"));
  EXPECT_EQ(parse_time("2026-04-30t19:30:00.5-04:30"), *parse_time("2026-05-01T00:00:00Z") + 500);
  EXPECT_EQ(parse_time("2026-05-01 00:00:00.1239Z"), *parse_time("2026-05-01T00:00:00Z") + 123);
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), parse_time("2017-01-01T00:00:00Z"));
}

TEST(TimeText, WhatIsNoInstantIsRefused) {
  for (const std::string text : {"", "2026-05-01", "2026-05-01T00:00Z", "2026-05-01T00:00:00", "2026-02-29T00:00:00Z",
                                 "2026-05-01T24:00:00Z", "2026-05-01T00:60:00Z", "2026-05-01T00:00:00.Z", "2026-05-01T00:00:00Zx",
                                 "2026-05-01T00:00:00+2:00", "26-05-01T00:00:00Z"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(TimeText, DatesAreRealDays) {
  EXPECT_EQ(parse_date("1970-01-02"), 1);
  EXPECT_TRUE(is_date("2028-02-29"));
  for (const std::string text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01 ", "20260101", "2026-04-31"})
    EXPECT_FALSE(is_date(text)) << text;
  EXPECT_EQ(add_days("2026-12-31", 1), "2027-01-01");
  EXPECT_EQ(add_days("2028-03-01", -1), "2028-02-29");
  EXPECT_EQ(format_date_of(-1), "1969-12-31");
}

TEST(TimeText, MonthsBeginOnTheirFirstDay) {
  EXPECT_EQ(format_date(month_begin(*parse_date("2026-12-31"))), "2026-12-01");
  EXPECT_EQ(format_date(month_begin(*parse_date("2026-12-31"), 1)), "2027-01-01");
  EXPECT_EQ(format_date(month_begin(*parse_date("2026-01-15"), -1)), "2025-12-01");
}

}  // namespace
}  // namespace cvg
