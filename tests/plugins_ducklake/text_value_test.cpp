#include "plugins/ducklake/text_value.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

std::string digits(Wide value) {
  if (value < 0) return "-" + digits(-value);
  std::string out;
  do out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  while (value /= 10);
  return out;
}

// The value times 10^scale, or the refusal.
std::string decimal(std::string_view text, int scale = 24, bool exact = true, int width = 38) {
  Wide value = 0;
  const char *why = parse_decimal(text, width, scale, exact, value);
  return why ? why : digits(value);
}

TEST(TextValue, ReadsMoneyExactly) {
  EXPECT_EQ(decimal("1.81E-8"), "18100000000000000");
  EXPECT_EQ(decimal("-0.000000000000000000000001"), "-1");
  EXPECT_EQ(decimal("0.123456789012345678901234"), "123456789012345678901234");
  EXPECT_EQ(decimal("99999999999999.999999999999999999999999"), "99999999999999999999999999999999999999");
  EXPECT_EQ(decimal("1e3", 2), "100000");
  EXPECT_EQ(decimal("+.5", 2), "50");
  EXPECT_EQ(decimal("5.", 2), "500");
  EXPECT_EQ(decimal("0E-30"), "0");
  EXPECT_EQ(decimal("100E-26"), "1");
  EXPECT_EQ(decimal("0.1000000000000000000000000000000000000000000"), "100000000000000000000000");
}

TEST(TextValue, RefusesDigitsThatWouldBeLostAndRoundsQuantities) {
  EXPECT_EQ(decimal("0.1234567890123456789012345"), "has digits that would be lost");
  EXPECT_EQ(decimal("1E-25"), "has digits that would be lost");
  EXPECT_EQ(decimal("0.00000000000000000000000000000000000000000000000000000000000000000001"), "has digits that would be lost");
  EXPECT_EQ(decimal("1.005", 2, false), "101");
  EXPECT_EQ(decimal("1.004999999999999999999999999999999999999999999999", 2, false), "100");
  EXPECT_EQ(decimal("-1.005", 2, false), "-101");
  EXPECT_EQ(decimal("1E-60", 18, false), "0");
  EXPECT_EQ(decimal("9.99", 1, false, 2), "is too large");
}

TEST(TextValue, RefusesWhatDoesNotFitOrIsNoNumber) {
  EXPECT_EQ(decimal("123456789012345"), "is too large");
  EXPECT_EQ(decimal("1e40"), "is too large");
  EXPECT_EQ(decimal("1234567890123456789012345678901234567890", 0), "has more digits than fit");
  for (const char *text : {"x", "-", ".", "1.2.3", "1,5", "1e", "1e+", "e5", "0x10", "1 2", "--1", "1e9999999", "NaN", "inf"})
    EXPECT_EQ(decimal(text), "is no number") << text;
}

TEST(TextValue, ReadsTimesInTheFormsOfTheClouds) {
  const auto micros = [](std::string_view text, DayOrder order = DayOrder::mdy) {
    int64_t value = 0;
    const char *why = parse_timestamp(text, order, value);
    return why ? std::string(why) : std::to_string(value);
  };
  EXPECT_EQ(micros("1970-01-02"), "86400000000");
  EXPECT_EQ(micros("1970-01-01T00:00:01Z"), "1000000");
  EXPECT_EQ(micros("1970-01-01 00:00:01.5"), "1500000");
  EXPECT_EQ(micros("1970-01-01T00:00:00.1234567Z"), "123456");
  EXPECT_EQ(micros("1970-01-01 02:00:00+02:00"), "0");
  EXPECT_EQ(micros("1970-01-01 00:00:00 UTC"), "0");
  EXPECT_EQ(micros("1/2/1970"), "86400000000");
  EXPECT_EQ(micros("01/02/1970 00:00"), "86400000000");
  EXPECT_EQ(micros("2/1/1970", DayOrder::dmy), "86400000000");
  EXPECT_EQ(micros("2024-02-29"), std::to_string(int64_t{19782} * 86400000000));
  for (const char *text : {"2023-02-29", "13/01/2024", "2024-13-01", "2024-01-01T25:00", "2024", "1/2/24", "2024-01-01x", "1970-01-01 00:00:00 CET"})
    EXPECT_EQ(micros(text), "is no time") << text;
  EXPECT_EQ(micros("1/2/1970", DayOrder::ymd), "is no time");
}

TEST(TextValue, ReadsADayThatIsWrittenAsMidnightOnly) {
  int32_t days = 0;
  EXPECT_EQ(parse_date("1970-01-02T00:00:00Z", DayOrder::ymd, days), nullptr);
  EXPECT_EQ(days, 1);
  EXPECT_STREQ(parse_date("1970-01-02T01:00:00Z", DayOrder::ymd, days), "is no date");
}

TEST(TextValue, ReadsWholeNumbersTruthAndFractions) {
  int64_t whole = 0;
  bool flag = false;
  double real = 0;
  EXPECT_EQ(parse_bigint("12.000", whole), nullptr);
  EXPECT_EQ(whole, 12);
  EXPECT_STREQ(parse_bigint("12.5", whole), "has digits that would be lost");
  EXPECT_STREQ(parse_bigint("9223372036854775808", whole), "is too large");
  EXPECT_EQ(parse_boolean("TRUE", flag), nullptr);
  EXPECT_TRUE(flag);
  EXPECT_STREQ(parse_boolean("maybe", flag), "is neither true nor false");
  EXPECT_EQ(parse_real("+1.5e3", real), nullptr);
  EXPECT_EQ(real, 1500.0);
  EXPECT_STREQ(parse_real("1e999", real), "is no number");
}

TEST(TextValue, NamesEqualFormatsEqually) {
  TextFormat a, b;
  a.null_words = {"ab", "c"};
  b.null_words = {"a", "bc"};
  EXPECT_NE(a.name(), b.name());
  b = a;
  EXPECT_EQ(a.name(), b.name());
}

}  // namespace
}  // namespace ducklake
