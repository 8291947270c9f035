#include <fstream>
#include <sstream>

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

TEST_F(PluginCommandsTest, InspectPrintsTheManifest) {
  const Status status = inspect_plugin(line(installation.plugins_dir() + "/wait.so"), out);
  ASSERT_TRUE(status.ok()) << status.log_text();
  EXPECT_TRUE(parse_json(out.str()).ok());
}

TEST_F(PluginCommandsTest, LintTellsPlaceAndReason) {
  EXPECT_TRUE(lint_template(line(std::string(CVG_SOURCE_DIR) + "/configs/gcp/example/dryrun.yml"), installation, out).ok());
  const std::string path = std::string(folder.path()) + "/bad.yml";
  std::ofstream(path) << "description: x\nversion: 1\nsteps:\n  - {step_id: a, type: wayt, seconds: 0}\n";
  const Status status = lint_template(line(path), installation, out);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(out.str().find("bad.yml:4"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace cvg
