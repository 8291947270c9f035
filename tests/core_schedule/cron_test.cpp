#include "core/schedule/cron.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::int64_t minute_ms = 60'000;

// The first time at or after from, as text; "never" when there is none, the error when text is no cron.
std::string next(const std::string& text, const char* from) {
  const Result<Cron> cron = Cron::parse(text);
  if (!cron.ok()) return cron.status().text();
  const auto minute = cron->next(*parse_time(from) / minute_ms);
  return minute ? format_time(*minute * minute_ms) : "never";
}

TEST(Cron, FieldsListsRangesStepsAndNames) {
  struct Row {
    const char *text, *from, *expected;
  };
  for (const Row& row : {Row{"* * * * *", "2026-05-15T12:00:00Z", "2026-05-15T12:00:00Z"},
                         Row{"0 2 * * *", "2026-05-15T02:01:00Z", "2026-05-16T02:00:00Z"},
                         Row{"*/15 * * * *", "2026-05-15T12:46:00Z", "2026-05-15T13:00:00Z"},
                         Row{"5/20 * * * *", "2026-05-15T12:26:00Z", "2026-05-15T12:45:00Z"},
                         Row{"10-20/5,50 8-10 * * *", "2026-05-15T08:16:00Z", "2026-05-15T08:20:00Z"},
                         Row{"10-20/5,50 8-10 * * *", "2026-05-15T10:51:00Z", "2026-05-16T08:10:00Z"},
                         Row{"0 0 * JAN,jul *", "2026-05-15T12:00:00Z", "2026-07-01T00:00:00Z"},
                         Row{"0 0 * * MON-FRI", "2026-05-16T00:00:00Z", "2026-05-18T00:00:00Z"},
                         Row{"0 0 * * 7", "2026-05-15T12:00:00Z", "2026-05-17T00:00:00Z"},
                         Row{"0 0 * * 0", "2026-05-15T12:00:00Z", "2026-05-17T00:00:00Z"},
                         Row{"0 0 * * SAT-SUN", "2026-05-17T00:01:00Z", "2026-05-23T00:00:00Z"},
                         Row{"0 0 * * 5-7", "2026-05-17T00:00:00Z", "2026-05-17T00:00:00Z"},
                         Row{"0 0 31 * *", "2026-05-31T00:01:00Z", "2026-07-31T00:00:00Z"},
                         Row{"0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
                         Row{"59 23 31 12 *", "2026-12-31T23:59:00Z", "2026-12-31T23:59:00Z"},
                         Row{"  0\t4  1   *  * ", "2026-05-15T12:00:00Z", "2026-06-01T04:00:00Z"},
                         Row{"0 0 1 1 *", "1969-06-01T00:00:00Z", "1970-01-01T00:00:00Z"}})
    EXPECT_EQ(next(row.text, row.from), row.expected) << row.text;
}

TEST(Cron, TwoRestrictedDaysAreAnOr) {
  EXPECT_EQ(next("0 0 13 * FRI", "2026-02-01T00:00:00Z"), "2026-02-06T00:00:00Z");
  EXPECT_EQ(next("0 0 13 * FRI", "2026-05-09T00:00:00Z"), "2026-05-13T00:00:00Z");
  EXPECT_EQ(next("0 0 */2 * MON", "2026-05-15T12:00:00Z"), "2026-05-25T00:00:00Z") << "a field that begins with * restricts nothing";
}

TEST(Cron, Macros) {
  const char* from = "2026-05-15T12:30:00Z";
  EXPECT_EQ(next("@hourly", from), "2026-05-15T13:00:00Z");
  EXPECT_EQ(next("@daily", from), "2026-05-16T00:00:00Z");
  EXPECT_EQ(next("@midnight", from), "2026-05-16T00:00:00Z");
  EXPECT_EQ(next("@Weekly", from), "2026-05-17T00:00:00Z");
  EXPECT_EQ(next("@monthly", from), "2026-06-01T00:00:00Z");
  EXPECT_EQ(next("@yearly", from), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@annually", from), "2027-01-01T00:00:00Z");
}

TEST(Cron, ErrorsNameTheFieldAndTheReason) {
  struct Row {
    const char *text, *expected;
  };
  for (const Row& row : {Row{"", "is empty: five fields are wanted, like 0 2 * * *"},
                         Row{"0 2 * *", "has 4 fields; five are wanted: minute, hour, day of month, month, day of week"},
                         Row{"0 0 2 * * *", "has 6 fields; five are wanted: minute, hour, day of month, month, day of week"},
                         Row{"60 * * * *", "minute: 60 is above 59"},
                         Row{"* 24 * * *", "hour: 24 is above 23"},
                         Row{"* * 0 * *", "day of month: 0 is below 1"},
                         Row{"* * * 13 *", "month: 13 is above 12"},
                         Row{"* * * * 8", "day of week: 8 is above 7"},
                         Row{"* * * FOO *", "month: 'FOO' is no number and no name"},
                         Row{"a * * * *", "minute: 'a' is no number"},
                         Row{"-1 * * * *", "minute: a value is missing"},
                         Row{"1- * * * *", "minute: a value is missing"},
                         Row{"30-10 * * * *", "minute: '30-10' goes down"},
                         Row{"1,,2 * * * *", "minute: '1,,2' has an empty element"},
                         Row{"*/0 * * * *", "minute: the step '0' is not between 1 and 59"},
                         Row{"*/x * * * *", "minute: the step 'x' is not between 1 and 59"},
                         Row{"*/60 * * * *", "minute: the step '60' is not between 1 and 59"},
                         Row{"* */24 * * *", "hour: the step '24' is not between 1 and 23"},
                         Row{"0 0 30 2 *", "day of month: the months have no such day"},
                         Row{"0 0 31 4,6,9,11 *", "day of month: the months have no such day"},
                         Row{"99999999999999999999 * * * *", "minute: '99999999999999999999' is no number"},
                         Row{"@reboot", "'@reboot' is unknown: there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually"}}) {
    const Result<Cron> cron = Cron::parse(row.text);
    ASSERT_FALSE(cron.ok()) << row.text;
    EXPECT_EQ(cron.status().code(), Code::invalid) << row.text;
    EXPECT_EQ(cron.status().text(), row.expected) << row.text;
  }
  EXPECT_FALSE(Cron::parse(std::string(100000, '*')).ok());
}

}  // namespace
}  // namespace cvg
