#include "host/http/error_body.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

Json body_of(const Response& response) { return *parse_json(response.body); }

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

TEST(ErrorBody, HasTheOneShape) {
  const Response response = error_response(404, {"No run has this id", "", Json(), {}}, "req_1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body,
            R"({"error":"Not found","message":"No run has this id","detail":"No run has this id","code":"NOT_FOUND","request_id":"req_1"})");
}

TEST(ErrorBody, NeverShowsTheCauseOfAServerError) {
  for (const Code code : {Code::host, Code::plugin, Code::state, Code::unavailable, Code::peer_died, Code::deadline}) {
    const Response response =
        error_response(Status(code, "SELECT secret FROM /srv/x", "the log").with_detail_json(R"({"path":"/srv"})"), "r");
    EXPECT_GE(response.status, 500);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(response.body.find("/srv"), std::string::npos);
  }
  EXPECT_EQ(body_of(error_response(Status(Code::host, "x"), "r"))["message"].text(), "An unexpected error occurred");
}

TEST(ErrorBody, ShowsFieldAndIssueOfABadRequest) {
  const Response response = error_response(
      Status(Code::invalid, "date is no day").with_detail_json(R"({"field":"date","issue":"is no day"})"), "r");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response)["error"].text(), "Validation error");
  EXPECT_EQ(body_of(response)["details"].dump(), R"({"field":"date","issue":"is no day"})");
}

TEST(ErrorBody, QuotaTellsItsCodeAndWhenToComeBack) {
  const Response response = error_response(Status(Code::quota, "Daily pipeline quota exceeded.")
                                               .with_detail_json(R"({"code":"DAILY_QUOTA_EXCEEDED"})")
                                               .with_retry_after_ms(1500),
                                           "r");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(body_of(response)["code"].text(), "DAILY_QUOTA_EXCEEDED");
  EXPECT_EQ(body_of(response)["retry_after"].integer(), 2);
  EXPECT_EQ(header_of(response, "Retry-After"), "2");
}

TEST(ErrorBody, NamesTheSchemeOf401AndARetryFor503) {
  EXPECT_EQ(header_of(error_response(401, {}, "r"), "WWW-Authenticate"), "ApiKey");
  EXPECT_FALSE(header_of(error_response(503, {}, "r"), "Retry-After").empty());
}

TEST(ErrorBody, AnUnsetAdminKeyIsToldAndNoRetryIsAdvised) {
  const Response response = error_response(Status(Code::unavailable, "The admin key is not set").with_detail_json(R"({"code":"ADMIN_KEY_NOT_SET"})"), "r");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["message"].text(), "The admin key is not set");
  EXPECT_EQ(body_of(response)["code"].text(), "ADMIN_KEY_NOT_SET");
  EXPECT_TRUE(header_of(response, "Retry-After").empty());
  EXPECT_EQ(body_of(response).find("retry_after"), nullptr);
}

TEST(ErrorBody, TheDetailMayNameAnotherStatus) {
  EXPECT_EQ(error_response(Status(Code::limit, "x").with_detail_json("{\"status\":413}"), "r").status, 413);
  EXPECT_EQ(error_response(Status(Code::deadline, "x").with_detail_json("{\"status\":408}"), "r").status, 408);
}

TEST(ErrorBody, AnUnknownStatusIsAServerError) { EXPECT_EQ(error_class(299).status, 500); }

}  // namespace
}  // namespace cvg
