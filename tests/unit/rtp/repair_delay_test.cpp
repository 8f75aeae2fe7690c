// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/repair_delay.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace rtcmc::rtp {
namespace {

using namespace std::chrono_literals;

RepairDelay after(unsigned reports, double lost, std::optional<std::chrono::nanoseconds> round_trip) {
  RepairDelay delay;
  for (unsigned i = 0; i < reports; ++i) {
    delay.on_report(lost, round_trip);
  }
  return delay;
}

TEST(RepairDelay, LastsAsLongAsARepairTakes) {
  struct Case {
    double lost;
    std::optional<std::chrono::nanoseconds> round_trip;
    std::chrono::milliseconds delay;
  };
  const std::vector<Case> cases{
      {0, 100ms, 0ms},      {0.01, 100ms, 0ms}, {0.03, 100ms, 200ms},       {0.1, 100ms, 300ms}, {0.1, 101ms, 350ms},
      {0.1, 0ms, 200ms},    {0.1, 20ms, 250ms}, {0.1, std::nullopt, 300ms}, {0.1, 400ms, 500ms}, {0.03, 10s, 500ms},
      {0.25, 100ms, 300ms}, {0.5, 100ms, 0ms},  {1, std::nullopt, 0ms},
  };
  for (const auto& [lost, round_trip, delay] : cases) {
    // What is overload in the end passes by noise.
    EXPECT_EQ(after(50, lost, round_trip).value(), delay) << lost;
  }
}

TEST(RepairDelay, ComesWithinThreeReports) {
  EXPECT_EQ(after(1, 0.1, 100ms).value(), 200ms);
  EXPECT_EQ(after(3, 0.1, 100ms).value(), 300ms);
}

TEST(RepairDelay, OneBadReportIsNothing) {
  RepairDelay delay;
  EXPECT_FALSE(delay.on_report(0.07, 100ms));
  EXPECT_EQ(delay.value(), 0ms);
}

TEST(RepairDelay, GoesWhenTheLinkHasBeenGoodForAWhile) {
  auto delay = after(50, 0.1, 100ms);
  unsigned reports = 1;
  for (; !delay.on_report(0, 100ms); ++reports) {
    ASSERT_EQ(delay.value(), 300ms);
    ASSERT_LT(reports, 100U);
  }
  EXPECT_GE(reports, RepairDelay::kReportsToShorten);
  EXPECT_EQ(delay.value(), 0ms);
}

TEST(RepairDelay, StaysWhenLossComesAndGoes) {
  auto delay = after(50, 0.1, 100ms);
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_FALSE(delay.on_report(i % 10 == 0 ? 0.35 : 0.0, 100ms)) << i;
  }
  EXPECT_EQ(delay.value(), 300ms);
}

TEST(RepairDelay, WhatIsOnlyLateIsNotLost) {
  RepairDelay delay;
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_FALSE(delay.on_report(i % 2 == 0 ? 0.05 : -0.05, 100ms)) << i;
  }
  EXPECT_EQ(delay.value(), 0ms);
}

}  // namespace
}  // namespace rtcmc::rtp
