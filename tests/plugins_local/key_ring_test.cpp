#include "plugins/local/key_ring.h"

#include <convergence/plugin.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "plugins/local/key_file.h"
#include "tests/plugins_local/scratch_folder.h"

namespace local_keys {
namespace {

class Ring : public testing::Test {
 protected:
  cvg::ScratchFolder folder;
  std::string path = folder.path + "/master.key";
};

TEST_F(Ring, BeginsWithVersionOneInTheKeyFile) {
  KeyRing ring(path);
  EXPECT_EQ(ring.newest().number, 1u);
  EXPECT_EQ(ring.newest().key, load_or_create_key(path));
}

TEST_F(Ring, ANewVersionWrapsAndTheOldOneStays) {
  KeyRing ring(path);
  const std::string first = ring.newest().key;
  ring.add();
  ring.add();
  EXPECT_EQ(ring.newest().number, 3u);
  EXPECT_NE(ring.newest().key, first);
  EXPECT_EQ(ring.key(1), first);
  KeyRing again(path);
  EXPECT_EQ(again.newest().number, 3u);
  EXPECT_EQ(again.newest().key, ring.newest().key);
}

TEST_F(Ring, AVersionThatIsGoneIsNamedAndNeverMadeAnew) {
  { KeyRing(path).add(); }
  std::filesystem::remove(path);
  KeyRing ring(path);
  EXPECT_EQ(ring.newest().number, 2u);
  try {
    ring.key(1);
    FAIL();
  } catch (const convergence::Error &error) {
    EXPECT_EQ(error.code(), CVG_E_DATA);
    EXPECT_NE(std::string(error.what()).find("version 1"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Ring, AMissingKeyFileIsMadeByWrappingNeverByReading) {
  KeyRing ring(path);
  EXPECT_THROW(ring.key(1), convergence::Error);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(ring.newest().number, 1u);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Ring, SeesAVersionThatSomebodyElseMade) {
  KeyRing ring(path);
  { KeyRing(path).add(); }
  EXPECT_EQ(ring.key(2).size(), 32u);
}

TEST_F(Ring, OtherFilesBesideItAreNoVersions) {
  std::ofstream(path + ".bak") << "x";
  std::ofstream(path + ".02") << "x";
  std::ofstream(path + ".2.bak") << "x";
  EXPECT_EQ(KeyRing(path).newest().number, 1u);
}

}  // namespace
}  // namespace local_keys
