#include "host/app/installation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

namespace fs = std::filesystem;

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

TEST(Installation, FindsThePluginsBesideTheProgram) {
  EXPECT_EQ(Installation("/opt/convergence/bin/convergence").plugins_dir(), "/opt/convergence/lib/convergence/plugins");
}

TEST(Installation, FindsConfigsAboveABuildFolderAndBelowAPrefix) {
  TempFolder folder;
  const fs::path root(folder.path());
  touch(root / "source/configs-of-test/plans.yml");
  const Installation build((root / "source/build/release/bin/convergence").string());
  EXPECT_EQ(build.resolve("configs-of-test/plans.yml"), (root / "source/configs-of-test/plans.yml").string());
  touch(root / "prefix/share/convergence/configs-of-test/plans.yml");
  const Installation prefix((root / "prefix/bin/convergence").string());
  EXPECT_EQ(prefix.resolve("configs-of-test/plans.yml"), (root / "prefix/share/convergence/configs-of-test/plans.yml").string());
}

TEST(Installation, LeavesAbsolutePathsAndNamesMissingOnesBelowTheWorkingFolder) {
  const Installation installation("/opt/convergence/bin/convergence");
  EXPECT_EQ(installation.resolve("/etc/plans.yml"), "/etc/plans.yml");
  EXPECT_EQ(installation.resolve("no-such-file.yml"), (fs::current_path() / "no-such-file.yml").string());
  EXPECT_EQ(installation.resolve(""), "");
}

TEST(Installation, CompletesAConfiguration) {
  ServerConfig config = default_server_config();
  config.data_dir = "some/../data/";
  Installation("/opt/convergence/bin/convergence").complete(config);
  const std::string data = (fs::current_path() / "data").string();
  EXPECT_EQ(config.data_dir, data);
  EXPECT_EQ(config.samples_dir, data + "/samples");
  EXPECT_EQ(config.key_manager.key_file, data + "/keys/master.key");
  EXPECT_EQ(config.plugins_dir, "/opt/convergence/lib/convergence/plugins");
  EXPECT_FALSE(config.extensions_dir.empty());
}

TEST(Installation, KnowsThisProcess) {
  const Result<Installation> installation = Installation::of_this_process();
  ASSERT_TRUE(installation.ok());
  EXPECT_TRUE(fs::exists(installation->program()));
}

}  // namespace
}  // namespace cvg
