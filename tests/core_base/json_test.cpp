#include "core/base/json.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Json, NumeralsKeepTheirText) {
  const auto json = parse_json(R"({"cost": 0.10000000000000000000000000001, "n": 1E-7})");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->dump(), R"({"cost":0.10000000000000000000000000001,"n":1E-7})");
}

TEST(Json, WrongTextIsRefusedWithItsPlace) {
  for (const std::string text : {"", "{", "{\"a\":}", "[1,]", "nul", "{\"a\":1} x", "\"\xff\"", "{'a':1}", "NaN", "01"}) {
    const auto json = parse_json(text);
    ASSERT_FALSE(json.ok()) << text;
    EXPECT_EQ(json.status().code(), Code::invalid);
    EXPECT_NE(json.status().detail_json().find("offset"), std::string::npos);
  }
}

TEST(Json, DepthIsBounded) {
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).ok());
  EXPECT_TRUE(parse_json(std::string(200, '[') + std::string(200, ']')).ok());
}

// Bug: a low surrogate after something that is no high one became bytes that are no UTF-8. libFuzzer found it.
TEST(JsonTest, AnEscapedSurrogateThatStandsAloneIsRefused) {
  for (const char* text : {R"("\ude00")", R"("\ud65d\ude00")", R"({"a\udfff": 1})", R"("\ud83d")"})
    EXPECT_FALSE(parse_json(text).ok()) << text;
  EXPECT_EQ(parse_json(R"("\ud83d\ude00 \ud65d")")->text(), "\xF0\x9F\x98\x80 \xED\x99\x9D");
}

}  // namespace
}  // namespace cvg
