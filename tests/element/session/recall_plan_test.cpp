// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/recall_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace rtcmc {
namespace {

using namespace std::chrono_literals;
using Hope = RecallPlan::Hope;

const RecallPlan::Time kStart{1h};

/// How long somebody is asked who never answers.
RecallPlan::Time end_of(const RecallPlan& plan) {
  auto now = kStart;
  while (const auto delay = plan.unanswered(now)) {
    now += *delay;
  }
  return now;
}

TEST(RecallPlan, WhatWorkedIsAskedForAtOnce) {
  RecallPlan plan(Hope::Usual, kStart);
  EXPECT_EQ(plan.connection_failed(true, kStart), 0ms);
}

TEST(RecallPlan, QuestionsEnd) {
  EXPECT_GE(end_of(RecallPlan(Hope::Usual, kStart)), kStart + 10min);
  EXPECT_LE(end_of(RecallPlan(Hope::Usual, kStart)), kStart + 20min);
  EXPECT_LE(end_of(RecallPlan(Hope::Little, kStart)), kStart + 3min);
}

TEST(RecallPlan, ANetworkThatIsBackAfterAMinuteIsNoticedWithinSeconds) {
  const RecallPlan plan(Hope::Usual, kStart);
  EXPECT_LE(plan.unanswered(kStart + 60s), 3s);
  EXPECT_LE(plan.unanswered(kStart + 10min), 15s);
}

TEST(RecallPlan, WhatNeverWorksIsTriedEverMoreSeldomAndGivenUp) {
  RecallPlan plan(Hope::Usual, kStart);
  unsigned tries = 0;
  RecallPlan::Delay longest = 0ms;
  while (const auto delay = plan.connection_failed(false, kStart)) {
    EXPECT_GT(*delay, longest);
    longest = *delay;
    ASSERT_LE(++tries, 10U);
  }
  EXPECT_GE(tries, 3U);
}

TEST(RecallPlan, WhatHasWorkedMeanwhileBeginsAnew) {
  RecallPlan plan(Hope::Little, kStart);
  while (plan.connection_failed(false, kStart)) {
  }
  EXPECT_EQ(plan.connection_failed(true, kStart + 1h), 0ms);
  EXPECT_TRUE(plan.unanswered(kStart + 1h + 5min));
  EXPECT_TRUE(plan.connection_failed(false, kStart + 1h));
}

}  // namespace
}  // namespace rtcmc
