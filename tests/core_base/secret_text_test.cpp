#include "core/base/secret_text.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(SecretText, ApiKeysAreReplacedWhereverTheyStand) {
  EXPECT_EQ(redact_shapes("Acme_Corp_api_0123456789abcdeF"), "[redacted]");
  EXPECT_EQ(redact_shapes("/api/v1/runs/Acme_Corp_api_0123456789abcdeF/steps"), "/api/v1/runs/[redacted]/steps");
  EXPECT_EQ(redact_shapes("a abc_api_0123456789abcdeF, b_c_api_ZZZZZZZZZZZZZZZZ."), "a [redacted], [redacted].");
  EXPECT_EQ(redact_shapes("my_api_co_api_0123456789abcdeF"), "[redacted]");
}

TEST(SecretText, OtherNamesWithAnApiInThemStay) {
  for (const char* text : {"", "_api_", "my_api_internationalization", "the_api_short", "ab_api_0123456789abcdeF", "bearer", "Bearer of it"})
    EXPECT_EQ(redact_shapes(text), text);
}

TEST(SecretText, SecretsOfWebhooksAreReplaced) {
  EXPECT_EQ(redact_shapes("whsec_0123456789abcdefABCDEF0123456789"), "[redacted]");
  EXPECT_EQ(redact_shapes("a=whsec_0123456789abcdef;whsec_ZZZZZZZZZZZZZZZZZZZZ."), "a=[redacted];[redacted].");
  for (const char* text : {"whsec_", "whsec_short", "the whsec_prefix of it"}) EXPECT_EQ(redact_shapes(text), text);
}

TEST(SecretText, ATextShowsASecretWhereItsShapeStands) {
  for (const char* text : {"x Acme_api_0123456789abcdeF", "whsec_0123456789abcdef", "Bearer SECRET"}) EXPECT_TRUE(shows_secret(text)) << text;
  for (const char* text : {"", "Acme Corp", "the_api_short"}) EXPECT_FALSE(shows_secret(text)) << text;
}

TEST(SecretText, WhatFollowsBearerIsReplaced) {
  EXPECT_EQ(redact_shapes("Bearer SECRET"), "Bearer [redacted]");
  EXPECT_EQ(redact_shapes("x=\"bearer eyJh.bG-ci_~+/=\" and BEARER 1234567890ab!"), "x=\"bearer [redacted]\" and BEARER [redacted]!");
}

TEST(SecretText, TextsOfADocumentAreChangedAndItsNumbersStay) {
  const Json json = *parse_json(R"({"a":["\tAcme_api_0123456789abcdeF",1.50,null,{"Bearer SECRET":true}]})");
  EXPECT_EQ(with_texts(json, redact_shapes).dump(), R"({"a":["\t[redacted]",1.50,null,{"Bearer [redacted]":true}]})");
}

}  // namespace
}  // namespace cvg
