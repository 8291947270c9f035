#include "core/deliver/signature.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

// printf '%s' '1763000000.{"a":1}' | openssl dgst -sha256 -hmac secret
TEST(Signature, IsTheHmacOfTimeAndBody) {
  EXPECT_EQ(sign_body("secret", 1763000000, R"({"a":1})"), "t=1763000000,v1=b0e0bd03b1716436716c242dff3ec59a3eade9c34f2c3ce0447ecc291e494d18");
}

TEST(Signature, EveryPartCounts) {
  const std::string one = sign_body("secret", 1, "body");
  EXPECT_NE(one.substr(5), sign_body("secret", 2, "body").substr(5));
  EXPECT_NE(one, sign_body("secret", 1, "bodY"));
  EXPECT_NE(one, sign_body("Secret", 1, "body"));
}

}  // namespace
}  // namespace cvg
