#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "core/base/files.h"
#include "core/warehouse/sessions.h"

namespace cvg {
namespace {

class SessionPool : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/cvg_sessions_XXXXXX";
    folder_ = mkdtemp(folder);
  }
  void TearDown() override {
    sessions_.reset();
    (void)remove_tree(folder_);
  }
  Sessions& start(SessionLimits limits = {}, const std::string& config = "{}") {
    Result<std::unique_ptr<Sessions>> started =
        start_sessions({"/proc/self/exe", "--session-parent", std::to_string(limits.memory_mb), config}, folder_ + "/scratch", limits, clock_);
    EXPECT_TRUE(started.ok()) << started.status().text();
    sessions_ = std::move(started).value();
    return *sessions_;
  }
  static SessionQuery ask(const std::string& sql, const std::string& tenant = "acme") {
    SessionQuery query;
    query.tenant_id = query.display_id = tenant;
    query.sql = sql;
    return query;
  }
  SystemClock clock_;
  std::string folder_;
  std::unique_ptr<Sessions> sessions_;
};

TEST_F(SessionPool, AnswersAndKeepsTheSessionWarm) {
  Sessions& sessions = start();
  Result<SessionAnswer> first = sessions.query(ask("pid"));
  Result<SessionAnswer> second = sessions.query(ask("pid"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(first->warm);
  EXPECT_TRUE(second->warm);
  EXPECT_EQ(first->body, second->body);
  EXPECT_NE(first->body, std::to_string(getpid()));
  EXPECT_EQ(first->row_count, 1);
}

TEST_F(SessionPool, ASessionServesOneTenantOnly) {
  Sessions& sessions = start();
  EXPECT_EQ(sessions.query(ask("tenant", "acme"))->body, "acme");
  EXPECT_EQ(sessions.query(ask("tenant", "other"))->body, "other");
  EXPECT_NE(sessions.query(ask("pid", "acme"))->body, sessions.query(ask("pid", "other"))->body);
}

TEST_F(SessionPool, APublicationEndsOlderSessionsOfThatTenantAlone) {
  Sessions& sessions = start();
  const std::string mine = sessions.query(ask("pid"))->body, others = sessions.query(ask("pid", "other"))->body;
  sessions.published("acme");
  EXPECT_NE(sessions.query(ask("pid"))->body, mine);
  EXPECT_EQ(sessions.query(ask("pid", "other"))->body, others);
}

TEST_F(SessionPool, WrongSqlIsTheRequestsFaultAndLeavesTheSessionAlive) {
  Sessions& sessions = start();
  const std::string pid = sessions.query(ask("pid"))->body;
  Result<SessionAnswer> wrong = sessions.query(ask("SELEC"));
  EXPECT_EQ(wrong.status().code(), Code::invalid);
  EXPECT_EQ(wrong.status().text(), "syntax error");
  EXPECT_EQ(sessions.query(ask("pid"))->body, pid);
}

TEST_F(SessionPool, ALateQueryIsInterruptedAndAStuckOneKilled) {
  SessionLimits limits;
  limits.query_timeout_ms = 300;
  limits.kill_grace_ms = 100;
  Sessions& sessions = start(limits);
  EXPECT_EQ(sessions.query(ask("sleep")).status().code(), Code::limit);
  EXPECT_EQ(sessions.query(ask("stuck")).status().code(), Code::limit);
  EXPECT_TRUE(sessions.query(ask("echo again")).ok());
}

TEST_F(SessionPool, ACrashEndsOneSessionOnly) {
  Sessions& sessions = start();
  EXPECT_EQ(sessions.query(ask("crash")).status().code(), Code::limit);
  EXPECT_EQ(sessions.query(ask("echo on"))->body, "echo on");
}

TEST_F(SessionPool, MemoryIsBoundedByTheKernel) {
#ifdef CVG_SANITIZED
  GTEST_SKIP() << "RLIMIT_AS is not set under sanitizers";
#endif
  SessionLimits limits;
  limits.memory_mb = 128;
  Sessions& sessions = start(limits);
  EXPECT_TRUE(sessions.query(ask("eat 32")).ok());
  EXPECT_EQ(sessions.query(ask("eat 512")).status().code(), Code::limit);
}

TEST_F(SessionPool, MoreCallersThanSessionsWaitAndAreThenRefused) {
  SessionLimits limits;
  limits.sessions_max = 1;
  limits.query_timeout_ms = 400;
  limits.kill_grace_ms = 2000;  // the stuck session is held far longer than the other caller waits
  Sessions& sessions = start(limits);
  ASSERT_TRUE(sessions.query(ask("echo warm")).ok());
  std::thread busy([&] { EXPECT_EQ(sessions.query(ask("stuck")).status().code(), Code::limit); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const Status refused = sessions.query(ask("echo x", "other")).status();
  EXPECT_EQ(refused.code(), Code::rate_limited) << refused.text();
  busy.join();
}

TEST_F(SessionPool, OneTenantsLongQueriesLeaveRoomForAnother) {
  SessionLimits limits;
  limits.sessions_max = 3;
  limits.tenant_sessions_max = 2;
  limits.query_timeout_ms = 3000;
  Sessions& sessions = start(limits);
  std::vector<std::thread> greedy;
  for (int i = 0; i < 4; ++i) greedy.emplace_back([&] { EXPECT_FALSE(sessions.query(ask("stuck")).ok()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(sessions.query(ask("echo x", "other")).ok());
  for (std::thread& thread : greedy) thread.join();
}

TEST_F(SessionPool, TheLeastRecentlyUsedIdleSessionMakesRoom) {
  SessionLimits limits;
  limits.sessions_max = 2;
  Sessions& sessions = start(limits);
  for (const char* tenant : {"aaa", "bbb", "ccc", "ddd"}) EXPECT_EQ(sessions.query(ask("tenant", tenant))->body, tenant);
}

TEST_F(SessionPool, ADeadParentIsStartedAgain) {
  Sessions& sessions = start();
  ASSERT_TRUE(sessions.query(ask("echo x")).ok());
  const std::string command = "pgrep -P " + std::to_string(getpid()) + " -f session-parent > " + folder_ + "/parents";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "pgrep is not installed";
  std::ifstream pids(folder_ + "/parents");
  for (int pid = 0; pids >> pid;) kill(pid, SIGKILL);
  sessions.published("acme");
  EXPECT_TRUE(sessions.query(ask("echo y")).ok());
}

TEST_F(SessionPool, AMissingDatasetIsToldAndTheFolderOfASessionGoesWithIt) {
  Sessions& sessions = start();
  EXPECT_EQ(sessions.query(ask("echo x", "nobody")).status().code(), Code::not_found);
  sessions.stop();
  EXPECT_EQ(std::system(("rmdir " + folder_ + "/scratch").c_str()), 0) << "a session's folder was left behind";
  EXPECT_EQ(sessions.query(ask("echo x")).status().code(), Code::unavailable);
}

TEST_F(SessionPool, LimitsOfTheRequestAreNamed) {
  Sessions& sessions = start();
  EXPECT_NE(sessions.query(ask(std::string(20000, 'x'))).status().text().find("sessions.sql_bytes_max"), std::string::npos);
  SessionQuery many = ask("echo x");
  many.max_rows = 1000000;
  EXPECT_NE(sessions.query(many).status().text().find("sessions.rows_max"), std::string::npos);
}

TEST_F(SessionPool, AParentThatCannotWarmUpIsASentence) {
  Result<std::unique_ptr<Sessions>> started =
      start_sessions({"/proc/self/exe", "--session-parent", "64", "bad"}, folder_ + "/scratch", {}, clock_);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.status().text(), "extensions are missing");
}

}  // namespace
}  // namespace cvg
