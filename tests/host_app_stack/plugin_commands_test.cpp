#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/files.h"
#include "host/app/commands.h"
#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

class PluginCommandsTest : public StackFixture {
 protected:
  CommandLine line(const std::string& argument = "") const {
    CommandLine line;
    line.config_file = config_file();
    line.argument = argument;
    return line;
  }
  std::ostringstream out;
};

TEST_F(PluginCommandsTest, ListNamesEveryComponent) {
  const Status status = list_plugins(line(), installation, out);
  ASSERT_TRUE(status.ok()) << status.log_text();
  for (const char* word : {"ducklake", "local", "query", "wait", "cvg.step/1"})
    EXPECT_NE(out.str().find(word), std::string::npos) << out.str();
}

TEST_F(PluginCommandsTest, ListAndLintLeaveNothingInTheDataFolder) {
  ASSERT_TRUE(list_plugins(line(), installation, out).ok());
  ASSERT_TRUE(lint_template(line(std::string(CVG_SOURCE_DIR) + "/configs/gcp/example/dryrun.yml"), installation, out).ok());
  EXPECT_FALSE(path_exists(std::string(folder.path()) + "/data"));
}

TEST_F(PluginCommandsTest, InspectTakesAPathOrTheNameOfAConfiguredPlugin) {
  for (const std::string& word : {installation.plugins_dir() + "/wait.so", std::string("wait")}) {
    out.str("");
    const Status status = inspect_plugin(line(word), installation, out);
    ASSERT_TRUE(status.ok()) << status.log_text();
    EXPECT_EQ((*parse_json(out.str()))["id"].text(), "convergence.wait");
  }
  EXPECT_EQ(inspect_plugin(line("wayt"), installation, out).text(),
            "wayt is neither a configured plugin (ducklake, local, query, wait) nor a file");
}

TEST_F(PluginCommandsTest, LintTellsPlaceAndReason) {
  EXPECT_TRUE(lint_template(line(std::string(CVG_SOURCE_DIR) + "/configs/gcp/example/dryrun.yml"), installation, out).ok());
  const std::string path = std::string(folder.path()) + "/bad.yml";
  std::ofstream(path) << "description: x\nversion: 1\nsteps:\n  - {step_id: a, type: wayt, seconds: 0}\n";
  const Status status = lint_template(line(path), installation, out);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(out.str().find("bad.yml:4"), std::string::npos) << out.str();
}

TEST_F(PluginCommandsTest, LintWithoutAServerYmlSaysWhatItCouldNotCheck) {
  const std::string path = std::string(folder.path()) + "/some.yml";
  std::ofstream(path) << "steps:\n  - {step_id: a, type: wayt, seconds: 0}\n";
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  CommandLine bare;
  bare.argument = path;
  const Status sound = lint_template(bare, Installation(std::string(folder.path()) + "/bin/convergence"), out);
  std::ofstream(path) << "stepz: []\n";
  const Status wrong = lint_template(bare, Installation(std::string(folder.path()) + "/bin/convergence"), out);
  std::filesystem::current_path(before);
  EXPECT_TRUE(sound.ok()) << sound.text();
  EXPECT_TRUE(out.str().starts_with("No server.yml was found")) << out.str();
  EXPECT_FALSE(wrong.ok());
}

}  // namespace
}  // namespace cvg
