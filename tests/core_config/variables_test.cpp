#include "core/config/variables.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

constexpr std::int64_t day = 20000;  // 2024-10-04

std::vector<VariableSpec> specs(const std::string& json, std::vector<std::string>* problems = nullptr) {
  return read_variables(Json::parse(json), [&](const std::string& pointer, const std::string& message) {
    if (problems) problems->push_back(pointer + ": " + message);
  });
}

Result<Values> resolve(const std::string& variables, const std::string& parameters, bool relative = false) {
  VariableRequest request;
  request.builtins = {{"tenant_id", {VariableType::string, "acme"}}};
  request.parameters = Json::parse(parameters);
  request.today = day;
  request.relative_dates = relative;
  return resolve_variables(specs(variables), request);
}

std::string value(const std::string& variables, const std::string& parameters, const std::string& name) {
  const auto values = resolve(variables, parameters);
  return values.ok() ? values->at(name).text : values.status().text();
}

TEST(Variables, RequestBeatsDefaultAndBuiltinsBeatBoth) {
  EXPECT_EQ(value(R"({"a":{"default":"x"}})", "{}", "a"), "x");
  EXPECT_EQ(value(R"({"a":{"default":"x"}})", R"({"a":"y"})", "a"), "y");
  EXPECT_EQ(value(R"({"a":{"default":"x"}})", R"({"tenant_id":"other"})", "tenant_id"), "acme");
  EXPECT_EQ(value(R"({"a":{}})", "{}", "a"), "a: is required by the template");
}

TEST(Variables, DatesMayBeRelativeInDefaults) {
  EXPECT_EQ(value(R"({"d":{"type":"date","default":"yesterday"}})", "{}", "d"), "2024-10-03");
  EXPECT_EQ(value(R"({"d":{"type":"date","default":"-3d"}})", "{}", "d"), "2024-10-01");
  EXPECT_EQ(value(R"({"d":{"type":"date"}})", R"({"d":"yesterday"})", "d"), "d: 'yesterday' is not a date YYYY-MM-DD");
  EXPECT_EQ(resolve(R"({"d":{"type":"date"}})", R"({"d":"today"})", true)->at("d").text, "2024-10-04");
  EXPECT_EQ(value(R"({"d":{"type":"date"}})", R"({"d":"2023-02-29"})", "d"), "d: '2023-02-29' is not a date YYYY-MM-DD");
  EXPECT_EQ(value(R"({"d":{"type":"date"}})", R"({"d":"1999-12-31"})", "d"), "d: 1999-12-31 is not between 2000 and 2100");
}

TEST(Variables, EveryTypeRefusesWhatItIsNot) {
  struct Case {
    const char *spec, *given, *answer;
  };
  const Case cases[] = {
      {R"({"type":"integer","min":1,"max":9})", "5", "5"},
      {R"({"type":"integer"})", "1.5", "v: 1.5 is not a whole number"},
      {R"({"type":"integer","max":9})", "10", "v: 10 is above 9"},
      {R"({"type":"number","min":0.5})", "0.4", "v: 0.4 is below 0.5"},
      {R"({"type":"number"})", "\"x\"", "v: 'x' is not a number"},
      {R"({"type":"boolean"})", "true", "true"},
      {R"({"type":"boolean"})", "\"yes\"", "v: 'yes' is neither true nor false"},
      {R"({"type":"identifier"})", "\"a_1\"", "a_1"},
      {R"({"type":"identifier"})", "\"a-1\"", "v: 'a-1' is not an identifier"},
      {R"({"type":"enum","values":["a","b"]})", "\"c\"", "v: 'c' is none of a, b"},
      {R"({"type":"uri"})", "\"file:///x\"", "file:///x"},
      {R"({"type":"uri"})", "\"x\"", "v: 'x' is not a URI"},
      {R"({"pattern":"^[0-9]{4}$"})", "\"12345\"", "v: '12345' does not match ^[0-9]{4}$"},
      {R"({"max_length":3})", "\"abcd\"", "v: is longer than 3 bytes"},
      {R"({})", "\"a\\u0000b\"", "v: holds a NUL byte"},
      {R"({})", "[1]", "v: must be text, a number or a boolean"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(value(std::string("{\"v\":") + c.spec + "}", std::string("{\"v\":") + c.given + "}", "v"), c.answer) << c.spec << c.given;
  }
}

TEST(Variables, EveryVariableThatIsWrongIsToldOnce) {
  EXPECT_EQ(value(R"({"a":{"type":"integer","default":"{c}"},"b":{"type":"integer"},"c":{"type":"date"}})", R"({"b":"x","c":"y"})", "a"),
            "c: 'y' is not a date YYYY-MM-DD; b: 'x' is not a number");
}

TEST(Variables, ValuesReferToOthersUntilFixpoint) {
  EXPECT_EQ(value(R"({"a":{"default":"{b}/{tenant_id}"},"b":{"default":"{c}"},"c":{"default":"1"}})", "{}", "a"), "1/acme");
  EXPECT_EQ(value(R"({"a":{"default":"{b}"},"b":{"default":"{a}"}})", "{}", "a"), "a: its value refers to itself (a -> b -> a)");
  EXPECT_EQ(value(R"({"a":{}})", R"({"a":"{nobody}"})", "a"), "a: unknown placeholder {nobody}");
  EXPECT_EQ(value(R"({"a":{}})", R"({"a":"x{a}"})", "a"), "a: its value refers to itself (a -> a)");
  std::string chain = "{";
  for (int i = 0; i < 12; ++i) chain += "\"v" + std::to_string(i) + "\":{\"default\":\"{v" + std::to_string(i + 1) + "}\"},";
  EXPECT_NE(value(chain + "\"v12\":{\"default\":\"x\"}}", "{}", "v0").find("more than 8 levels"), std::string::npos);
}

TEST(Variables, ADefaultMustBeAValueOfItsVariable) {
  std::vector<std::string> problems;
  specs(R"({"n":{"type":"integer","default":"abc"},"d":{"type":"date","default":"-3d"},"p":{"default":"{n}"},"q":{"type":"integer","default":7}})", &problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].substr(0, 11), "/n/default:");
}

TEST(Variables, DeclarationsAreChecked) {
  std::vector<std::string> problems;
  specs(R"({"tenant_id":{},"api_token":{},"e":{"type":"enum"},"p":{"pattern":"("}})", &problems);
  ASSERT_EQ(problems.size(), 4u);
  EXPECT_EQ(problems[0], "/tenant_id: 'tenant_id' is built in and cannot be declared");
  EXPECT_TRUE(problems[1].starts_with("/api_token: 'api_token' looks like a secret")) << problems[1];
  EXPECT_EQ(problems[2], "/e: an enum needs values");
  EXPECT_TRUE(problems[3].starts_with("/p/pattern: ")) << problems[3];
}

TEST(Variables, RefusalsCarryFieldAndIssue) {
  const auto values = resolve(R"({"v":{"type":"integer"}})", R"({"v":"x"})");
  EXPECT_EQ(values.status().code(), Code::invalid);
  EXPECT_EQ(values.status().detail_json(), R"({"field":"v","issue":"'x' is not a number"})");
}

TEST(Variables, JsonKeepsTheType) {
  EXPECT_EQ(to_json({VariableType::integer, "5"}).dump(), "5");
  EXPECT_EQ(to_json({VariableType::boolean, "true"}).dump(), "true");
  EXPECT_EQ(to_json({VariableType::date, "2024-01-01"}).dump(), "\"2024-01-01\"");
  EXPECT_EQ(value_from_json(Json::parse("1.50")).text, "1.50");
  EXPECT_EQ(value_from_json(Json(true)).type, VariableType::boolean);
}

}  // namespace
}  // namespace cvg
