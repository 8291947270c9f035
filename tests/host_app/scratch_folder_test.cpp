#include "host/app/scratch_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/base/files.h"

namespace cvg {
namespace {

TEST(ScratchFolder, BelongsToThisUserAloneAndLeavesWithItsOwner) {
  std::string path;
  {
    Result<std::unique_ptr<ScratchFolder>> folder = ScratchFolder::create();
    ASSERT_TRUE(folder.ok()) << folder.status().text();
    path = (*folder)->path();
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777u, 0700u);
    std::ofstream(path + "/file") << "x";
  }
  EXPECT_FALSE(path_exists(path));
}

}  // namespace
}  // namespace cvg
