#include "core/base/deflate_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "tests/core_base/packed_files.h"

namespace cvg {
namespace {

// A pipe gives the bytes in pieces, so that every step meets the end of what is there.
TEST(DeflateReader, FindsTheFirstByteAfterAStreamThatCameInPieces) {
  std::string content;
  for (int i = 0; i < 5000; ++i) content += std::to_string(i * 31 % 977) + ";";
  for (std::size_t piece : {1u, 2u, 3u, 7u, 64u, 1000u}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const std::string packed = "head" + deflated(content, -15) + "tail";
    std::thread feeder([&] {
      for (std::size_t at = 0; at < packed.size(); at += piece) {
        const std::string_view part = std::string_view(packed).substr(at, piece);
        if (::write(ends[1], part.data(), part.size()) < 0) break;
      }
      ::close(ends[1]);
    });
    std::string out, taken;
    const InflateSink sink = [&](std::string_view bytes) { out.append(bytes); return Status(); };
    DeflateReader reader(ends[0], sink, {});
    ASSERT_TRUE(*reader.take(4, taken));
    EXPECT_EQ(taken, "head");
    const Status inflated = reader.inflate();
    EXPECT_TRUE(inflated.ok()) << inflated.text();
    EXPECT_EQ(out, content);
    EXPECT_EQ(reader.member_bytes(), static_cast<std::int64_t>(content.size()));
    ASSERT_TRUE(*reader.take(4, taken));
    EXPECT_EQ(taken, "tail") << "pieces of " << piece;
    EXPECT_TRUE(*reader.at_end());
    EXPECT_EQ(reader.position(), static_cast<std::int64_t>(packed.size()));
    EXPECT_FALSE(*reader.take(1, taken));
    feeder.join();
    ::close(ends[0]);
  }
}

}  // namespace
}  // namespace cvg
