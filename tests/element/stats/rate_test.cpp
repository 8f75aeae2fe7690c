// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stats/rate.hpp"

#include <gtest/gtest.h>

namespace rtcmc::stats {
namespace {

using namespace std::chrono_literals;

constexpr Rate::TimePoint kStart{};

TEST(Rate, FirstIsTheMeanSinceTheBeginning) {
  Rate rate(kStart);
  EXPECT_EQ(rate.update(100, kStart + 10s), 10);
}

TEST(Rate, ThenTheMeanSinceTheLookBefore) {
  Rate rate(kStart);
  (void)rate.update(100, kStart + 10s);
  EXPECT_EQ(rate.update(160, kStart + 12s), 30);
  EXPECT_EQ(rate.update(160, kStart + 13s), 0);
}

TEST(Rate, ManyLooksInARowSeeOverASecond) {
  Rate rate(kStart);
  (void)rate.update(100, kStart + 1s);
  // One frame comes now: 1 in 10 ms would be 100 a second.
  EXPECT_LT(rate.update(101, kStart + 1010ms), 101);
  for (int i = 2; i <= 300; ++i) {
    const double seen = rate.update(100 + i, kStart + 1s + i * 10ms);
    EXPECT_NEAR(seen, 100, 0.001);
  }
}

TEST(Rate, ACounterThatBeginsAgainIsAnother) {
  Rate rate(kStart);
  (void)rate.update(1000, kStart + 1s);
  EXPECT_EQ(rate.update(5, kStart + 2s), 0);
  EXPECT_EQ(rate.update(25, kStart + 4s), 10);
}

TEST(Rate, NoTimeIsNoRate) {
  Rate rate(kStart);
  EXPECT_EQ(rate.update(5, kStart), 0);
}

}  // namespace
}  // namespace rtcmc::stats
