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

TEST(LakeFolder, IsSmallWhileItsFilesAreFewAndShort) {
  const std::string root = ::testing::TempDir() + "folder-" + unique_name();
  const LakeFolder lake(root, "acme");
  EXPECT_FALSE(lake.is_small()) << "there is none";
  make_folder(lake.table("acme", "t"));
  EXPECT_TRUE(lake.is_small());
  for (int i = 0; i < 64; ++i) write_file(lake.table("acme", "t") + "/" + std::to_string(i), "x");
  EXPECT_TRUE(lake.is_small());
  write_file(lake.table("acme", "t") + "/more", "x");
  EXPECT_FALSE(lake.is_small());
  const LakeFolder other(root, "other");
  make_folder(other.data());
  write_file(other.data() + "/long", std::string(5 << 20, 'x'));
  EXPECT_FALSE(other.is_small());
  remove_tree(root);
}

// A stage that is given up beside a publication or an upkeep pass: its name was listed, its file is gone.
TEST(LakeFolder, FilesThatOthersTookAwayAreNotMissedByASync) {
  const std::string root = ::testing::TempDir() + "folder-" + unique_name();
  make_folder(root + "/t");
  const NewFiles files({root + "/t"});
  fs::create_symlink("nowhere", root + "/t/gone.parquet");
  write_file(root + "/t/here.parquet", "PAR1");
  EXPECT_NO_THROW(files.sync());
  remove_tree(root);
}

TEST(LakeFolder, WritesNewFilesOnly) {
  const std::string root = ::testing::TempDir() + "folder-" + unique_name();
  make_folder(root);
  write_file(root + "/f", std::string("a\0b", 3));
  EXPECT_EQ(fs::file_size(root + "/f"), 3u);
  EXPECT_THROW(write_file(root + "/f", "again"), convergence::Error);
  EXPECT_THROW(write_file(root + "/none/f", "x"), convergence::Error);
  remove_tree(root);
}

}  // namespace
}  // namespace ducklake
