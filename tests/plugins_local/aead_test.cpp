#include "plugins/local/aead.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

namespace local_keys {
namespace {

const std::string kKey(32, 'k');

TEST(Aead, OpensWhatItSealed) {
  for (const std::string &plain : {std::string(), std::string("secret"), std::string(100000, '\0')})
    EXPECT_EQ(open_sealed(kKey, seal(kKey, plain, "aad"), "aad"), plain);
}

TEST(Aead, OneChangedBitAnywhereIsRefused) {
  const std::string sealed = seal(kKey, "secret", "aad");
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    std::string bad = sealed;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
    EXPECT_THROW(open_sealed(kKey, bad, "aad"), convergence::Error) << i;
  }
  EXPECT_THROW(open_sealed(std::string(32, 'K'), sealed, "aad"), convergence::Error);
  EXPECT_THROW(open_sealed(kKey, sealed, "aae"), convergence::Error);
  EXPECT_THROW(open_sealed(kKey, sealed, ""), convergence::Error);
}

TEST(Aead, ACutBlobIsRefused) {
  const std::string sealed = seal(kKey, "secret", "aad");
  for (std::size_t n = 0; n < sealed.size(); ++n) EXPECT_THROW(open_sealed(kKey, sealed.substr(0, n), "aad"), convergence::Error);
}

TEST(Aead, TheSameTextSealsDifferentlyEachTime) { EXPECT_NE(seal(kKey, "secret", ""), seal(kKey, "secret", "")); }

TEST(Aead, AKeyOfAnotherLengthIsRefused) { EXPECT_THROW(seal("short", "secret", ""), convergence::Error); }

TEST(Aead, OpensAVectorOfTheStandard) {
  // NIST GCM test case 14: key, nonce and 16 bytes of text all zero.
  const std::string zero(32, '\0');
  const unsigned char tag[] = {0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19};
  const unsigned char text[] = {0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18};
  const std::string sealed = std::string(12, '\0') + std::string(reinterpret_cast<const char *>(tag), 16) +
                             std::string(reinterpret_cast<const char *>(text), 16);
  EXPECT_EQ(open_sealed(zero, sealed, ""), std::string(16, '\0'));
}

TEST(Aead, WipeLeavesZeros) {
  std::string secret = "secret";
  wipe(secret);
  EXPECT_EQ(secret, std::string(6, '\0'));
}

}  // namespace
}  // namespace local_keys
