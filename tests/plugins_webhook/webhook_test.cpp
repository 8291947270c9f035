#include <gtest/gtest.h>

#include <ctime>

#include "tests/plugins_query/fake_host.h"

namespace cvg {
namespace {

using convergence::Json;
using convergence::text;

class WebhookStepTest : public testing::Test {
 protected:
  void SetUp() override {
    host.http = [this](const cvg_http_req &request, std::string &headers, std::string &) {
      url = text(request.url);
      method = text(request.method);
      sent_headers = Json::parse(text(request.headers_json));
      body = text(request.body);
      timeout_ms = request.timeout_ms;
      headers = answer_headers;
      return status;
    };
  }
  FakeHost host;
  std::string url, method, body, answer_headers = "{}";
  Json sent_headers;
  int64_t timeout_ms = 0;
  int32_t status = 200;
};

TEST_F(WebhookStepTest, PostsItsBody) {
  FakeStep step(host);
  const StepRun r = step.run(R"({"url":"https://a.example/","body":{"b":[1,"2"]},"headers":{"X-Team":"t"},"request_timeout_seconds":3})");
  ASSERT_EQ(r.status, CVG_OK) << r.message;
  EXPECT_EQ(url, "https://a.example/");
  EXPECT_EQ(method, "POST");
  EXPECT_EQ(body, R"({"b":[1,"2"]})");
  EXPECT_EQ(sent_headers["X-Team"].text(), "t");
  EXPECT_EQ(sent_headers["Content-Type"].text(), "application/json");
  EXPECT_EQ(sent_headers.find("X-Convergence-Signature"), nullptr);
  EXPECT_EQ(timeout_ms, 3000);
  EXPECT_EQ(r.outputs["http_status"].text(), "200");
}

TEST_F(WebhookStepTest, WithoutABodyItTellsOfTheRun) {
  FakeStep step(host);
  ASSERT_EQ(step.run(R"({"url":"https://a.example/","text":"hello"})").status, CVG_OK);
  const Json sent = Json::parse(body);
  EXPECT_EQ(sent["tenant_id"].text(), "acme");
  EXPECT_EQ(sent["run_id"].text(), "r1");
  EXPECT_EQ(sent["text"].text(), "hello");
}

TEST_F(WebhookStepTest, SlackGetsATextAlone) {
  FakeStep step(host);
  ASSERT_EQ(step.run(R"({"url":"https://a.example/","format":"slack","text":"say \"hi\""})").status, CVG_OK);
  EXPECT_EQ(body, R"({"text":"say \"hi\""})");
}

TEST_F(WebhookStepTest, IsSignedWhenThereIsASecret) {
  FakeStep step(host, R"({"secret":"a-secret"})");
  ASSERT_EQ(step.run(R"({"url":"https://a.example/"})").status, CVG_OK);
  const std::string signature = sent_headers["X-Convergence-Signature"].text();
  ASSERT_TRUE(signature.rfind("t=", 0) == 0) << signature;
  EXPECT_EQ(signature.size() - signature.find(",v1=") - 4, 64u);
}

TEST_F(WebhookStepTest, AnAnswerDecidesWhetherAnotherTryMayHelp) {
  FakeStep step(host);
  const std::string spec = R"({"url":"https://a.example/"})";
  const std::vector<std::pair<int32_t, cvg_status>> rows{{204, CVG_OK},          {302, CVG_E_CONFIG},      {400, CVG_E_CONFIG},
                                                         {401, CVG_E_AUTH},      {404, CVG_E_CONFIG},      {408, CVG_E_UNAVAILABLE},
                                                         {429, CVG_E_RATE_LIMITED}, {500, CVG_E_UNAVAILABLE}, {503, CVG_E_UNAVAILABLE}};
  for (const auto &[answer, wanted] : rows) {
    status = answer;
    EXPECT_EQ(step.run(spec).status, wanted) << answer;
  }
}

TEST_F(WebhookStepTest, AReceiverMaySayWhenInSecondsOrAsADate) {
  FakeStep step(host);
  status = 503;
  const auto asked = [&](const std::string &when) {
    answer_headers = Json::object().set("retry-after", when).dump();
    return step.run(R"({"url":"https://a.example/"})").retry_after_ms;
  };
  const auto date = [](std::time_t at, const char *form) {
    char out[64];
    std::tm parts{};
    std::strftime(out, sizeof out, form, gmtime_r(&at, &parts));
    return std::string(out);
  };
  EXPECT_EQ(asked("7"), 7000);
  for (const char *form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    const int64_t pause = asked(date(std::time(nullptr) + 3600, form));
    EXPECT_GT(pause, 1'800'000) << form;
    EXPECT_LE(pause, 3'600'000) << form;
    EXPECT_EQ(asked(date(std::time(nullptr) - 3600, form)), 0) << form;
  }
  for (const char *none : {"", "soon", "-1", "12345678", "Sat, 22 Nov"}) EXPECT_EQ(asked(none), -1) << none;
}

TEST_F(WebhookStepTest, ABadSpecIsRefused) {
  FakeStep step(host);
  EXPECT_EQ(step.plan(R"({"url":"u","body":{}})"), "");
  EXPECT_EQ(step.plan(R"({"url":"u","format":"slack","text":"t"})"), "");
  EXPECT_EQ(step.plan(R"({"url":"u","format":"slack"})"), "text: a message to Slack needs a text");
  EXPECT_EQ(step.plan(R"({"url":"u","body":{},"text":"t"})"), "text: text stands in the body when one is given");
  EXPECT_THROW(FakeStep(host, R"({"secret_env":"CVG_NO_SUCH_VARIABLE"})"), convergence::Error);
}

}  // namespace
}  // namespace cvg
