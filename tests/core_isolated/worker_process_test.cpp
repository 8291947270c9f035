#include "core/isolated/worker_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cerrno>

namespace cvg {
namespace {

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(WorkerProcess, TellsHowItEnded) {
  auto left = WorkerProcess::start(shell("exit 3"));
  ASSERT_TRUE(left.ok());
  EXPECT_EQ((*left)->describe_end(), "ended with the exit code 3");
  auto killed = WorkerProcess::start(shell("kill -9 $$"));
  ASSERT_TRUE(killed.ok());
  EXPECT_EQ((*killed)->describe_end(), "was ended by signal 9 (Killed)");
  EXPECT_TRUE((*killed)->ended());
}

TEST(WorkerProcess, HasThreeDescriptorsAndNothingOfTheServersSecrets) {
  ::setenv("ADMIN_API_KEY", "secret", 1);
  auto clean = WorkerProcess::start(shell("test -z \"$ADMIN_API_KEY\" && test -e /proc/$$/fd/5 && exit 4"));
  ::unsetenv("ADMIN_API_KEY");
  ASSERT_TRUE(clean.ok());
  EXPECT_EQ((*clean)->describe_end(), "ended with the exit code 4");
}

TEST(WorkerProcess, EndsWithItsObject) {
  auto worker = WorkerProcess::start(shell("sleep 1000"));
  ASSERT_TRUE(worker.ok());
  EXPECT_FALSE((*worker)->ended());
  const int pid = (*worker)->pid();
  worker->reset();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(WorkerProcess, MissingProgramIsAnError) { EXPECT_FALSE(WorkerProcess::start({"/nowhere/at/all"}).ok()); }

}  // namespace
}  // namespace cvg
