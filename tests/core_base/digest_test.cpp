#include "core/base/digest.h"

#include <gtest/gtest.h>

#include "core/base/files.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

TEST(Digest, Sha256OfKnownTexts) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, PiecesAndFilesGiveTheSame) {
  const std::string content(3'000'000, 'x');
  Sha256 digest;
  for (std::size_t at = 0; at < content.size(); at += 700'001) digest.add(std::string_view(content).substr(at, 700'001));
  EXPECT_EQ(digest.finish_hex(), sha256_hex(content));
  TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder.file("f"), content).ok());
  EXPECT_EQ(*sha256_hex_of_file(folder.file("f")), sha256_hex(content));
  EXPECT_EQ(sha256_hex_of_file(folder.file("none")).status().code(), Code::not_found);
}

TEST(Digest, HmacOfRfc4231) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_bytes("k", "m").size(), 32u);
}

TEST(Digest, ConstantTimeEqualIsEqual) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

}  // namespace
}  // namespace cvg
