#include "core/base/text.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Text, CaseBlanksAndParts) {
  EXPECT_EQ(lower_ascii("AbC\xc3\x84"), "abc\xc3\x84");
  EXPECT_EQ(upper_ascii("aZ9"), "AZ9");
  EXPECT_TRUE(equals_ignoring_case("X-Api-Key", "x-api-kEY"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(split("", ',').size(), 1u);
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(hex(std::string("\x00\xff", 2)), "00ff");
}

TEST(Text, IntegersAreReadWholeOrNotAtAll) {
  std::int64_t value = 5;
  EXPECT_TRUE(parse_integer("-12", value));
  EXPECT_EQ(value, -12);
  for (const std::string text : {"", "1x", " 1", "+1", "9223372036854775808", "1.0"}) EXPECT_FALSE(parse_integer(text, value)) << text;
  EXPECT_EQ(value, -12);
}

TEST(Text, Utf8IsCheckedToTheLetter) {
  for (const std::string text : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(is_utf8(text));
  for (const std::string text : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Text, EditDistanceCountsSwapsOnce) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("destniation", "destination"), 1u);
}

TEST(Text, TheNearestNameIsOfferedOnlyWhenItIsNear) {
  const std::vector<std::string> names{"destination", "depends_on", "type"};
  EXPECT_EQ(nearest_name("destinaton", names), "destination");
  EXPECT_EQ(nearest_name("Depends_On", names), "depends_on");
  EXPECT_EQ(nearest_name("colour", names), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'x'), names), "");
}

}  // namespace
}  // namespace cvg
