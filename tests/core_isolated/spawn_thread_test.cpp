#include "core/isolated/spawn_thread.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace cvg {
namespace {

TEST(SpawnThread, EverythingRunsOnOneThreadAndIsDoneWhenRunReturns) {
  SpawnThread spawner;
  std::set<std::thread::id> threads;  // only ever touched by the one thread
  std::vector<std::thread> askers;
  for (int i = 0; i < 4; ++i)
    askers.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        bool done = false;
        spawner.run([&] {
          threads.insert(std::this_thread::get_id());
          done = true;
        });
        EXPECT_TRUE(done);
      }
    });
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(threads.size(), 1u);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

}  // namespace
}  // namespace cvg
