#include "core/base/gzip_writer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "core/base/files.h"

namespace cvg {
namespace {

// What zlib makes of it, so that writer and reader are not the same library.
std::string gunzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::string out, block(1 << 16, '\0');
  for (int n; (n = gzread(file, block.data(), 1 << 16)) > 0;) out.append(block, 0, static_cast<std::size_t>(n));
  EXPECT_EQ(gzclose(file), Z_OK) << "the trailer is wrong";
  return out;
}

TEST(GzipWriter, ManyWritesAreOneMember) {
  const std::string path = testing::TempDir() + "/gzip_writer_test.gz";
  auto writer = GzipWriter::create(path);
  ASSERT_TRUE(writer.ok());
  std::string all;
  for (int i = 0; i < 100000; ++i) {
    const std::string line = "line " + std::to_string(i * 7919 % 1000) + "\n";
    all += line;
    ASSERT_TRUE((*writer)->write(line).ok());
  }
  Result<std::int64_t> bytes = (*writer)->close();
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(gunzip(path), all);
  EXPECT_EQ(static_cast<std::size_t>(*bytes), read_file(path)->size());
}

TEST(GzipWriter, NothingAndOneBlockAreMembersToo) {
  const std::string path = testing::TempDir() + "/gzip_writer_test_small.gz";
  for (const std::string& text : {std::string(), std::string("x"), std::string(1 << 20, 'y')}) {
    ASSERT_TRUE(write_file_atomically(path, gzip(text)).ok());
    EXPECT_EQ(gunzip(path), text);
  }
}

TEST(GzipWriter, AFolderThatIsMissingIsAStatus) {
  EXPECT_EQ(GzipWriter::create("/nonexistent/x.gz").status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
