#include "host/http/response.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(Response, IsHeadAndBodyInOneText) {
  Response response = json_response(Json::object().set("a", 1), 201);
  response.with("X-Request-ID", "r1");
  EXPECT_EQ(to_bytes(response, false),
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 7\r\nX-Request-ID: r1\r\n"
            "Connection: keep-alive\r\n\r\n{\"a\":1}");
}

TEST(Response, ToHeadHasTheLengthAndNoBody) {
  const std::string bytes = to_bytes(json_response(Json::object()), true);
  EXPECT_NE(bytes.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(Response, OfAFileHasItsLengthAndNotItsBytes) {
  Response response;
  auto file = std::make_shared<OpenFile>();
  file->bytes = 123'456;
  response.file = file;
  const std::string bytes = to_bytes(response, false);
  EXPECT_NE(bytes.find("Content-Length: 123456\r\n"), std::string::npos);
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(Response, WithoutContentHasNeitherLengthNorType) {
  Response response;
  response.status = 204;
  response.close = true;
  EXPECT_EQ(to_bytes(response, false), "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(Response, HeaderValuesCannotEndTheirLine) {
  Response response;
  response.with("X", "a\r\nSet-Cookie: b");
  EXPECT_EQ(to_bytes(response, false).find("\r\nSet-Cookie"), std::string::npos);
}

}  // namespace
}  // namespace cvg
