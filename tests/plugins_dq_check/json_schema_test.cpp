#include "plugins/dq_check/json_schema.h"

#include <gtest/gtest.h>

namespace dq {
namespace {

using convergence::Json;

bool fits(const char *schema, const char *value) {
  const Json s = Json::parse(schema);
  EXPECT_EQ(schema_error(s), "");
  return fits_schema(s, Json::parse(value));
}

TEST(JsonSchema, TypesAndValues) {
  EXPECT_TRUE(fits(R"({"type":"integer","minimum":1,"exclusiveMaximum":3})", "2.0"));
  EXPECT_FALSE(fits(R"({"type":"integer"})", "2.5"));
  EXPECT_FALSE(fits(R"({"exclusiveMaximum":3})", "3"));
  EXPECT_TRUE(fits(R"({"type":["string","null"]})", "null"));
  EXPECT_TRUE(fits(R"({"enum":[1,"a",{"k":[1]}]})", R"({"k":[1.0]})"));
  EXPECT_FALSE(fits(R"({"const":"a"})", R"("b")"));
}

TEST(JsonSchema, TextsAreMeasuredInCharacters) {
  EXPECT_TRUE(fits(R"({"minLength":2,"maxLength":2,"pattern":"^\u00e4"})", "\"\xC3\xA4x\""));
  EXPECT_FALSE(fits(R"({"pattern":"^a$"})", "\"ab\""));
}

TEST(JsonSchema, ObjectsAndArrays) {
  const char *schema = R"({"type":"object","required":["a"],"properties":{"a":{"type":"array","items":{"type":"number"},"maxItems":2}},"additionalProperties":false})";
  EXPECT_TRUE(fits(schema, R"({"a":[1,2]})"));
  EXPECT_FALSE(fits(schema, R"({"a":[1,2,3]})"));
  EXPECT_FALSE(fits(schema, R"({"a":["x"]})"));
  EXPECT_FALSE(fits(schema, R"({"a":[],"b":1})"));
  EXPECT_FALSE(fits(schema, "{}"));
}

TEST(JsonSchema, Combinations) {
  EXPECT_TRUE(fits(R"({"anyOf":[{"type":"string"},{"minimum":5}]})", "6"));
  EXPECT_FALSE(fits(R"({"oneOf":[{"type":"number"},{"minimum":5}]})", "6"));
  EXPECT_FALSE(fits(R"({"allOf":[{"type":"number"},{"minimum":7}]})", "6"));
  EXPECT_FALSE(fits(R"({"not":{"type":"number"}})", "6"));
  EXPECT_TRUE(fits("{\"items\":false}", "[]"));
}

TEST(JsonSchema, AnUnknownKeywordIsNamed) {
  EXPECT_EQ(schema_error(Json::parse(R"({"properties":{"a":{"$ref":"#/x"}}})")), "the JSON Schema keyword '$ref' is not supported");
  EXPECT_NE(schema_error(Json::parse(R"({"pattern":"("})")), "");
  EXPECT_NE(schema_error(Json::parse("5")), "");
}

}  // namespace
}  // namespace dq
