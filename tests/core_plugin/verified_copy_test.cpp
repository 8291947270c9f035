#include "core/plugin/verified_copy.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/base/digest.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
}

class VerifiedCopyTest : public testing::Test {
 protected:
  Scratch scratch_;
  std::string file_ = scratch_.write("plugin.so", "some bytes");
  std::string private_ = scratch_.path("data/private");
};

TEST_F(VerifiedCopyTest, IsNamedByItsDigestInAFolderOfOurOwn) {
  const Result<VerifiedCopy> copy = make_verified_copy(file_, "", private_);
  ASSERT_TRUE(copy.ok()) << copy.status().text();
  EXPECT_EQ(copy->sha256, sha256_hex("some bytes"));
  EXPECT_EQ(copy->path, private_ + "/" + copy->sha256 + ".so");
  EXPECT_EQ(read_all(copy->path), "some bytes");
  EXPECT_EQ(mode_of(private_), 0700u);
  EXPECT_EQ(mode_of(copy->path), 0500u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(private_), {}), 1);  // nothing half-made is left
}

TEST_F(VerifiedCopyTest, CopiesOfOtherDigestsArePruned) {
  namespace fs = std::filesystem;
  const Result<VerifiedCopy> kept = make_verified_copy(file_, "", private_);
  const Result<VerifiedCopy> old = make_verified_copy(scratch_.write("old.so", "older bytes"), "", private_);
  ASSERT_TRUE(kept.ok() && old.ok());
  const std::string sentinel = scratch_.write("data/private/" + old->sha256 + ".loading", "acme");
  const std::string fresh = scratch_.write("data/private/.fresh", "half"), stale = scratch_.write("data/private/.stale", "half");
  fs::last_write_time(stale, fs::file_time_type::clock::now() - std::chrono::hours(half_made_hours_max + 1));
  const Result<int> removed = prune_copies(private_, {kept->sha256});
  ASSERT_TRUE(removed.ok()) << removed.status().text();
  EXPECT_EQ(*removed, 2);
  EXPECT_TRUE(fs::exists(kept->path));
  EXPECT_FALSE(fs::exists(old->path));
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_TRUE(fs::exists(sentinel));  // the quarantine holds although the plugin is not configured now
  EXPECT_TRUE(fs::exists(fresh));     // another process may be at it
  EXPECT_FALSE(prune_copies(scratch_.path("nowhere"), {}).ok());
}

TEST_F(VerifiedCopyTest, LooseFolderIsClosed) {
  std::filesystem::create_directories(private_);
  ASSERT_EQ(::chmod(private_.c_str(), 0777), 0);
  ASSERT_TRUE(make_verified_copy(file_, "", private_).ok());
  EXPECT_EQ(mode_of(private_), 0700u);
}

TEST_F(VerifiedCopyTest, CopyThatWasChangedIsReplaced) {
  const std::string path = make_verified_copy(file_, "", private_)->path;
  std::filesystem::remove(path);
  scratch_.write("data/private/" + sha256_hex("some bytes") + ".so", "evil bytes");
  const Result<VerifiedCopy> again = make_verified_copy(file_, "", private_);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(read_all(path), "some bytes");
}

TEST_F(VerifiedCopyTest, LinkInThePlaceOfTheCopyIsReplaced) {
  const std::string path = make_verified_copy(file_, "", private_)->path;
  std::filesystem::remove(path);
  std::filesystem::create_symlink(scratch_.write("elsewhere", "some bytes"), path);
  ASSERT_TRUE(make_verified_copy(file_, "", private_).ok());
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(path)));
}

TEST_F(VerifiedCopyTest, PinDecides) {
  EXPECT_TRUE(make_verified_copy(file_, sha256_hex("some bytes"), private_).ok());
  EXPECT_NE(make_verified_copy(file_, sha256_hex("other"), private_).status().text().find("but the configuration demands"), std::string::npos);
  EXPECT_NE(make_verified_copy(file_, "abc", private_).status().text().find("is no SHA-256"), std::string::npos);
}

TEST_F(VerifiedCopyTest, OnlyAPlainFileThatOthersCannotWriteIsTaken) {
  ASSERT_EQ(::chmod(file_.c_str(), 0620), 0);
  EXPECT_NE(make_verified_copy(file_, "", private_).status().text().find("(mode 0620)"), std::string::npos);
  EXPECT_NE(make_verified_copy(scratch_.path(), "", private_).status().text().find("is no file"), std::string::npos);
  const std::string pipe = scratch_.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_NE(make_verified_copy(pipe, "", private_).status().text().find("is no file"), std::string::npos);
}

}  // namespace
}  // namespace cvg
