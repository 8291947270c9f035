#include "sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ducklake {
namespace {

// What a confined child could open, as bits: 1 a readable file, 2 /etc/passwd, 4 a new file in the readable folder, 8 a new
// file in the writable folder, 16 the folder above.
int opened_by_confined_child(const std::string& readable, const std::string& writable) {
  const pid_t pid = fork();
  if (pid == 0) {
    try {
      confine_to({readable}, {writable});
    } catch (const std::exception&) {
      _exit(64);
    }
    int bits = 0;
    if (open((readable + "/file").c_str(), O_RDONLY) >= 0) bits |= 1;
    if (open("/etc/passwd", O_RDONLY) >= 0) bits |= 2;
    if (open((readable + "/new").c_str(), O_WRONLY | O_CREAT, 0600) >= 0) bits |= 4;
    if (open((writable + "/new").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0) bits |= 8;
    if (open((readable + "/..").c_str(), O_RDONLY | O_DIRECTORY) >= 0) bits |= 16;
    _exit(bits);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Sandbox, TheKernelAllowsOnlyTheGivenFolders) {
  char folder[] = "/tmp/cvg_sandbox_XXXXXX";
  const std::string root = mkdtemp(folder), readable = root + "/data", writable = root + "/results";
  std::filesystem::create_directories(readable);
  std::filesystem::create_directories(writable);
  std::ofstream(readable + "/file") << "x";
  const int opened = opened_by_confined_child(readable, writable);
  std::filesystem::remove_all(root);
  if (opened == 64) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(opened, 1 | 8);
}

}  // namespace
}  // namespace ducklake
