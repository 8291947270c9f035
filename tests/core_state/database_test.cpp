#include "core/state/database.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

TEST_F(StoreTest, SecondServerOnTheSameFolderIsRefusedInASentence) {
  const Result<std::unique_ptr<Database>> second = open_database({.path = folder_.file("state.sqlite")});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::unavailable);
  EXPECT_EQ(second.status().text(), "another Convergence server (pid " + std::to_string(::getpid()) + ") uses " + folder_.path());
}

TEST_F(StoreTest, LockIsFreeAfterTheDatabaseIsClosed) {
  database_.reset();
  EXPECT_TRUE(open_database({.path = folder_.file("state.sqlite")}).ok());
}

TEST_F(StoreTest, ContentOutlivesTheProcess) {
  ASSERT_TRUE(tenants_->create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  open();
  const auto tenant = tenants_->get("acme");
  ASSERT_TRUE(tenant.ok() && *tenant);
  EXPECT_EQ((*tenant)->company_name, "Acme");
}

TEST(Database, ReadsAndWritesInMemory) {
  const auto database = open_database({.path = ":memory:"});
  ASSERT_TRUE(database.ok());
  FakeClock clock;
  TenantStore tenants(**database, clock);
  ASSERT_TRUE(tenants.create(make_tenant("acme"), make_key("acme", "k"), {}).ok());
  EXPECT_TRUE((*tenants.get("acme")).has_value());
}

TEST_F(StoreTest, AReaderSeesOneSnapshotWhileOthersWrite) {
  ASSERT_TRUE(begin("acme", "one").ok());
  const Status status = database_->read([&](Connection& c) {
    Statement& before = c.prepare("SELECT count(*) FROM tenant_pipeline_runs");
    EXPECT_TRUE(before.step());
    EXPECT_EQ(before.integer(0), 1);
    EXPECT_FALSE(before.step());
    std::thread([&] { EXPECT_TRUE(begin("acme", "two").ok()); }).join();
    Statement& after = c.prepare("SELECT count(*) FROM tenant_pipeline_runs");
    EXPECT_TRUE(after.step());
    EXPECT_EQ(after.integer(0), 1);
    return Status();
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 2);
}

TEST_F(StoreTest, AReaderCannotWrite) {
  const Status status = database_->read([](Connection& c) { return c.run("DELETE FROM tenant_profiles"); });
  EXPECT_FALSE(status.ok());
}

TEST_F(StoreTest, ReadersRunBesideEachOtherAndTheWriter) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        if (t < 2) {
          EXPECT_TRUE(begin("tenant" + std::to_string(t), std::to_string(i), {"BIG", 1000, 1000, 1000, 1, 1}).ok());
        } else {
          EXPECT_GE(count("SELECT count(*) FROM tenant_pipeline_runs"), 0);
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count("SELECT count(*) FROM tenant_pipeline_runs"), 100);
}

// The child begins runs and tells each id through a pipe only after begin() answered; then it is killed.
void begin_runs_for_ever(const std::string& path, int out) {
  const auto database = open_database({.path = path});
  if (!database.ok()) ::_exit(3);
  SystemClock clock;
  RunStore runs(**database, clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(t) + "_" + std::to_string(i);
        const auto begun = runs.begin(make_run("acme", name), {"BIG", 1 << 30, 1 << 30, 1 << 30, 1, 1}, true, {});
        if (!begun.ok()) ::_exit(4);
        if (::write(out, begun->run_id.data(), 36) != 36) ::_exit(5);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

std::vector<std::string> kill_while_it_begins_runs(const std::string& path, int after_ids) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    begin_runs_for_ever(path, ends[1]);
    ::_exit(6);
  }
  ::close(ends[1]);
  std::vector<std::string> ids;
  std::string id(36, ' ');
  while (::read(ends[0], id.data(), 36) == 36) {
    ids.push_back(id);
    if (static_cast<int>(ids.size()) == after_ids) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  return ids;
}

TEST_F(StoreTest, KillLosesNothingThatWasAnswered) {
  database_.reset();
  std::int64_t answered = 0;
  for (int kill = 0; kill < 10; ++kill) {
    const std::vector<std::string> ids = kill_while_it_begins_runs(folder_.file("state.sqlite"), 5 + kill * 37);
    open();
    for (const std::string& id : ids) {
      const auto run = runs_->get("acme", id);
      ASSERT_TRUE(run.ok() && *run) << id;
    }
    answered += static_cast<std::int64_t>(ids.size());
    const std::int64_t rows = count("SELECT count(*) FROM tenant_pipeline_runs");
    EXPECT_GE(rows, answered);
    EXPECT_EQ(rows, count("SELECT sum(pipelines_run_today) FROM tenant_usage_quotas")) << "usage and runs differ";
    // The next child begins the same pipelines again.
    ASSERT_TRUE(database_->write([](Connection& c) { return c.run("UPDATE tenant_pipeline_runs SET status = 'FAILED'"); }).ok());
    database_.reset();
  }
  open();
}

}  // namespace
}  // namespace cvg
