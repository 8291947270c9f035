#include "core/base/json_schema.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

std::string errors(const std::string& schema, const std::string& value) {
  return to_text(validate_schema(*parse_json(schema), *parse_json(value)));
}

TEST(JsonSchema, Types) {
  EXPECT_EQ(errors(R"({"type":"integer"})", "1.0"), "");
  EXPECT_EQ(errors(R"({"type":"integer"})", "1.5"), "it must be integer, not number");
  EXPECT_EQ(errors(R"({"type":"number"})", "3"), "");
  EXPECT_EQ(errors(R"({"type":["string","null"]})", "null"), "");
  EXPECT_EQ(errors(R"({"type":["string","null"]})", "true"), "it must be one of string, null, not boolean");
  EXPECT_EQ(errors("{}", "[1]"), "");
  EXPECT_EQ(errors("true", "1"), "");
  EXPECT_EQ(errors("false", "1"), "it is not allowed");
}

TEST(JsonSchema, ObjectsTellUnknownKeysWithTheNearestName) {
  const std::string schema = R"({"type":"object","required":["table"],"additionalProperties":false,
    "properties":{"table":{"type":"string"},"write_mode":{"enum":["append","replace"]}}})";
  EXPECT_EQ(errors(schema, R"({"table":"t"})"), "");
  EXPECT_EQ(errors(schema, R"({"tabel":"t"})"), "table is missing; tabel is not known; did you mean table?");
  EXPECT_EQ(errors(schema, R"({"table":"t","colour":1})"), "colour is not known");
  EXPECT_EQ(errors(schema, R"({"table":"t","write_mode":"add"})"), "write_mode must be one of append, replace");
}

TEST(JsonSchema, OtherMembersMayHaveASchema) {
  const std::string schema = R"({"properties":{"a":{}},"additionalProperties":{"type":"integer"},"propertyNames":{"pattern":"^[a-z]+$"}})";
  EXPECT_EQ(errors(schema, R"({"a":"x","b":2})"), "");
  EXPECT_EQ(errors(schema, R"({"b":"x","C":1})"), "b must be integer, not string; C must match ^[a-z]+$");
}

TEST(JsonSchema, PathsLeadToThePlace) {
  const std::string schema = R"({"properties":{"steps":{"items":{"properties":{"retry":{"properties":{"max":{"maximum":5}}}}}}}})";
  const auto found = validate_schema(*parse_json(schema), *parse_json(R"({"steps":[{},{"retry":{"max":6}}]})"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "steps[1].retry.max");
  EXPECT_EQ(found[0].message, "must be at most 5");
}

TEST(JsonSchema, BoundsAreExact) {
  EXPECT_EQ(errors(R"({"minimum":0.1})", "0.10000000000000000000"), "");
  EXPECT_EQ(errors(R"({"minimum":0.1})", "0.09999999999999999999999"), "it must be at least 0.1");
  EXPECT_EQ(errors(R"({"exclusiveMinimum":0})", "0"), "it must be more than 0");
  EXPECT_EQ(errors(R"({"exclusiveMaximum":10})", "10.0"), "it must be less than 10");
  EXPECT_EQ(errors(R"({"minLength":2,"maxLength":3})", R"("äöü")"), "");
  EXPECT_EQ(errors(R"({"maxLength":2})", R"("äöü")"), "it must have at most 2 characters, not 3");
  EXPECT_EQ(errors(R"({"minItems":1,"maxItems":2,"uniqueItems":true})", "[1,1.0]"), "[1] is there twice");
  EXPECT_EQ(errors(R"({"minItems":1})", "[]"), "it must have at least 1 items, not 0");
  EXPECT_EQ(errors(R"({"minProperties":1})", "{}"), "it must have at least 1 members, not 0");
}

TEST(JsonSchema, ConstEnumAndPattern) {
  EXPECT_EQ(errors(R"({"const":{"a":[1,2]}})", R"({"a":[1.0,2]})"), "");
  EXPECT_EQ(errors(R"({"const":"x"})", R"("y")"), "it must be \"x\"");
  EXPECT_EQ(errors(R"({"enum":[1,"a",null]})", "null"), "");
  EXPECT_EQ(errors(R"({"pattern":"^\\d+$"})", R"("12a")"), "it must match ^\\d+$");
  EXPECT_NE(errors(R"({"pattern":"("})", R"("x")").find("cannot be checked"), std::string::npos);
}

TEST(JsonSchema, AlternativesShowTheErrorsOfTheNearestForm) {
  const std::string schema = R"({"anyOf":[{"type":"string"},{"type":"object","properties":{"uri":{"type":"string"}}}]})";
  EXPECT_EQ(errors(schema, R"("x")"), "");
  EXPECT_EQ(errors(schema, R"({"uri":1})"), "uri must be string, not integer");
  EXPECT_EQ(errors(schema, "1"), "it fits none of the allowed forms (string, object)");
  EXPECT_EQ(errors(R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "3"), "it fits 2 of the forms that exclude each other");
  EXPECT_EQ(errors(R"({"allOf":[{"minimum":1},{"maximum":2}]})", "3"), "it must be at most 2");
}

TEST(JsonSchema, ReferencesLeadIntoTheSchemaAndMayRecur) {
  const std::string schema = R"({"$ref":"#/$defs/node","$defs":{"node":{"properties":{"next":{"$ref":"#/$defs/node"},"v":{"type":"integer"}}}}})";
  EXPECT_EQ(errors(schema, R"({"next":{"next":{"v":"x"}}})"), "next.next.v must be integer, not string");
  EXPECT_EQ(errors(R"({"$ref":"#/$defs/none"})", "1"), "it cannot be checked: the schema has no #/$defs/none");
  EXPECT_NE(errors(R"({"$ref":"#"})", "1").find("too deep"), std::string::npos);
}

TEST(JsonSchema, AnUnknownKeywordIsNeverPassedOver) {
  EXPECT_EQ(errors(R"({"not":{"type":"null"}})", "1"), "it cannot be checked: the schema uses the unknown keyword not");
  EXPECT_EQ(errors(R"({"title":"t","default":1,"x-unit":"s","format":"uri"})", "1"), "");
}

}  // namespace
}  // namespace cvg
