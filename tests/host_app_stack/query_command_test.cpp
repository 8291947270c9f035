#include <sstream>

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
  const Status status = query(line("nobody", "SELECT 1"), installation, out);
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(status.text().empty());
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
