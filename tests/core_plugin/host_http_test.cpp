#include <gtest/gtest.h>

#include <convergence/plugin.hpp>

#include "core/base/http_client.h"
#include "core/plugin/call.h"
#include "core/plugin/host_table.h"
#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

class RecordingHttp final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    last = request;
    if (!fails.ok()) return fails;
    HttpResponse response;
    response.status = 201;
    response.headers = {{"x-a", "b"}};
    response.body = "made";
    response.truncated = truncated;
    return response;
  }
  HttpRequest last;
  Status fails;
  bool truncated = false;
};

class HostHttp : public testing::Test {
 protected:
  convergence::Call::HttpAnswer ask(const Json& headers = Json::object(), std::int64_t timeout_ms = 0) {
    Call call(Call::Options{.info = {}, .deadline_monotonic_ms = deadline, .clock = &clock, .http = with_client ? &http : nullptr});
    return convergence::Call(&host_table(), call.raw()).http("PUT", "https://a.example/", headers, "body", timeout_ms, 100);
  }
  cvg_status refusal(const Json& headers = Json::object()) {
    try {
      ask(headers);
    } catch (const convergence::Error& error) {
      return error.code();
    }
    return CVG_OK;
  }
  FakeClock clock;
  RecordingHttp http;
  std::int64_t deadline = 0;
  bool with_client = true;
};

TEST_F(HostHttp, CarriesRequestAndAnswer) {
  const auto answer = ask(Json::object().set("X-One", "1"), 5000);
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "made");
  EXPECT_EQ(answer.headers["x-a"].text(), "b");
  EXPECT_EQ(http.last.method, "PUT");
  EXPECT_EQ(http.last.body, "body");
  EXPECT_EQ(http.last.headers.at(0), std::make_pair(std::string("X-One"), std::string("1")));
  EXPECT_EQ(http.last.timeout_ms, 5000);
  EXPECT_EQ(http.last.response_bytes_max, 100);
}

TEST_F(HostHttp, TakesNoLongerThanTheCall) {
  deadline = clock.monotonic_ms() + 1500;
  ask(Json::object(), 60'000);
  EXPECT_EQ(http.last.timeout_ms, 1500);
  clock.advance_ms(2000);
  EXPECT_EQ(refusal(), CVG_E_DEADLINE);
}

TEST_F(HostHttp, NoHeaderCanBeSmuggledIn) {
  EXPECT_EQ(refusal(Json::object().set("X-A", "b\r\nX-C: d")), CVG_E_CONFIG);
  EXPECT_EQ(refusal(Json::object().set("X-A: b", "c")), CVG_E_CONFIG);
  EXPECT_EQ(refusal(Json::object().set("", "c")), CVG_E_CONFIG);
}

TEST_F(HostHttp, FailuresKeepTheirClass) {
  http.fails = Status(Code::denied, "not public");
  EXPECT_EQ(refusal(), CVG_E_DENIED);
  http.fails = Status(Code::unavailable, "away");
  EXPECT_EQ(refusal(), CVG_E_UNAVAILABLE);
  http.fails = {};
  http.truncated = true;
  EXPECT_EQ(refusal(), CVG_E_LIMIT);
  with_client = false;
  EXPECT_EQ(refusal(), CVG_E_STATE);
}

}  // namespace
}  // namespace cvg
