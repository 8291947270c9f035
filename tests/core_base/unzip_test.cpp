#include <fcntl.h>
#include <gtest/gtest.h>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "core/base/inflate.h"
#include "tests/core_base/packed_files.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class UnzipTest : public ::testing::Test {
 protected:
  UnzipTest() {
    for (int i = 0; i < 100'000; ++i) rows_ += std::to_string(i * 7919 % 1'000'003) + ",us-east-1\n";
  }
  Result<Inflated> unzip(const std::string& packed, const InflateOptions& options = {}) {
    EXPECT_TRUE(write_file_atomically(folder_.file("packed"), packed).ok());
    const Fd from(::open(folder_.file("packed").c_str(), O_RDONLY));
    out_.clear();
    return inflate_zip(from.get(), [this](std::string_view bytes) { out_.append(bytes); return Status(); }, options);
  }
  std::string error_of(const std::string& packed) {
    const auto done = unzip(packed);
    EXPECT_FALSE(done.ok());
    EXPECT_EQ(done.status().code(), Code::data) << done.status().text();
    return done.status().text();
  }
  static bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
  TempFolder folder_;
  std::string rows_, out_;
};

TEST_F(UnzipTest, EveryKindOfMemberComesOut) {
  for (const bool stored : {false, true})
    for (const bool descriptor : {false, true})
      for (const bool zip64 : {false, true}) {
        const std::string packed = zipped({{.name = "a/b.csv", .content = rows_, .stored = stored, .descriptor = descriptor, .zip64 = zip64}}, "a comment");
        const auto done = unzip(packed, {.sha256 = true});
        ASSERT_TRUE(done.ok()) << done.status().text();
        EXPECT_EQ(out_, rows_);
        EXPECT_EQ(done->member_name, "a/b.csv");
        EXPECT_EQ(done->sha256, sha256_hex(packed));
        EXPECT_EQ(done->bytes_in, static_cast<std::int64_t>(packed.size()));
      }
}

TEST_F(UnzipTest, AnEmptyMemberIsLegal) {
  EXPECT_TRUE(unzip(zipped({{.name = "a", .content = "", .stored = true}})).ok());
  EXPECT_TRUE(unzip(zipped({{.name = "a", .content = ""}})).ok());
}

TEST_F(UnzipTest, ExactlyOneMemberIsExpected) {
  EXPECT_TRUE(holds(error_of(zipped({})), "holds 0 members"));
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = "x"}, {.name = "b", .content = "y"}})), "holds 2 members"));
}

TEST_F(UnzipTest, AnArchiveCutAnywhereIsRefused) {
  const std::string packed = zipped({{.name = "a", .content = rows_.substr(0, 500)}});
  for (std::size_t at = 0; at < packed.size(); ++at) EXPECT_TRUE(holds(error_of(packed.substr(0, at)), "cut")) << at;
}

TEST_F(UnzipTest, WrongCrcAndLengthAreRefused) {
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = rows_, .wrong_crc = 1}})), "wrong CRC"));
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = rows_, .wrong_bytes = -1}})), "wrong length"));
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = rows_, .stored = true, .wrong_crc = 7}})), "wrong CRC"));
}

TEST_F(UnzipTest, AFlippedBitInTheDataIsRefused) {
  const std::string packed = zipped({{.name = "a", .content = rows_.substr(0, 1000)}});
  for (std::size_t at = 31; at < packed.size() - 70; ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_FALSE(unzip(damaged).ok()) << at;
  }
}

TEST_F(UnzipTest, WhatIsNotUnderstoodIsNamed) {
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = "x", .flags = 1}})), "encrypted"));
  EXPECT_TRUE(holds(error_of(zipped({{.name = "a", .content = "x", .method = 12}})), "method 12"));
  EXPECT_TRUE(holds(error_of("a,b\n1,2\n"), "directory is missing"));
}

}  // namespace
}  // namespace cvg
