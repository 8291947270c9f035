#include "plugins/ducklake/extensions.h"

#include <gtest/gtest.h>

#include <convergence/plugin.hpp>
#include <filesystem>
#include <fstream>

#include "plugins/ducklake/lake_folder.h"

namespace ducklake {
namespace {

std::string refusal(const std::string &folder) {
  try {
    checked_extensions(folder);
  } catch (const convergence::Error &e) {
    EXPECT_EQ(e.code(), CVG_E_CONFIG);
    return e.what();
  }
  return "";
}

TEST(Extensions, RefusesAFolderWithoutPinsAndAFileThatIsNotThePinnedOne) {
  const std::string folder = ::testing::TempDir() + "extensions-" + unique_name();
  std::filesystem::create_directories(folder);
  EXPECT_NE(refusal(folder).find("has no file extensions.sha256"), std::string::npos);
  std::ofstream(folder + "/extensions.sha256") << "00  ducklake.duckdb_extension\n00  sqlite_scanner.duckdb_extension\n";
  EXPECT_NE(refusal(folder).find("ducklake.duckdb_extension is missing"), std::string::npos);
  std::ofstream(folder + "/ducklake.duckdb_extension") << "not an extension";
  EXPECT_NE(refusal(folder).find("is not the pinned one"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(Extensions, AcceptsThePinnedFiles) { EXPECT_EQ(checked_extensions(CVG_EXTENSIONS_DIR).size(), 2u); }

}  // namespace
}  // namespace ducklake
