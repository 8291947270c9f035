#include "core/isolated/worker_call.h"

#include <thread>

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
    options.cancel = &cancel_;
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
  std::atomic<bool> cancel_{false};
};

TEST_F(WorkerCallTest, AnswerIsTheMessagesBody) {
  // An answer (type 6) of two bytes.
  EXPECT_TRUE(exchange("printf '\\2\\0\\0\\0\\6\\0\\0\\0ok' >&3; sleep 100", 60'000).ok());
}

TEST_F(WorkerCallTest, MessageOutOfTurnEndsTheWorker) {
  EXPECT_EQ(exchange("printf '\\0\\0\\0\\0\\2\\0\\0\\0' >&3; sleep 100", 60'000).text(),
            "the process of the plugin shell sent a message out of turn, and was ended");
}

TEST_F(WorkerCallTest, StopBecomesSignals) {
  std::thread other([&] {
    while (services_.logged == 0) std::this_thread::yield();
    cancel_ = true;
  });
  // A note (type 9) of 21 bytes, a log line of level 0 without text, says that SIGTERM is not heard any more.
  const Status status = exchange("trap '' TERM; printf '\\25\\0\\0\\0\\11\\0\\0\\0\\1' >&3; head -c 20 /dev/zero >&3; while :; do :; done", 60'000);
  other.join();
  EXPECT_EQ(status.code(), Code::cancelled);
  EXPECT_EQ(status.text(), "the plugin shell did not stop within 50 ms (isolation.kill_grace_ms); its process was ended by signal 9 (Killed)");
  EXPECT_EQ(services_.lines.back(), status.text());
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
