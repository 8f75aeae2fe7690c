// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/backoff.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rtcmc::socketio {
namespace {

using namespace std::chrono_literals;

std::vector<Backoff::Delay> delays(Backoff& backoff, double random, unsigned count) {
  std::vector<Backoff::Delay> result;
  for (unsigned i = 0; i < count; ++i) {
    result.push_back(backoff.next(random));
  }
  return result;
}

TEST(Backoff, DoublesUpToTheLongest) {
  Backoff backoff(500ms, 15s);
  EXPECT_EQ(delays(backoff, 0, 7), (std::vector<Backoff::Delay>{500ms, 1s, 2s, 4s, 7500ms, 7500ms, 7500ms}));
}

TEST(Backoff, TheUpperHalfOfEachRangeIsJitter) {
  Backoff backoff(500ms, 15s);
  EXPECT_EQ(delays(backoff, 0.5, 6), (std::vector<Backoff::Delay>{750ms, 1500ms, 3s, 6s, 11250ms, 11250ms}));
}

TEST(Backoff, NeverLeavesItsBounds) {
  Backoff backoff(500ms, 15s);
  for (unsigned i = 0; i < 1000; ++i) {
    const auto delay = backoff.next((i % 10) / 10.0 + 0.0999);
    EXPECT_GE(delay, 500ms);
    EXPECT_LE(delay, 15s);
  }
}

TEST(Backoff, StartsAnewAfterReset) {
  Backoff backoff(500ms, 15s);
  delays(backoff, 0, 5);
  backoff.reset();
  EXPECT_EQ(backoff.next(0), 500ms);
}

TEST(Backoff, BoundsThatMeetGiveOneDelay) {
  Backoff backoff(500ms, 500ms);
  EXPECT_EQ(delays(backoff, 0.9, 2), (std::vector<Backoff::Delay>{500ms, 500ms}));
  Backoff swapped(500ms, 100ms);
  EXPECT_EQ(delays(swapped, 0.9, 2), (std::vector<Backoff::Delay>{500ms, 500ms}));
}

}  // namespace
}  // namespace rtcmc::socketio
