// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "rate/delay_controller.hpp"
#include "rate/loss_controller.hpp"
#include "rate/prober.hpp"

namespace rtcmc::rate {
namespace {

using namespace std::chrono_literals;

constexpr Time kControllersStart{10h};
constexpr double kMega = 1'000'000;

TEST(DelayController, GrowsByEightPercentASecond) {
  DelayController controller(kMega);
  for (auto now = kControllersStart; now <= kControllersStart + 1s; now += 50ms) {
    controller.update(Usage::Normal, kMega, 100ms, now);
  }
  EXPECT_NEAR(controller.rate(), 1.08 * kMega, 1000);
}

TEST(DelayController, GrowsSlowlyNearWhatTheLinkCarries) {
  DelayController controller(kMega);
  controller.update(Usage::Over, kMega, 100ms, kControllersStart);
  EXPECT_NEAR(controller.rate(), 0.85 * kMega, 1);
  for (auto now = kControllersStart + 50ms; now <= kControllersStart + 1s; now += 50ms) {
    controller.update(Usage::Normal, 0.85 * kMega, 100ms, now);
  }
  EXPECT_GT(controller.rate(), 0.86 * kMega);
  EXPECT_LT(controller.rate(), 0.91 * kMega);
}

TEST(DelayController, GrowsQuicklyAgainWhereTheLinkCarriesMore) {
  DelayController controller(kMega);
  controller.update(Usage::Over, kMega, 100ms, kControllersStart);
  EXPECT_TRUE(controller.capacity());
  controller.update(Usage::Normal, 1.2 * kMega, 100ms, kControllersStart + 50ms);
  EXPECT_FALSE(controller.capacity());
}

TEST(DelayController, StaysWhileAQueueDrains) {
  DelayController controller(kMega);
  for (auto now = kControllersStart; now <= kControllersStart + 10s; now += 50ms) {
    controller.update(Usage::Under, kMega, 100ms, now);
  }
  EXPECT_EQ(controller.rate(), kMega);
}

TEST(DelayController, GrowsNoFurtherThanIsProven) {
  for (const double acknowledged : {0.0, 0.5 * kMega, kMega}) {
    DelayController controller(kMega);
    for (auto now = kControllersStart; now <= kControllersStart + 100s; now += 50ms) {
      controller.update(Usage::Normal, acknowledged, 100ms, now);
    }
    EXPECT_NEAR(controller.rate(), std::max(kMega, 1.5 * acknowledged + 10'000), 1);
  }
}

TEST(DelayController, LessensOnceARoundTrip) {
  DelayController controller(kMega);
  controller.update(Usage::Over, kMega, 100ms, kControllersStart);
  controller.update(Usage::Over, 0.8 * kMega, 100ms, kControllersStart + 99ms);
  EXPECT_NEAR(controller.rate(), 0.85 * kMega, 1);
  controller.update(Usage::Over, 0.8 * kMega, 100ms, kControllersStart + 100ms);
  EXPECT_NEAR(controller.rate(), 0.85 * 0.8 * kMega, 1);
  controller.update(Usage::Over, 0.2 * kMega, 100ms, kControllersStart + 110ms);
  EXPECT_NEAR(controller.rate(), 0.85 * 0.2 * kMega, 1) << "far too much: at once";
}

TEST(LossController, FollowsLoss) {
  struct Case {
    double lost;
    double expected;
  };
  for (const auto& [lost, expected] : {Case{0, 1.08}, {0.019, 1.08}, {0.021, 1}, {0.1, 1}, {0.12, 0.94}, {1, 0.5}}) {
    LossController controller(kMega);
    controller.on_fraction(0.05, {kMega, false}, kControllersStart);
    controller.on_fraction(lost, {kMega, false}, kControllersStart + 1s);
    EXPECT_NEAR(controller.rate(), expected * kMega, 1) << lost;
  }
}

TEST(LossController, JudgesManyPacketsTogether) {
  LossController controller(kMega);
  controller.on_packets(0, LossController::kLeastPackets - 1, {kMega, false}, kControllersStart);
  controller.on_packets(0, 0, {kMega, false}, kControllersStart + 10s);
  EXPECT_EQ(controller.rate(), kMega);
  controller.on_packets(0, 1, {kMega, false}, kControllersStart + 10s);
  EXPECT_EQ(controller.rate(), kMega / 2);
}

/// The lowest rate within a minute, of a link that loses `lost` of all, and what is beyond `carries`.
double lowest(double lost, double carries) {
  LossController controller(kMega);
  double rate = kMega;
  for (auto now = kControllersStart; now < kControllersStart + 60s; now += 1s) {
    const double beyond = std::max(1 - carries / controller.rate(), 0.0);
    controller.on_fraction(lost + (1 - lost) * beyond, {controller.rate(), false}, now);
    rate = std::min(rate, controller.rate());
  }
  return rate;
}

/// What was sent before the first decrease is lost after it, too.
TEST(LossController, GoesNoLowerThanWhatComesThrough) {
  LossController controller(kMega);
  for (auto now = kControllersStart; now < kControllersStart + 2s; now += 300ms) {
    controller.on_fraction(0.8, {.in_use = controller.rate(), .is_calm = false, .carried = 0.5 * kMega}, now);
  }
  EXPECT_GT(controller.rate(), 0.4 * kMega);
  EXPECT_LT(controller.rate(), 0.5 * kMega);
}

TEST(LossController, WhatStaysIsTheLinksOwn) {
  EXPECT_GT(lowest(0.15, 10 * kMega), 0.5 * kMega);
  EXPECT_GT(lowest(0.25, 10 * kMega), 0.3 * kMega);
  const double congested = lowest(0, 0.2 * kMega);
  EXPECT_GT(congested, 0.15 * kMega);
  EXPECT_LT(congested, 0.25 * kMega);
  EXPECT_LT(lowest(1, 10 * kMega), 0.01 * kMega) << "no link is like that by itself";
}

Prober::Rates rates(double target, double wanted) {
  return {.target = target, .wanted = wanted, .maximum = 10 * kMega, .capacity = {}};
}

/// Sends what is asked for evenly, over a link that carries `carries`, and takes the result.
std::optional<double> result_of(Prober& prober, const Probe& probe, double target, double carries, Time now) {
  Arrival free{};
  for (std::size_t i = 0; i < probe.packets; ++i) {
    const std::size_t bytes = probe.bytes / probe.packets + 1;
    const auto at = std::chrono::duration_cast<Arrival>(
        std::chrono::duration<double>(8.0 * static_cast<double>(i * bytes) / static_cast<double>(probe.rate)));
    const auto cluster = prober.on_sent(bytes, true, now + at);
    free = std::max(free, at) + std::chrono::duration_cast<Arrival>(
                                    std::chrono::duration<double>(8.0 * static_cast<double>(bytes) / carries));
    prober.on_received(cluster, {now + at, free, bytes});
  }
  return prober.result(target, now + 100ms);
}

TEST(Prober, DoublesUntilTheLinkIsFull) {
  Prober prober;
  double target = kMega;
  for (int i = 0; i < 2; ++i) {
    const auto probe = prober.next(rates(target, 10 * kMega), kControllersStart);
    ASSERT_TRUE(probe);
    EXPECT_EQ(probe->rate, static_cast<std::uint64_t>(2 * target));
    EXPECT_FALSE(prober.next(rates(target, 10 * kMega), kControllersStart)) << "one at a time";
    const auto result = result_of(prober, *probe, target, 5 * kMega, kControllersStart);
    ASSERT_TRUE(result);
    EXPECT_GT(*result, 1.8 * target);
    target = *result;
  }
  const auto probe = prober.next(rates(target, 10 * kMega), kControllersStart);
  ASSERT_TRUE(probe);
  const auto result = result_of(prober, *probe, target, 5 * kMega, kControllersStart);
  ASSERT_TRUE(result);
  EXPECT_NEAR(*result, 0.95 * 5 * kMega, 0.02 * kMega);
  EXPECT_FALSE(prober.next(rates(*result, 10 * kMega), kControllersStart));
  EXPECT_TRUE(prober.next(rates(*result, 10 * kMega), kControllersStart + 100ms + Prober::kShortestPause));
}

TEST(Prober, OnlyForWhatIsWanted) {
  EXPECT_FALSE(Prober().next(rates(kMega, 0), kControllersStart));
  EXPECT_FALSE(Prober().next(rates(kMega, kMega), kControllersStart));
  EXPECT_EQ(Prober().next(rates(kMega, 1.5 * kMega), kControllersStart)->rate, static_cast<std::uint64_t>(1.8 * kMega));
  EXPECT_FALSE(Prober().next(rates(10 * kMega, 20 * kMega), kControllersStart)) << "no more may be sent";
  EXPECT_GE(Prober().next(rates(10'000, kMega), kControllersStart)->bytes, Prober::kLeastBytes);
}

TEST(Prober, WaitsLongerAfterEachThatShowsNothing) {
  Prober prober;
  Time now = kControllersStart;
  Duration pause = Prober::kShortestPause;
  for (int i = 0; i < 6; ++i) {
    const auto probe = prober.next(rates(kMega, 10 * kMega), now);
    ASSERT_TRUE(probe) << i;
    EXPECT_FALSE(result_of(prober, *probe, kMega, kMega, now));
    now += 100ms;
    EXPECT_FALSE(prober.next(rates(kMega, 10 * kMega), now + pause - 1ms)) << i;
    now += pause;
    pause = std::min<Duration>(2 * pause, Prober::kLongestPause);
  }
}

TEST(Prober, GivesUpWhatIsNotSentOrNotHeardOf) {
  Prober prober;
  ASSERT_TRUE(prober.next(rates(kMega, 10 * kMega), kControllersStart));
  EXPECT_FALSE(prober.next(rates(kMega, 10 * kMega), kControllersStart + Prober::kPatience));
  const auto later = kControllersStart + Prober::kPatience + 1ms;
  EXPECT_FALSE(prober.next(rates(kMega, 10 * kMega), later));
  EXPECT_TRUE(prober.next(rates(kMega, 10 * kMega), later + Prober::kShortestPause));
}

TEST(Prober, WhatComesAtOnceShowsNothing) {
  Prober prober;
  const auto probe = prober.next(rates(kMega, 10 * kMega), kControllersStart);
  ASSERT_TRUE(probe);
  for (int i = 0; i < 10; ++i) {
    const auto cluster = prober.on_sent(probe->bytes / 10 + 1, true, kControllersStart + i * 1ms);
    prober.on_received(cluster, {kControllersStart + i * 1ms, 5s, probe->bytes / 10 + 1});
  }
  EXPECT_FALSE(prober.result(kMega, kControllersStart + 100ms));
}

}  // namespace
}  // namespace rtcmc::rate
