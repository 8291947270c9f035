#include "core/isolated/worker_call.h"

#include "tests/core_isolated/workbench.h"

namespace cvg {
namespace {

class WorkerCallTest : public testing::Test {
 protected:
  // A worker that is a shell: whatever it says on its socket is said here in octal.
  std::unique_ptr<WorkerProcess> worker(const std::string& script) {
    Result<std::unique_ptr<WorkerProcess>> started = WorkerProcess::start({"/bin/sh", "-c", script});
    EXPECT_TRUE(started.ok());
    return std::move(*started);
  }
  Call::Options options(std::int64_t milliseconds) {
    Call::Options options;
    options.clock = &clock_;
    options.services = &services_;
    options.deadline_monotonic_ms = clock_.monotonic_ms() + milliseconds;
    return options;
  }
  Status exchange(const std::string& script, std::int64_t milliseconds) {
    Call call(options(milliseconds));
    const std::unique_ptr<WorkerProcess> process = worker(script);
    WorkerCall exchange(*process, limits_, who_, call.raw(), nullptr);
    return exchange.exchange(MessageType::call, "x", MessageType::answer).status();
  }
  const std::string who_ = "the plugin shell";
  const IsolationLimits limits_{1, 64, 50, 1};
  SystemClock clock_;
  KeptServices services_;
};

TEST_F(WorkerCallTest, AnswerIsTheMessagesBody) {
  // An answer (type 6) of two bytes.
  EXPECT_TRUE(exchange("printf '\\2\\0\\0\\0\\6\\0\\0\\0ok' >&3; sleep 100", 60'000).ok());
}

TEST_F(WorkerCallTest, MessageOutOfTurnEndsTheWorker) {
  EXPECT_EQ(exchange("printf '\\0\\0\\0\\0\\2\\0\\0\\0' >&3; sleep 100", 60'000).text(),
            "the process of the plugin shell sent a message out of turn, and was ended");
}

TEST_F(WorkerCallTest, DeadlineBecomesSignals) {
  const Status status = exchange("trap '' TERM; while :; do :; done", 20);
  EXPECT_EQ(status.code(), Code::deadline);
  EXPECT_EQ(status.text(), "the plugin shell did not stop within 50 ms (isolation.kill_grace_ms); its process was ended by signal 9 (Killed)");
  EXPECT_EQ(services_.lines, std::vector<std::string>{status.text()});
}

TEST_F(WorkerCallTest, EndOfTheWorkerIsTold) {
  EXPECT_EQ(exchange("exit 9", 60'000).text(), "the process of the plugin shell ended with the exit code 9");
}

TEST_F(WorkerCallTest, CallWithoutDeadlineHasTheLimits) {
  Call call(options(5000));
  EXPECT_LE(WorkerCall::remaining_ms(call.raw(), limits_), 5000);
  EXPECT_EQ(WorkerCall::remaining_ms(nullptr, limits_), 1000);
}

}  // namespace
}  // namespace cvg
