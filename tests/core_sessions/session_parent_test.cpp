// The parent's loop and a session's process, without the pool: what the other side of the wire sees.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/warehouse/session_process.h"
#include "core/warehouse/session_wire.h"

namespace cvg {
namespace {

Result<std::unique_ptr<SessionParent>> parent() {
  return SessionParent::start({"/proc/self/exe", "--session-parent", "256"});
}

SessionQuery ask(const std::string& sql) {
  SessionQuery query;
  query.tenant_id = "acme";
  query.sql = sql;
  return query;
}

TEST(SessionParent, ForksASessionForEachRequest) {
  auto warm = parent();
  ASSERT_TRUE(warm.ok()) << warm.status().text();
  std::string pids[2];
  for (std::string& pid : pids) {
    auto session = (*warm)->spawn(testing::TempDir() + "/session_parent_test");
    ASSERT_TRUE(session.ok());
    ASSERT_TRUE((*session)->open(ask(""), {}).ok());
    pid = (*session)->query(ask("pid"), {}, 5000)->body;
  }
  EXPECT_NE(pids[0], pids[1]);
}

TEST(SessionParent, SeesNothingOfTheServersSecrets) {
  ::setenv("ADMIN_API_KEY", "secret", 1);
  auto warm = parent();
  ::unsetenv("ADMIN_API_KEY");
  ASSERT_TRUE(warm.ok()) << warm.status().text();
  auto session = (*warm)->spawn(testing::TempDir() + "/session_parent_test");
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE((*session)->open(ask(""), {}).ok());
  EXPECT_EQ((*session)->query(ask("admin_key"), {}, 5000)->body, "hidden");
}

TEST(SessionParent, AProgramThatIsNoParentIsASentence) {
  EXPECT_FALSE(SessionParent::start({"/nonexistent/program"}).ok());
  const Status status = SessionParent::start({"/bin/true"}).status();
  EXPECT_EQ(status.code(), Code::unavailable);
  EXPECT_NE(status.text().find("did not start"), std::string::npos);
}

}  // namespace
}  // namespace cvg
