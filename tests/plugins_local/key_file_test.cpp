#include "plugins/local/key_file.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "tests/plugins_local/scratch_folder.h"

namespace local_keys {
namespace {

class KeyFile : public testing::Test {
 protected:
  std::string refusal() {
    try {
      load_or_create_key(path);
    } catch (const convergence::Error &e) {
      EXPECT_EQ(e.code(), CVG_E_CONFIG);
      return e.what();
    }
    return "";
  }
  void write(const std::string &bytes, mode_t mode) {
    std::ofstream(path, std::ios::binary) << bytes;
    ::chmod(path.c_str(), mode);
  }
  cvg::ScratchFolder folder;
  std::string path = folder.path + "/master.key";
};

TEST_F(KeyFile, IsMadeOnceWithMode0600AndNothingBeside) {
  const std::string key = load_or_create_key(path);
  EXPECT_EQ(key.size(), 32u);
  struct stat s;
  ASSERT_EQ(::stat(path.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 07777, 0600u);
  EXPECT_EQ(load_or_create_key(path), key);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

TEST_F(KeyFile, KeepsItsModeUnderAHostileUmask) {
  const mode_t old = ::umask(0777);
  const std::string why = refusal();
  ::umask(old);
  EXPECT_EQ(why, "");
}

TEST_F(KeyFile, TwoKeysDiffer) {
  const std::string first = load_or_create_key(path);
  path += "2";
  EXPECT_NE(load_or_create_key(path), first);
}

TEST_F(KeyFile, StartsAtOnceAgreeOnOneKey) {
  std::vector<std::string> keys(8);
  std::vector<std::thread> threads;
  for (auto &key : keys) threads.emplace_back([&key, this] { key = load_or_create_key(path); });
  for (auto &t : threads) t.join();
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

TEST_F(KeyFile, OpenToGroupOrOthersIsRefused) {
  for (const mode_t mode : {0640, 0604, 0660, 0620, 0601, 0610}) {
    write(std::string(32, 'k'), mode);
    EXPECT_NE(refusal().find("is open to others"), std::string::npos) << mode;
    ::unlink(path.c_str());
  }
}

TEST_F(KeyFile, AnotherLengthIsRefused) {
  for (const std::size_t n : {0u, 31u, 33u, 64u}) {
    write(std::string(n, 'k'), 0600);
    EXPECT_EQ(refusal(), "the key file " + path + " has " + std::to_string(n) + " bytes where a key has 32");
  }
}

TEST_F(KeyFile, ASymbolicLinkIsRefusedAlsoToAGoodFile) {
  const std::string target = folder.path + "/real";
  load_or_create_key(target);
  ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  EXPECT_EQ(refusal(), "the key file " + path + " is a symbolic link");
  ::unlink(target.c_str());
  EXPECT_NE(refusal(), "") << "a dangling link must not be written through";
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(KeyFile, WhatIsNoRegularFileIsRefused) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(refusal(), "the key file " + path + " is not a regular file");
  ::unlink(path.c_str());
  ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
  EXPECT_NE(refusal(), "");
}

TEST_F(KeyFile, AnotherOwnersFileIsRefused) {
  write(std::string(32, 'k'), 0600);
  if (::chown(path.c_str(), 12345, 12345) != 0) GTEST_SKIP() << "only root can give a file away";
  EXPECT_EQ(refusal(), "the key file " + path + " belongs to another user than the server's");
}

TEST_F(KeyFile, AMissingFolderAndARelativePathAreRefused) {
  path = folder.path + "/none/master.key";
  EXPECT_NE(refusal().find("cannot create the key file"), std::string::npos);
  path = "master.key";
  EXPECT_EQ(refusal(), "key_file must be an absolute path");
}

}  // namespace
}  // namespace local_keys
