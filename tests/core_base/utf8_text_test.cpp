#include "core/base/utf8_text.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace cvg {
namespace {

using namespace std::string_view_literals;

TEST(Utf8Text, WhatIsNoLetterIsMendedAndLettersStay) {
  EXPECT_EQ(mended_utf8(""), "");
  EXPECT_EQ(mended_utf8("caf\xc3\xa9 \xf0\x9f\x99\x82"), "caf\xc3\xa9 \xf0\x9f\x99\x82");
  EXPECT_EQ(mended_utf8("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(mended_utf8("a\xc3"), "a\xef\xbf\xbd") << "a letter that is cut off";
  EXPECT_EQ(mended_utf8("a\0b"sv), "a\xef\xbf\xbd" "b");
  for (const std::string_view text : {"\xed\xa0\x80"sv, "\xc0\xaf"sv, "\xf4\x90\x80\x80"sv, "\x80x"sv}) EXPECT_TRUE(is_utf8(mended_utf8(text)));
}

}  // namespace
}  // namespace cvg
