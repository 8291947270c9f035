#include "core/run/wide_thread.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

// 4 MiB on the stack: more than a sanitizer's or a small default's thread would carry twice.
int deep(int depth) {
  volatile char room[65536];
  room[0] = static_cast<char>(depth);
  return depth == 0 ? room[0] : deep(depth - 1) + (room[0] == static_cast<char>(depth) ? 1 : 0);
}

TEST(WideThread, HasRoomForDeepCalls) {
  int reached = 0;
  {
    WideThread thread([&] { reached = deep(64); });
    WideThread moved(std::move(thread));
  }
  EXPECT_EQ(reached, 64);
}

}  // namespace
}  // namespace cvg
