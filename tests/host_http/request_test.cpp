#include "host/http/request.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(PercentDecode, DecodesOnceAndRefusesHalfEscapes) {
  std::string out;
  EXPECT_TRUE(percent_decode("a%2Fb+c%2525", false, out));
  EXPECT_EQ(out, "a/b+c%25");
  EXPECT_TRUE(percent_decode("a+b", true, out));
  EXPECT_EQ(out, "a b");
  for (const char* text : {"%", "%1", "%g0", "a%0"}) EXPECT_FALSE(percent_decode(text, false, out)) << text;
}

TEST(Request, FindsHeadersInAnyCaseAndTheFirstParameter) {
  Request request;
  request.headers = {{"X-Api-Key", "k"}, {"x-api-key", "second"}};
  request.query = "limit=5&limit=6&empty&bad=%zz&pl%75s=1+2";
  EXPECT_EQ(request.header("x-api-key"), "k");
  EXPECT_EQ(request.header("absent"), "");
  EXPECT_EQ(request.parameter("limit"), "5");
  EXPECT_EQ(request.parameter("empty"), "");
  EXPECT_EQ(request.parameter("bad"), std::nullopt);
  EXPECT_EQ(request.parameter("plus"), "1 2");
}

TEST(Method, IsCaseSensitive) {
  EXPECT_EQ(method_from_text("GET"), Method::get);
  EXPECT_EQ(method_from_text("get"), Method::other);
  EXPECT_EQ(to_text(Method::del), "DELETE");
}

}  // namespace
}  // namespace cvg
