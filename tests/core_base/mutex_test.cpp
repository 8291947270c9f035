#include "core/base/mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace cvg {
namespace {

TEST(Mutex, OneThreadAtATime) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        const MutexLock lock(mutex);
        ++count;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 8000);
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
}

TEST(CondVar, WakesWhoWaits) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread other([&] {
    const MutexLock lock(mutex);
    ready = true;
    changed.notify_all();
  });
  {
    const MutexLock lock(mutex);
    while (!ready) changed.wait(mutex);
  }
  other.join();
  const MutexLock lock(mutex);
  while (changed.wait_for_ms(mutex, 1)) continue;  // ends by its time
}

}  // namespace
}  // namespace cvg
