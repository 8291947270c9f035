#include "core/run/run_request.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(RunRequest, EverythingButTheKnownMembersIsAVariable) {
  const auto request = read_run_request(Json::parse(R"({"trigger_by":"me","date":"2025-11-15","reload":true,"region":"eu","n":5,"none":null})"), 1000);
  ASSERT_TRUE(request.ok()) << request.status().text();
  EXPECT_EQ(request->trigger_by, "me");
  EXPECT_TRUE(request->reload);
  EXPECT_EQ(request->variables.dump(), R"({"date":"2025-11-15","region":"eu","n":5})");
  EXPECT_EQ(read_run_request(Json(), 1000)->trigger_by, "api_user");
}

TEST(RunRequest, RefusalsNameTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "body must be a JSON object"},
      {R"({"trigger_by":5})", "trigger_by must be a text of 1 to 200 bytes"},
      {R"({"date":"2025-02-30"})", "date must be a real day as YYYY-MM-DD"},
      {R"({"date":"1999-01-01"})", "date must lie between 2000-01-01 and 2100-12-31"},
      {R"({"reload":"yes"})", "reload must be true or false"},
      {R"({"a-b":1})", "a-b is no name of a variable"},
      {R"({"a":{}})", "a must be text, a number or a boolean"},
      {R"({"a":"0123456789012345678901234567890123456789"})", "body holds variables that together are larger than 32 bytes"},
  };
  for (const auto& [body, message] : cases) EXPECT_EQ(read_run_request(Json::parse(body), 32).status().text(), message);
}

TEST(RunRequest, ControlCharactersInTriggerByAreRefused) {
  for (const char* body : {R"({"trigger_by":"a\u0000b"})", R"({"trigger_by":"\u0000"})", R"({"trigger_by":"a\nb"})", R"({"trigger_by":"a\u007fb"})"}) {
    const Status status = read_run_request(Json::parse(body), 100).status();
    EXPECT_EQ(status.code(), Code::invalid) << body;
    EXPECT_EQ(status.text(), "trigger_by holds control characters") << body;
  }
  EXPECT_EQ(read_run_request(Json::parse(R"({"trigger_by":"J\u00f6rg \u2713"})"), 100)->trigger_by, "J\xc3\xb6rg \xe2\x9c\x93");
}

TEST(RunRequest, AllDaysIsADateThatATemplateMayTake) {
  EXPECT_EQ(read_run_request(Json::parse(R"({"date":"all"})"), 1000)->variables.dump(), R"({"date":"all"})");
  EXPECT_FALSE(read_run_request(Json::parse(R"({"date":"All"})"), 1000).ok());
}

TEST(RunRequest, EveryFieldThatIsWrongIsToldAtOnce) {
  const Status status = read_run_request(Json::parse(R"({"trigger_by":5,"date":"x","reload":1,"a":[]})"), 100).status();
  EXPECT_EQ(Json::parse(status.detail_json())["field"].text(), "trigger_by");
  EXPECT_EQ(Json::parse(status.detail_json())["errors"].size(), 4u);
  EXPECT_TRUE(status.text().starts_with("trigger_by must be a text of 1 to 200 bytes; date must be")) << status.text();
}

TEST(RunRequest, ParametersComeBackWithoutSecrets) {
  const auto request = read_run_request(Json::parse(R"({"region":"eu","api_token":"s3cret","reload":true})"), 1000);
  const Json stored = parameters_json(*request);
  EXPECT_EQ(stored.dump(), R"({"region":"eu","api_token":"[redacted]","reload":true,"trigger_by":"api_user"})");
  const RunRequest back = request_of_parameters(stored);
  EXPECT_TRUE(back.reload);
  EXPECT_EQ(back.variables["region"].text(), "eu");
  EXPECT_EQ(back.trigger_by, "api_user");
}

TEST(RunRequest, PipelineIdsAreLowerCase) { EXPECT_EQ(pipeline_id_of("acme", "GCP", "Cost", "x-Y"), "acme-gcp-cost-x-y"); }

}  // namespace
}  // namespace cvg
