#include "core/deliver/backoff.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

const Backoff backoff{1000, 60'000, 100'000};

TEST(Backoff, DoublesUpToTheLongestPause) {
  EXPECT_EQ(pause_ms(backoff, 1, 0.5), 1000);
  EXPECT_EQ(pause_ms(backoff, 2, 0.5), 2000);
  EXPECT_EQ(pause_ms(backoff, 5, 0.5), 16'000);
  EXPECT_EQ(pause_ms(backoff, 7, 0.5), 60'000);
  EXPECT_EQ(pause_ms(backoff, 1'000'000, 0.5), 60'000);
}

TEST(Backoff, ChanceSpreadsIt) {
  EXPECT_EQ(pause_ms(backoff, 1, 0), 800);
  EXPECT_EQ(pause_ms(backoff, 1, 1), 1200);
  for (int i = 0; i < 1000; ++i) {
    const double chance = random_chance();
    ASSERT_GE(chance, 0);
    ASSERT_LT(chance, 1);
  }
}

TEST(Backoff, WhatTheOtherSideAskedForIsHonouredWithinReason) {
  EXPECT_EQ(pause_ms(backoff, 1, 0.5, 5000), 5000);
  EXPECT_EQ(pause_ms(backoff, 5, 0.5, 5000), 16'000);
  EXPECT_EQ(pause_ms(backoff, 1, 0.5, 86'400'000), 100'000);
}

}  // namespace
}  // namespace cvg
