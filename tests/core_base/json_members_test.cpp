#include "core/base/json_members.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(JsonMembers, ANameThatOneObjectHasTwiceIsFound) {
  EXPECT_EQ(repeated_member(R"({"date":"2024-01-01","date":"2024-01-02"})"), "date");
  EXPECT_EQ(repeated_member(R"({"x":[{"a":1,"date":2e40,"b":{},"date":2}]})"), "date");
  EXPECT_EQ(repeated_member(R"({"date":1,"d\u0061te":1})"), "date");
  EXPECT_EQ(repeated_member(R"([{"":1,"":2}])"), "");
}

TEST(JsonMembers, NamesOfDifferentObjectsMayBeEqual) {
  for (const char* text : {"", "{", "1", "[]", R"({"a":{"a":1},"b":[{"a":1},{"a":2}],"A":3})", R"({"a":"\"a\":1"})"})
    EXPECT_EQ(repeated_member(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cvg
