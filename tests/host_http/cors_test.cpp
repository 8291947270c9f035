#include "host/http/cors.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

Request preflight(std::string_view origin) {
  Request request;
  request.method = Method::options;
  request.headers = {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}};
  return request;
}

TEST(Cors, PermitsConfiguredOriginsOnly) {
  const Cors cors({"https://app.example.com"});
  const Response allowed = cors.options_response(preflight("https://app.example.com"), "GET, POST");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(header_of(allowed, "Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(header_of(allowed, "Access-Control-Allow-Methods"), "GET, POST");
  const Response foreign = cors.options_response(preflight("https://evil.example.com"), "GET, POST");
  EXPECT_EQ(header_of(foreign, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header_of(foreign, "Access-Control-Allow-Methods"), "");
  EXPECT_EQ(header_of(foreign, "Allow"), "GET, POST");
}

TEST(Cors, WithoutOriginsAddsNothing) {
  const Cors cors({});
  Response response;
  cors.add_headers(preflight("https://a"), response);
  EXPECT_TRUE(response.headers.empty());
}

TEST(Cors, TheStarAllowsEveryOrigin) {
  EXPECT_TRUE(Cors({"*"}).allows("https://a"));
  EXPECT_FALSE(Cors({"*"}).allows(""));
}

}  // namespace
}  // namespace cvg
