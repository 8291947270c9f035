#include "core/base/files.h"

#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  TempFolder folder_;
};

TEST_F(FilesTest, WrittenContentIsReadBackAndReplaced) {
  const std::string path = folder_.file("f");
  ASSERT_TRUE(write_file_atomically(path, "one", 0600).ok());
  ASSERT_TRUE(write_file_atomically(path, "two", 0600).ok());
  EXPECT_EQ(*read_file(path), "two");
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "nothing is left aside";
}

TEST_F(FilesTest, ErrorsNamePathAndCause) {
  const Status missing = read_file(folder_.file("none")).status();
  EXPECT_EQ(missing.code(), Code::not_found);
  EXPECT_NE(missing.text().find(folder_.file("none")), std::string::npos);
  ASSERT_TRUE(write_file_atomically(folder_.file("f"), "0123456789").ok());
  EXPECT_EQ(read_file(folder_.file("f"), 9).status().code(), Code::limit);
  EXPECT_FALSE(write_file_atomically(folder_.file("none/f"), "x").ok());
  EXPECT_EQ(status_from_errno(28, "written", "f").code(), Code::unavailable);
}

TEST_F(FilesTest, AFullDiskIsUnavailableAndTheOldContentStays) {
  const Fd full(::open("/dev/full", O_WRONLY));
  if (!full) GTEST_SKIP() << "no /dev/full here";
  const Status status = write_fd(full.get(), "x");
  EXPECT_EQ(status.code(), Code::unavailable);
  EXPECT_NE(status.text().find("No space left"), std::string::npos);
}

TEST_F(FilesTest, FoldersAreMadeWithTheirParentsAndRemovedWithTheirContent) {
  const std::string deep = folder_.file("a/b/c");
  ASSERT_TRUE(make_folders(deep).ok());
  ASSERT_TRUE(make_folders(deep).ok());
  ASSERT_TRUE(write_file_atomically(deep + "/f", "x").ok());
  ASSERT_TRUE(fsync_file(deep + "/f").ok());
  ASSERT_TRUE(fsync_folder(deep).ok());
  EXPECT_FALSE(make_folders(deep + "/f").ok()) << "a file stands there";
  EXPECT_TRUE(path_exists(folder_.file("a")));
  ASSERT_TRUE(remove_tree(folder_.file("a")).ok());
  ASSERT_TRUE(remove_tree(folder_.file("a")).ok());
  EXPECT_FALSE(path_exists(folder_.file("a")));
}

TEST_F(FilesTest, RemovingATreeDoesNotFollowLinks) {
  ASSERT_TRUE(make_folders(folder_.file("keep")).ok());
  ASSERT_TRUE(write_file_atomically(folder_.file("keep/f"), "x").ok());
  ASSERT_TRUE(make_folders(folder_.file("drop")).ok());
  ASSERT_EQ(::symlink(folder_.file("keep").c_str(), folder_.file("drop/link").c_str()), 0);
  ASSERT_TRUE(remove_tree(folder_.file("drop")).ok());
  EXPECT_TRUE(path_exists(folder_.file("keep/f")));
}

TEST_F(FilesTest, NothingOutsideTheRootIsOpened) {
  const std::string root = folder_.file("root");
  ASSERT_TRUE(make_folders(root + "/sub").ok());
  ASSERT_TRUE(write_file_atomically(root + "/sub/in", "in").ok());
  ASSERT_TRUE(write_file_atomically(folder_.file("out"), "out").ok());
  ASSERT_EQ(::symlink(folder_.file("out").c_str(), (root + "/link").c_str()), 0);
  ASSERT_EQ(::symlink("sub", (root + "/inner").c_str()), 0);
  ASSERT_EQ(::symlink(folder_.path().c_str(), (root + "/up").c_str()), 0);
  const Result<Fd> opened = open_beneath(root, "sub/in");
  ASSERT_TRUE(opened.ok()) << opened.status().text();
  EXPECT_EQ(*read_fd(opened->get()), "in");
  EXPECT_TRUE(open_beneath(root, "sub/../sub/in").ok());
  for (const std::string path : {"../out", "sub/../../out", "/etc/passwd", "link", "inner/in", "up/out", "../root/sub/in"})
    EXPECT_EQ(open_beneath(root, path).status().code(), Code::denied) << path;
  EXPECT_EQ(open_beneath(root, std::string("sub/in\0x", 8)).status().code(), Code::denied);
  EXPECT_EQ(open_beneath(root, "none").status().code(), Code::not_found);
}

TEST_F(FilesTest, ALockIsHeldOnceAndEndsWithItsOwner) {
  const std::string path = folder_.file("lock");
  {
    const auto held = FileLock::acquire(path, "used by {}");
    ASSERT_TRUE(held.ok());
    const auto second = FileLock::acquire(path, "used by {}");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.status().text(), "used by " + std::to_string(::getpid()));
  }
  EXPECT_TRUE(FileLock::acquire(path, "used by {}").ok());
}

TEST_F(FilesTest, ADescriptorIsClosedOnce) {
  Fd one(::open("/dev/null", O_RDONLY));
  const int number = one.get();
  Fd two = std::move(one);
  EXPECT_FALSE(one);
  EXPECT_EQ(two.get(), number);
  two.reset();
  EXPECT_FALSE(two);
}

}  // namespace
}  // namespace cvg
