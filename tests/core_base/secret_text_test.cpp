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

TEST(SecretText, AKeyWithMoreLettersRightBehindItIsReplaced) {
  EXPECT_EQ(redact_shapes("Acme_Corp_api_0123456789abcdeFZ"), "[redacted]");
  EXPECT_EQ(redact_shapes("by Acme_Corp_api_0123456789abcdeF0 now"), "by [redacted] now");
  EXPECT_EQ(redact_shapes("Acme_api_0123456789abcdeFAcme_api_0123456789abcdeF"), "[redacted]");
}

TEST(SecretText, ATextOfKeysAloneTakesOneLookAtEachLetter) {
  std::string text = "Acme";
  for (int i = 0; i < 100'000; ++i) text += "_api_0123456789abcdeF";
  EXPECT_EQ(redact_shapes(text), "[redacted]");
  EXPECT_EQ(redact_shapes("abc_api_0123456789abcdeF abc_api_0123456789abcdeF"), "[redacted] [redacted]");
}

TEST(SecretText, APercentEncodedSecretIsReplaced) {
  EXPECT_EQ(redact_shapes("http://h/x?k=T%5fone%5Fapi%5f0123456789abcdeF&b=1%20"), "http://h/x?k=[redacted]&b=1%20");
  EXPECT_EQ(redact_shapes("k=Acme_api_0123456789abcd%65F"), "k=[redacted]");
  EXPECT_EQ(redact_shapes("100%Acme_api_0123456789abcdeF"), "100%[redacted]");
  EXPECT_EQ(redact_shapes("whsec%5f0123456789abcdef"), "[redacted]");
  for (const char* text : {"%", "%5", "%zz", "100% of it", "a%20b", "caf%C3%A9"}) EXPECT_EQ(redact_shapes(text), text);
}

TEST(SecretText, OtherNamesWithAnApiInThemStay) {
  for (const char* text : {"", "_api_", "my_api_internationalization", "the_api_short", "ab_api_0123456789abcdeF", "bearer", "Bearer of it"})
    EXPECT_EQ(redact_shapes(text), text);
}

TEST(SecretText, SecretsOfWebhooksAreReplaced) {
  EXPECT_EQ(redact_shapes("whsec_0123456789abcdefABCDEF0123456789"), "[redacted]");
  EXPECT_EQ(redact_shapes("a=whsec_0123456789abcdef;whsec_ZZZZZZZZZZZZZZZZZZZZ."), "a=[redacted];[redacted].");
  EXPECT_EQ(redact_shapes("whsec_0123456789abcdefwhsec_0123456789abcdef"), "[redacted]");
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
