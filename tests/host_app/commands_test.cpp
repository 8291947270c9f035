#include "host/app/commands.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

struct Outcome {
  int code;
  std::string out, err;
};

Outcome run(std::vector<const char*> words) {
  words.insert(words.begin(), "convergence");
  std::ostringstream out, err;
  const int code = run_command(parse_command_line(static_cast<int>(words.size()), words.data()), out, err);
  return {code, out.str(), err.str()};
}

TEST(Commands, HelpGoesToOutAndAWrongUseToErr) {
  EXPECT_FALSE(run({"--help"}).out.empty());
  const Outcome wrong = run({"serv"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_FALSE(wrong.err.empty());
}

TEST(Commands, AFailureIsOneSentence) {
  const Outcome missing = run({"serve", "--config", "/nonexistent/server.yml"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(missing.err.starts_with("convergence: ")) << missing.err;
  EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1);
  EXPECT_NE(missing.err.find("/nonexistent/server.yml"), std::string::npos);
}

// Bug: the server started and was ready, and every tenant that was onboarded got a 503.
TEST(Commands, ADataFolderThatTheEngineCannotOpenIsRefusedAtTheStart) {
  TempFolder folder;
  const std::string data = std::string(folder.path()) + "/back\\slash";
  const Outcome refused = run({"serve", "--data", data.c_str()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("data_dir"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("backslash"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(Commands, SampleWritesItsFilesAndTellsTheTotals) {
  TempFolder folder;
  const std::string to = std::string(folder.path()) + "/samples";
  const Outcome done = run({"sample", to.c_str(), "--days", "2", "--rows", "100", "--no-correction"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(parse_json(done.out).ok());
  EXPECT_TRUE(std::filesystem::exists(to + "/summary.json"));
  EXPECT_EQ(run({"sample", to.c_str(), "--format", "xml"}).code, 1);
}

TEST(Commands, InspectRefusesWhatIsNoPlugin) {
  const Outcome none = run({"plugins", "inspect", "/etc/hostname"});
  EXPECT_EQ(none.code, 1);
  EXPECT_NE(none.err.find("/etc/hostname"), std::string::npos);
}

}  // namespace
}  // namespace cvg
