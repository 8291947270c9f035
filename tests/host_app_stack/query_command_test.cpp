#include <sstream>

#include "core/base/files.h"
#include "host/app/commands.h"
#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

class QueryCommandTest : public StackFixture {
 protected:
  CommandLine line(const std::string& tenant, const std::string& sql) const {
    CommandLine line;
    line.config_file = config_file();
    line.tenant = tenant;
    line.argument = sql;
    return line;
  }
  std::ostringstream out;
};

TEST_F(QueryCommandTest, AnUnknownTenantIsASentence) {
  ASSERT_TRUE(make_folders(std::string(folder.path()) + "/data/lakes", 0700).ok());
  const Status status = query(line("nobody", "SELECT 1"), installation, out);
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(status.text().empty());
}

TEST_F(QueryCommandTest, AMissingDataFolderIsASentenceAndStaysMissing) {
  const Status status = query(line("acme", "SELECT 1"), installation, out);
  EXPECT_EQ(status.text(), std::string(folder.path()) + "/data is no data folder of a server: --data names the folder that a server was started with");
  EXPECT_FALSE(path_exists(std::string(folder.path()) + "/data"));
}

TEST_F(QueryCommandTest, AMalformedTenantIsRefused) {
  EXPECT_EQ(query(line("../x", "SELECT 1"), installation, out).code(), Code::invalid);
}

TEST_F(QueryCommandTest, TheSessionParentRefusesWhatItCannotRead) {
  EXPECT_FALSE(be_session_parent("nonsense").ok());
  EXPECT_FALSE(be_session_parent("{\"config\":\"{}\",\"plugin\":\"none\",\"path\":\"/nonexistent.so\"}").ok());
}

}  // namespace
}  // namespace cvg
