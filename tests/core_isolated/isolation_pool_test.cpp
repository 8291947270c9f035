#include "core/isolated/isolation_pool.h"

#include <csignal>

#include "tests/core_isolated/workbench.h"

namespace cvg {
namespace {

class IsolationPoolTest : public Workbench {
 protected:
  IsolationPoolTest() {
    plan_.command = test_worker();
    plan_.plugin = "unruly";
    plan_.limits = limits_of_tests();
    plan_.config = Json::object();
  }
  void SetUp() override {
    Workbench::SetUp();
    plan_.path = registry_.plugins().at(0).copy_path;
    plan_.sha256 = registry_.plugins().at(0).sha256;
  }
  SpawnThread spawner_;
  WorkerPlan plan_;
};

TEST_F(IsolationPoolTest, MoreThanItsWorkersWaitUntilTheirDeadline) {
  IsolationPool pool(spawner_, plan_, "the step unruly");
  Call call(options());
  Result<std::unique_ptr<WorkerProcess>> first = pool.acquire(call.raw()), second = pool.acquire(call.raw());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(pool.busy(), 2u);
  Call late(options(30));
  EXPECT_EQ(pool.acquire(late.raw()).status().code(), Code::deadline);
  const int pid = (*first)->pid();
  pool.give_back(std::move(*first));
  const Result<std::unique_ptr<WorkerProcess>> third = pool.acquire(call.raw());
  ASSERT_TRUE(third.ok());
  EXPECT_EQ((*third)->pid(), pid);
  pool.drop(std::move(*second));
  EXPECT_EQ(pool.busy(), 1u);
}

TEST_F(IsolationPoolTest, WorkerThatDiedWhileNobodyNeededItIsReplaced) {
  IsolationPool pool(spawner_, plan_, "the step unruly");
  Call call(options());
  Result<std::unique_ptr<WorkerProcess>> first = pool.acquire(call.raw());
  ASSERT_TRUE(first.ok());
  const int pid = (*first)->pid();
  (*first)->send_signal(SIGKILL);
  static_cast<void>((*first)->describe_end());
  pool.give_back(std::move(*first));
  const Result<std::unique_ptr<WorkerProcess>> second = pool.acquire(call.raw());
  ASSERT_TRUE(second.ok());
  EXPECT_NE((*second)->pid(), pid);
}

TEST_F(IsolationPoolTest, WorkerLoadsOnlyTheBytesThatWereVerified) {
  plan_.sha256 = std::string(64, 'a');
  const Result<LoadedWorker> started = start_worker(spawner_, plan_, nullptr);
  EXPECT_EQ(started.status().code(), Code::config);
  EXPECT_NE(started.status().text().find("holds other bytes than its name says"), std::string::npos) << started.status().text();
}

}  // namespace
}  // namespace cvg
