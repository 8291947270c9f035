#include "core/base/aead.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

const std::string key(aead_key_bytes, 'k');

TEST(Aead, OpensWhatItSealed) {
  const auto sealed = aead_seal(key, std::string("se\0cret", 7), "acme:credentials");
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(sealed->find("cret"), std::string::npos);
  EXPECT_EQ(*aead_open(key, *sealed, "acme:credentials"), std::string("se\0cret", 7));
  EXPECT_EQ(*aead_open(key, *aead_seal(key, "", ""), ""), "");
}

TEST(Aead, TheSameTextIsSealedDifferentlyEachTime) { EXPECT_NE(*aead_seal(key, "a", ""), *aead_seal(key, "a", "")); }

TEST(Aead, EveryChangedByteAndEveryCutIsRefused) {
  const std::string sealed = *aead_seal(key, "secret", "aad");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string bad = sealed;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_EQ(aead_open(key, bad, "aad").status().code(), Code::data);
    EXPECT_EQ(aead_open(key, sealed.substr(0, i), "aad").status().code(), Code::data);
  }
}

TEST(Aead, AnotherKeyOrAadIsRefused) {
  const std::string sealed = *aead_seal(key, "secret", "aad");
  EXPECT_EQ(aead_open(std::string(aead_key_bytes, 'l'), sealed, "aad").status().code(), Code::data);
  EXPECT_EQ(aead_open(key, sealed, "other").status().code(), Code::data);
  EXPECT_EQ(aead_open("short", sealed, "aad").status().code(), Code::host);
}

TEST(Aead, ASecretIsWipedWhenItMoves) {
  Secret first(std::string(100, 's'));
  const Secret second(std::move(first));
  EXPECT_EQ(second.text(), std::string(100, 's'));
}

}  // namespace
}  // namespace cvg
