#include "core/schedule/scheduler_timer.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include "tests/fakes/fake_clock.h"

namespace cvg {
namespace {

// Counts what the timer asks for.
class CountingOperations final : public SchedulerOperations {
 public:
  Result<TriggerCounts> trigger(const std::string&, std::int64_t, const ScheduleCaller& caller) override {
    EXPECT_EQ(caller.actor, "scheduler");
    ++triggers;
    if (!next.ok()) return next;
    return TriggerCounts{};
  }
  Result<QueueProgress> process_queue(std::int64_t) override {
    ++looks;
    return QueueProgress{};
  }
  Result<SchedulerNumbers> numbers() override { return SchedulerNumbers{}; }
  Result<QuotaReset> reset_quotas(const ScheduleCaller&) override { return QuotaReset{}; }
  Result<std::vector<Mended>> clean_up(const ScheduleCaller&) override {
    ++cleanups;
    return std::vector<Mended>{};
  }
  std::atomic<int> triggers{0}, looks{0}, cleanups{0};
  Status next;
};

class SchedulerTimerTest : public testing::Test {
 protected:
  SchedulerTimer::Parts parts() {
    return {operations, [] { return Result<std::optional<std::int64_t>>(std::optional<std::int64_t>()); }, clock, log, 60'000, 300'000};
  }
  // Waits until it is so; a test that never sees it ends by its own time limit.
  template <class F>
  static void wait_for(F is_so) {
    while (!is_so()) ::usleep(1000);
  }
  FakeClock clock;
  Log log{Severity::error};
  CountingOperations operations;
};

TEST_F(SchedulerTimerTest, LooksAtEverythingWhenItBegins) {
  SchedulerTimer timer(parts());
  wait_for([&] { return operations.triggers == 1 && operations.looks >= 1 && operations.cleanups == 1; });
}

TEST_F(SchedulerTimerTest, AWakeLooksAtTheQueueAloneAndAChangeAtTheSchedulesToo) {
  SchedulerTimer timer(parts());
  wait_for([&] { return operations.looks >= 1; });
  const int looks = operations.looks;
  timer.wake();
  wait_for([&] { return operations.looks > looks; });
  EXPECT_EQ(operations.triggers, 1);
  timer.look();
  wait_for([&] { return operations.triggers == 2; });
  EXPECT_EQ(operations.cleanups, 1);
}

TEST_F(SchedulerTimerTest, TimeThatHasPassedTriggers) {
  SchedulerTimer timer(parts());
  wait_for([&] { return operations.looks >= 1; });
  clock.advance_ms(60'000);
  timer.wake();
  wait_for([&] { return operations.triggers == 2; });
}

TEST_F(SchedulerTimerTest, AClockThatWentBackStopsNothing) {
  SchedulerTimer timer(parts());
  wait_for([&] { return operations.looks >= 1; });
  clock.jump_to_ms(clock.now_ms() - 86'400'000);
  timer.wake();
  wait_for([&] { return operations.triggers == 2; });
}

TEST_F(SchedulerTimerTest, StopsWhileItSleeps) {
  SchedulerTimer timer(parts());
  wait_for([&] { return operations.looks >= 1; });
  timer.stop();
  timer.stop();
}

}  // namespace
}  // namespace cvg
