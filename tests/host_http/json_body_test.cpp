#include "host/http/json_body.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

Result<Json> decode(std::string_view type, std::string_view body, bool required = true) {
  JsonBodyRules rules;
  rules.required = required;
  return decode_json_body(type, body, rules);
}

TEST(JsonBody, TakesTheTypesOfTheContract) {
  for (const char* type : {"application/json", "Application/JSON; charset=utf-8", "", "application/x-www-form-urlencoded"})
    EXPECT_TRUE(decode(type, "{}").ok()) << type;
  for (const char* type : {"text/plain", "multipart/form-data; boundary=x", "application/jsonx", "application/xml"}) {
    const Status status = decode(type, "{}").status();
    EXPECT_EQ(status.detail_json(), "{\"status\":415}") << type;
  }
}

TEST(JsonBody, MustBeAnObject) {
  for (const char* body : {"[]", "1", "\"x\"", "null", "", "  ", "{", "{}x", "{\"a\":01}", "{'a':1}"})
    EXPECT_FALSE(decode("", body).ok()) << body;
  EXPECT_EQ(decode("", "[]").status().code(), Code::invalid);
}

TEST(JsonBody, MayBeAbsentWhereItIsOptional) {
  EXPECT_TRUE(decode("", "", false)->is_object());
  EXPECT_TRUE(decode("text/plain", "", false).ok());
  EXPECT_TRUE(decode("", "null", false)->is_object());
  EXPECT_FALSE(decode("", "[]", false).ok());
}

TEST(JsonBody, IsBoundedInDepth) {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_FALSE(decode("", deep).ok());
  EXPECT_TRUE(decode("", R"({"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"{{{{{{{{"})").ok());
}

TEST(JsonBody, AMemberThatIsThereTwiceIsRefusedByName) {
  for (const char* body : {R"({"date":"2024-01-01","date":"2024-01-02"})", R"({"x":[{"a":1,"date":2,"b":3,"date":2}]})", R"({"date":1,"d\u0061te":1})"}) {
    const Status refused = decode("", body).status();
    EXPECT_EQ(refused.code(), Code::invalid) << body;
    EXPECT_EQ(refused.text(), "The JSON names 'date' twice in one object");
    EXPECT_EQ(refused.detail_json(), R"({"field":"date","issue":"is there twice"})");
  }
  EXPECT_TRUE(decode("", R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})").ok());
}

TEST(JsonBody, InvalidUtf8IsRefused) { EXPECT_FALSE(decode("", "{\"a\":\"\xC3\x28\"}").ok()); }

}  // namespace
}  // namespace cvg
