#include "plugins/ducklake/lake_folder.h"

#include <gtest/gtest.h>

#include <convergence/plugin.hpp>
#include <filesystem>
#include <fstream>

namespace ducklake {
namespace {

namespace fs = std::filesystem;

TEST(LakeFolder, KeepsTenantsInLowerCaseAndRefusesOtherNames) {
  const LakeFolder lake("/lakes", "Acme_1");
  EXPECT_EQ(lake.tenant, "acme_1");
  EXPECT_EQ(lake.catalog(), "/lakes/acme_1/catalog.sqlite");
  for (const char *name : {"", "..", "a/b", "a.b", ".new", "a\"b"}) EXPECT_THROW(LakeFolder("/lakes", name), convergence::Error) << name;
}

TEST(LakeFolder, SwapsFoldersInOneStepAndNeverOverwrites) {
  const std::string root = ::testing::TempDir() + "folder-" + unique_name();
  make_folder(root + "/a/deep");
  make_folder(root + "/b");
  std::ofstream(root + "/a/f") << "x";
  EXPECT_THROW(rename_folder(root + "/a", root + "/b", false), convergence::Error);
  rename_folder(root + "/a", root + "/b", true);
  EXPECT_EQ(entries(root + "/b"), (std::set<std::string>{"deep", "f"}));
  EXPECT_TRUE(entries(root + "/a").empty());
  sync_path(root + "/b/f");
  EXPECT_THROW(sync_path(root + "/none"), convergence::Error);
  remove_tree(root);
  EXPECT_FALSE(fs::exists(root));
}

}  // namespace
}  // namespace ducklake
