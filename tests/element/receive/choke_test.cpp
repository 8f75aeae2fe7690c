// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/choke.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace rtcmc::receive {
namespace {

using std::chrono::milliseconds;

struct Step {
  int ms;
  bool is_full;
  bool can_start;
  bool passes;
  bool asks;
};

void follow(const std::vector<Step>& steps) {
  Choke choke;
  for (const Step& step : steps) {
    const auto decision = choke.on_arrival(Choke::Time(milliseconds(100'000 + step.ms)), step.is_full, step.can_start);
    EXPECT_EQ(decision.passes, step.passes) << "at " << step.ms;
    EXPECT_EQ(decision.asks_for_keyframe, step.asks) << "at " << step.ms;
  }
}

TEST(Choke, EverythingPassesWhileThereIsRoom) {
  follow({{0, false, false, true, false}, {10, false, true, true, false}, {20, false, false, true, false}});
}

TEST(Choke, AfterADropNothingPassesUntilAKeyframe) {
  follow({{0, true, false, false, false},
          {10, false, false, false, true},
          {20, false, false, false, false},
          {30, false, true, true, false},
          {40, false, false, true, false}});
}

TEST(Choke, WhileThereIsNoRoomNoKeyframeIsAskedForNorPasses) {
  follow({{0, true, false, false, false}, {5000, true, true, false, false}, {9000, true, false, false, false}});
}

TEST(Choke, AKeyframeThatDoesNotComeIsAskedForAgain) {
  follow({{0, true, false, false, false},
          {10, false, false, false, true},
          {1009, false, false, false, false},
          {1010, false, false, false, true},
          {1020, false, false, false, false}});
}

TEST(Choke, TheFirstDropOfARowIsKnown) {
  Choke choke;
  const Choke::Time now(milliseconds(100'000));
  EXPECT_TRUE(choke.on_arrival(now, true, false).is_first_drop);
  EXPECT_FALSE(choke.on_arrival(now, true, false).is_first_drop);
  EXPECT_FALSE(choke.on_arrival(now, false, true).is_first_drop);
  EXPECT_TRUE(choke.on_arrival(now, true, true).is_first_drop);
}

}  // namespace
}  // namespace rtcmc::receive
