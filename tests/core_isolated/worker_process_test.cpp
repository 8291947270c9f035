#include "core/isolated/worker_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cerrno>
#include <thread>

namespace cvg {
namespace {

// Waits until the process is a zombie, however long a busy machine takes.
std::string end_of(WorkerProcess& worker) {
  while (!worker.ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return worker.describe_end();
}

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(WorkerProcess, TellsHowItEnded) {
  auto left = WorkerProcess::start(shell("exit 3"));
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(end_of(**left), "ended with the exit code 3");
  auto killed = WorkerProcess::start(shell("kill -9 $$"));
  ASSERT_TRUE(killed.ok());
  EXPECT_EQ(end_of(**killed), "was ended by signal 9 (Killed)");
  EXPECT_TRUE((*killed)->ended());
}

TEST(WorkerProcess, HasThreeDescriptorsAndNothingOfTheServersSecrets) {
  ::setenv("ADMIN_API_KEY", "secret", 1);
  auto clean = WorkerProcess::start(shell("test -z \"$ADMIN_API_KEY\" && test -e /proc/$$/fd/5 && exit 4"));
  ::unsetenv("ADMIN_API_KEY");
  ASSERT_TRUE(clean.ok());
  EXPECT_EQ(end_of(**clean), "ended with the exit code 4");
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
