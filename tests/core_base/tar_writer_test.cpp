#include "core/base/tar_writer.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class TarWriterTest : public testing::Test {
 protected:
  void SetUp() override { file = std::fopen(archive.c_str(), "w"); }
  void TearDown() override {
    if (file) std::fclose(file);
  }
  int fd() const { return ::fileno(file); }
  // What the system's tar makes of the archive.
  int unpack() const { return std::system(("tar -xf '" + archive + "' -C '" + std::string(folder.path()) + "' 2>/dev/null").c_str()); }
  std::string unpacked(const std::string& name) const { return *read_file(folder.file(name)); }

  TempFolder folder;
  const std::string archive = folder.file("a.tar");
  std::FILE* file = nullptr;
};

TEST_F(TarWriterTest, TarReadsWhatItWrote) {
  std::ofstream(folder.file("source")) << std::string(3'000'000, 'x');
  TarWriter tar(fd(), 1 << 30, 1'700'000'000'000);
  const auto text = tar.add_text("manifest.json", "{}");
  const auto big = tar.add_file("tables/big.parquet", folder.file("source"));
  const std::string long_name = "tables/" + std::string(128, 'n') + ".parquet";
  ASSERT_TRUE(text.ok() && big.ok() && tar.add_text(long_name, "long").ok() && tar.add_text("empty", "").ok() && tar.finish().ok());
  EXPECT_EQ(text->sha256, sha256_hex("{}"));
  EXPECT_EQ(big->bytes, 3'000'000);
  EXPECT_EQ(big->sha256, sha256_hex(std::string(3'000'000, 'x')));
  EXPECT_EQ(tar.bytes() % 512, 0);
  ASSERT_EQ(unpack(), 0);
  EXPECT_EQ(unpacked("manifest.json"), "{}");
  EXPECT_EQ(unpacked("tables/big.parquet").size(), 3'000'000u);
  EXPECT_EQ(unpacked(long_name), "long");
  EXPECT_EQ(unpacked("empty"), "");
}

TEST_F(TarWriterTest, TheLimitIsKept) {
  TarWriter tar(fd(), 2000, 0);
  EXPECT_TRUE(tar.add_text("a", std::string(512, 'a')).ok());
  EXPECT_EQ(tar.add_text("b", std::string(600, 'b')).status().code(), Code::limit);
  EXPECT_LE(tar.bytes(), 2000);
}

TEST_F(TarWriterTest, AMissingFileIsNotFound) {
  TarWriter tar(fd(), 2000, 0);
  EXPECT_EQ(tar.add_file("a", folder.file("nowhere")).status().code(), Code::not_found);
}

}  // namespace
}  // namespace cvg
