// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <vector>

#include "rate/acknowledged_rate.hpp"
#include "rate/arrival_groups.hpp"
#include "rate/overuse_detector.hpp"
#include "rate/queue_delay.hpp"

namespace rtcmc::rate {
namespace {

using namespace std::chrono_literals;

constexpr Time kArrivalsStart{10h};

Delivery packet(Duration sent, Arrival arrival, std::size_t bytes = 1000) {
  return {kArrivalsStart + sent, arrival, bytes};
}

TEST(ArrivalGroups, WhatLeavesTogetherIsOne) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(packet(0ms, 100ms)));
  EXPECT_FALSE(groups.add(packet(5ms, 120ms)));
  EXPECT_FALSE(groups.add(packet(30ms, 150ms))) << "nothing before the first";
  const auto distance = groups.add(packet(60ms, 190ms));
  ASSERT_TRUE(distance);
  EXPECT_EQ(distance->sent, 25ms);
  EXPECT_EQ(distance->arrival, 30ms);
  EXPECT_EQ(distance->at, 150ms);
}

TEST(ArrivalGroups, WhatComesAtOnceAfterBeingHeldUpIsOne) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(packet(0ms, 100ms)));
  EXPECT_FALSE(groups.add(packet(20ms, 100ms)));
  EXPECT_FALSE(groups.add(packet(40ms, 101ms)));
}

TEST(ArrivalGroups, LeavesOutWhatWasOvertaken) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(packet(0ms, 100ms)));
  EXPECT_FALSE(groups.add(packet(30ms, 130ms)));
  EXPECT_FALSE(groups.add(packet(10ms, 140ms)));
  EXPECT_FALSE(groups.add(packet(60ms, 120ms)));
  const auto distance = groups.add(packet(60ms, 160ms));
  ASSERT_TRUE(distance);
  EXPECT_EQ(distance->arrival, 30ms);
}

TEST(ArrivalGroups, BeginsAnewWhenTheClockJumps) {
  for (const Arrival jump : {Arrival(1h), Arrival(-1h)}) {
    ArrivalGroups groups;
    EXPECT_FALSE(groups.add(packet(0ms, 100ms)));
    EXPECT_FALSE(groups.add(packet(30ms, 130ms)));
    EXPECT_FALSE(groups.add(packet(60ms, 160ms + jump)));
    EXPECT_FALSE(groups.add(packet(90ms, 190ms + jump)));
    EXPECT_TRUE(groups.add(packet(120ms, 220ms + jump)));
  }
}

/// What is made of 40 groups, each of which comes so much later than the one before it left.
Usage usage_after(std::vector<Duration> delays) {
  OveruseDetector detector;
  Arrival at = 1h;
  for (int i = 0; i < 40; ++i) {
    const Duration arrival = 20ms + delays[static_cast<std::size_t>(i) % delays.size()];
    at += std::chrono::duration_cast<Arrival>(arrival);
    detector.add({20ms, arrival, at});
  }
  return detector.usage();
}

TEST(OveruseDetector, FollowsTheQueue) {
  EXPECT_EQ(usage_after({0ms}), Usage::Normal);
  EXPECT_EQ(usage_after({2ms}), Usage::Over);
  EXPECT_EQ(usage_after({-2ms}), Usage::Under);
  EXPECT_EQ(usage_after({6ms, -6ms}), Usage::Normal);
  EXPECT_EQ(usage_after({10us}), Usage::Normal) << "clocks differ";
}

TEST(OveruseDetector, TimesThatStandStillAreHarmless) {
  EXPECT_EQ(usage_after({-20ms}), Usage::Normal);
}

TEST(AcknowledgedRate, CountsHalfASecond) {
  AcknowledgedRate rate;
  EXPECT_FALSE(rate.value());
  for (int i = 0; i < 200; ++i) {
    rate.add(packet(0ms, i * 10ms));
    EXPECT_EQ(rate.value().has_value(), i >= 15) << i;
    if (i >= 15) {
      EXPECT_NEAR(*rate.value(), 800'000, 1000) << i;
    }
  }
  for (int i = 200; i < 250; ++i) {
    rate.add(packet(0ms, i * 10ms, 500));
  }
  EXPECT_NEAR(*rate.value(), 400'000, 1000);
}

TEST(AcknowledgedRate, IsBoundedWhenAllComesAtOnce) {
  AcknowledgedRate rate;
  for (int i = 0; i < 100'000; ++i) {
    rate.add(packet(0ms, 1h));
    EXPECT_FALSE(rate.value());
  }
  rate.add(packet(0ms, Arrival(1h) + 400ms));
  ASSERT_TRUE(rate.value());
  EXPECT_LE(*rate.value(), 8.0 * 1000 * AcknowledgedRate::kMostPackets / 0.4);
}

TEST(AcknowledgedRate, BeginsAnewWhenTheClockJumps) {
  for (const Arrival jump : {Arrival(1h), Arrival(-1h)}) {
    AcknowledgedRate rate;
    for (int i = 0; i < 100; ++i) {
      rate.add(packet(0ms, i * 10ms));
    }
    rate.add(packet(0ms, jump));
    EXPECT_FALSE(rate.value());
  }
}

TEST(QueueDelay, IsWhatIsLongerThanTheShortestWay) {
  QueueDelay queue;
  queue.add(packet(0ms, 5h), kArrivalsStart);
  EXPECT_EQ(queue.value(), 0ms);
  queue.add(packet(10ms, Arrival(5h) + 110ms), kArrivalsStart);
  EXPECT_EQ(queue.value(), 100ms);
  queue.add(packet(20ms, Arrival(5h) + 10ms), kArrivalsStart);
  EXPECT_EQ(queue.value(), 0ms);
  queue.add(packet(30ms, Arrival(5h) + 30ms), kArrivalsStart);
  EXPECT_EQ(queue.value(), 10ms);
}

TEST(QueueDelay, StandsIfNothingIsQuickForAWhile) {
  QueueDelay queue;
  const auto standing_after = [&](std::chrono::milliseconds since, Arrival delay) {
    queue.add(packet(since, Arrival(5h) + since + delay), kArrivalsStart + since);
    return queue.standing();
  };
  EXPECT_FALSE(standing_after(0ms, 0ms));
  EXPECT_FALSE(standing_after(100ms, 200ms));
  EXPECT_EQ(standing_after(300ms, 200ms), 0ms) << "of the time before";
  EXPECT_EQ(standing_after(400ms, 150ms), 0ms);
  EXPECT_EQ(standing_after(600ms, 200ms), 150ms);
  EXPECT_EQ(standing_after(700ms, 20ms), 20ms) << "at once";
}

TEST(QueueDelay, DrainsUntilItIsShort) {
  QueueDelay queue;
  const auto is_draining = [&](Arrival delay) {
    queue.add(packet(0ms, 5h + delay), kArrivalsStart);
    return queue.is_draining();
  };
  EXPECT_FALSE(is_draining(0ms));
  EXPECT_FALSE(is_draining(QueueDelay::kLong));
  EXPECT_TRUE(is_draining(QueueDelay::kLong + 1ms));
  EXPECT_TRUE(is_draining(QueueDelay::kShort));
  EXPECT_FALSE(is_draining(QueueDelay::kShort - 1ms));
  EXPECT_FALSE(is_draining(QueueDelay::kShort + 1ms));
}

TEST(QueueDelay, WhatDoesNotDrainIsNoQueueOfOurs) {
  QueueDelay queue;
  queue.add(packet(0ms, 5h), kArrivalsStart);
  for (auto since = 0ms; since < QueueDelay::kPatience; since += 100ms) {
    queue.add(packet(since, Arrival(5h) + 500ms + since), kArrivalsStart + since);
    EXPECT_TRUE(queue.is_draining());
  }
  queue.add(packet(4s, Arrival(5h) + 4500ms), kArrivalsStart + 4s);
  EXPECT_FALSE(queue.is_draining());
  queue.add(packet(5s, Arrival(5h) + 5500ms), kArrivalsStart + 5s);
  EXPECT_EQ(queue.value(), 0ms);
}

TEST(QueueDelay, ClocksThatJumpBeginAnew) {
  QueueDelay queue;
  queue.add(packet(0ms, 5h), kArrivalsStart);
  queue.add(packet(0ms, 6h), kArrivalsStart);
  EXPECT_EQ(queue.value(), 0ms);
  queue.add(packet(0ms, 1h), kArrivalsStart);
  EXPECT_EQ(queue.value(), 0ms);
}

}  // namespace
}  // namespace rtcmc::rate
