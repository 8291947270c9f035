#include "core/base/inflate.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "tests/core_base/packed_files.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class InflateTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (int i = 0; i < 200'000; ++i) rows_ += "row " + std::to_string(i * 7919 % 1'000'003) + ",0.0001234,us-east-1\n";
  }
  Result<Inflated> inflate(const std::string& packed, const InflateOptions& options = {}) {
    EXPECT_TRUE(write_file_atomically(folder_.file("packed"), packed).ok());
    const Fd from(::open(folder_.file("packed").c_str(), O_RDONLY));
    out_.clear();
    return inflate_gzip(from.get(), [this](std::string_view bytes) { out_.append(bytes); return Status(); }, options);
  }
  std::string error_of(const std::string& packed) {
    const auto done = inflate(packed);
    EXPECT_FALSE(done.ok());
    EXPECT_EQ(done.status().code(), Code::data);
    return done.status().text();
  }
  static bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  static std::string rows_;
  TempFolder folder_;
  std::string out_;
};
std::string InflateTest::rows_;

TEST_F(InflateTest, ContentLengthsAndDigestComeOut) {
  const std::string packed = gzipped(rows_);
  const auto done = inflate(packed, {.sha256 = true});
  ASSERT_TRUE(done.ok()) << done.status().text();
  EXPECT_EQ(out_, rows_);
  EXPECT_EQ(done->bytes_in, static_cast<std::int64_t>(packed.size()));
  EXPECT_EQ(done->bytes_out, static_cast<std::int64_t>(rows_.size()));
  EXPECT_EQ(done->members, 1);
  EXPECT_EQ(done->sha256, sha256_hex(packed));
}

TEST_F(InflateTest, EmptyContentIsLegalAndAnEmptyFileIsNot) {
  ASSERT_TRUE(inflate(gzipped("")).ok());
  EXPECT_EQ(out_, "");
  EXPECT_TRUE(holds(error_of(""), "cut after 0 bytes"));
}

TEST_F(InflateTest, MembersFollowEachOther) {
  const auto done = inflate(gzipped("one\n") + gzipped("") + gzipped(rows_) + gzipped("last\n"));
  ASSERT_TRUE(done.ok()) << done.status().text();
  EXPECT_EQ(out_, "one\n" + rows_ + "last\n");
  EXPECT_EQ(done->members, 4);
}

TEST_F(InflateTest, ManySmallMembersCrossTheBuffersEdge) {
  std::string packed, wanted;
  for (int i = 0; i < 60'000; ++i) {
    wanted += std::to_string(i) + "\n";
    packed += gzipped(std::to_string(i) + "\n");
  }
  ASSERT_GT(packed.size(), std::size_t{1} << 20);
  const auto done = inflate(packed);
  ASSERT_TRUE(done.ok()) << done.status().text();
  EXPECT_EQ(out_, wanted);
}

TEST_F(InflateTest, AStreamCutAnywhereIsRefused) {
  const std::string packed = gzipped(rows_.substr(0, 3000));
  for (std::size_t at = 0; at < packed.size(); ++at) {
    const std::string error = error_of(packed.substr(0, at));
    EXPECT_TRUE(holds(error, "cut")) << at << ": " << error;
  }
  for (std::size_t missing = 1; missing <= 8; ++missing)
    EXPECT_TRUE(holds(error_of(packed.substr(0, packed.size() - missing)), "cut trailer")) << missing;
  const std::string large = gzipped(rows_);
  EXPECT_TRUE(holds(error_of(large.substr(0, large.size() / 2)), "cut after " + std::to_string(large.size() / 2) + " bytes"));
  EXPECT_TRUE(holds(error_of(packed + packed.substr(0, 30)), "cut"));
}

TEST_F(InflateTest, WrongCrcAndWrongLengthAreRefused) {
  std::string packed = gzipped(rows_);
  packed[packed.size() - 8] ^= 1;
  EXPECT_TRUE(holds(error_of(packed), "wrong CRC"));
  packed = gzipped(rows_);
  packed[packed.size() - 2] ^= 1;
  EXPECT_TRUE(holds(error_of(packed), "wrong length"));
}

TEST_F(InflateTest, AFlippedBitNeverChangesTheContentUnnoticed) {
  const std::string packed = gzipped(rows_.substr(0, 2000));
  for (std::size_t at = 10; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    // The bits that fill the last byte of the compressed data mean nothing.
    EXPECT_TRUE(!inflate(damaged).ok() || (at == packed.size() - 9 && out_ == rows_.substr(0, 2000))) << at;
  }
}

TEST_F(InflateTest, OnlyZerosMayFollow) {
  EXPECT_TRUE(inflate(gzipped("x") + std::string(1000, '\0')).ok());
  EXPECT_TRUE(holds(error_of(gzipped("x") + "garbage that follows"), "no gzip stream follows at byte"));
  EXPECT_TRUE(holds(error_of(gzipped("x") + std::string(1000, '\0') + "x"), "no gzip stream follows"));
  EXPECT_TRUE(holds(error_of("a,b,c\n1,2,3\n"), "no gzip stream"));
}

TEST_F(InflateTest, HeadersMayHoldNamesCommentsAndExtras) {
  const std::string packed = gzipped("content");
  const std::string head = packed.substr(0, 3) + '\x1e' + packed.substr(4, 6);
  const std::string fields = little_endian(3, 2) + "abc" + std::string("name\0", 5) + std::string("comment\0", 8) + "\x12\x34";
  ASSERT_TRUE(inflate(head + fields + packed.substr(10)).ok());
  EXPECT_EQ(out_, "content");
  EXPECT_TRUE(holds(error_of(head + "\x03"), "cut"));
  EXPECT_TRUE(holds(error_of(packed.substr(0, 3) + '\x80' + packed.substr(4)), "unknown flags"));
}

TEST_F(InflateTest, ALimitAndTheSinksRefusalStopTheWork) {
  EXPECT_EQ(inflate(gzipped(std::string(1 << 24, 'x')), {.bytes_max = 1 << 21}).status().code(), Code::limit);
  EXPECT_LE(out_.size(), std::size_t{1} << 22);
  const Fd from(::open(folder_.file("packed").c_str(), O_RDONLY));
  EXPECT_EQ(inflate_gzip(from.get(), [](std::string_view) { return Status(Code::cancelled, "stop"); }).status().code(), Code::cancelled);
}

TEST_F(InflateTest, FromDescriptorToDescriptor) {
  ASSERT_TRUE(write_file_atomically(folder_.file("packed"), gzipped(rows_)).ok());
  const Fd from(::open(folder_.file("packed").c_str(), O_RDONLY)), to(::open(folder_.file("out").c_str(), O_CREAT | O_WRONLY, 0600));
  ASSERT_TRUE(inflate_gzip(from.get(), to.get()).ok());
  EXPECT_EQ(*read_file(folder_.file("out")), rows_);
}

}  // namespace
}  // namespace cvg
