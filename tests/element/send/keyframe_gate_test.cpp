// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/keyframe_gate.hpp"

#include <gtest/gtest.h>

namespace {

using rtcmc::send::KeyframeGate;
using std::chrono::milliseconds;

KeyframeGate::Time at(int ms) {
  return KeyframeGate::Time(milliseconds(100'000 + ms));
}

TEST(KeyframeGate, TheFirstRequestIsPassedOnAtOnce) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_request(at(0)));
}

TEST(KeyframeGate, RequestsForTheKeyframeOnItsWayAreMerged) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_request(at(0)));
  EXPECT_FALSE(gate.on_request(at(10)));
  EXPECT_FALSE(gate.on_newcomer(at(200)));
  EXPECT_FALSE(gate.on_frame(at(210), false));
  EXPECT_FALSE(gate.on_frame(at(220), true));
  EXPECT_FALSE(gate.on_frame(at(900), false)) << "all were served by one";
}

TEST(KeyframeGate, ARequestTooEarlyIsNotLost) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_request(at(0)));
  EXPECT_FALSE(gate.on_frame(at(20), true));
  EXPECT_FALSE(gate.on_request(at(100)));
  EXPECT_FALSE(gate.on_request(at(400)));
  EXPECT_FALSE(gate.on_frame(at(499), false));
  EXPECT_TRUE(gate.on_frame(at(501), false));
  EXPECT_FALSE(gate.on_frame(at(520), false)) << "asked already";
}

TEST(KeyframeGate, AKeyframeByItselfServesWhoWaits) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_request(at(0)));
  EXPECT_FALSE(gate.on_frame(at(20), true));
  EXPECT_FALSE(gate.on_request(at(100)));
  EXPECT_FALSE(gate.on_frame(at(300), true));
  EXPECT_FALSE(gate.on_frame(at(600), false));
}

TEST(KeyframeGate, ANewcomerNeedNotWaitForTheFullInterval) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_newcomer(at(0)));
  EXPECT_FALSE(gate.on_frame(at(10), true));
  EXPECT_FALSE(gate.on_newcomer(at(50)));
  EXPECT_TRUE(gate.on_frame(at(100), false));
  EXPECT_FALSE(gate.on_frame(at(110), true));
  EXPECT_TRUE(gate.on_newcomer(at(250)));
}

TEST(KeyframeGate, AsksAgainUntilTheKeyframeComes) {
  KeyframeGate gate;
  EXPECT_TRUE(gate.on_newcomer(at(0)));
  EXPECT_FALSE(gate.on_frame(at(400), false));
  EXPECT_TRUE(gate.on_frame(at(500), false));
  EXPECT_FALSE(gate.on_frame(at(900), false));
  EXPECT_TRUE(gate.on_frame(at(1000), false));
  EXPECT_FALSE(gate.on_frame(at(1100), true));
  EXPECT_FALSE(gate.on_frame(at(2000), false));
}

}  // namespace
