// SPDX-License-Identifier: LGPL-2.1-or-later
// The cable of the tests does what it is told, so that what they measure is not its own doing. No clock is read.

#include "link.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"

namespace rtcmc::net {
namespace {

using namespace std::chrono_literals;
using Time = Link::Time;

constexpr Time kBegin{10s};
constexpr std::size_t kSize = 1250;  // 10,000 bits

struct Arrival {
  std::chrono::nanoseconds after;  // its coming in
  std::size_t number;

  friend bool operator==(const Arrival&, const Arrival&) = default;
};

Frame frame_of(std::size_t number) {
  Frame frame(kSize);
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    frame[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return frame;
}

std::size_t number_of(const Frame& frame) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    number |= std::size_t{frame[i]} << (8 * i);
  }
  return number;
}

/// Offers one frame each `interval` from kBegin on and takes each when it is due.
std::vector<Arrival> run(Link& link, std::size_t frames, std::chrono::nanoseconds interval) {
  std::vector<Arrival> arrivals;
  const auto take = [&](Time now) {
    for (const Frame& frame : link.take(now)) {
      const auto number = number_of(frame);
      arrivals.push_back({now - (kBegin + static_cast<int>(number) * interval), number});
    }
  };
  for (std::size_t i = 0; i < frames; ++i) {
    const Time now = kBegin + static_cast<int>(i) * interval;
    for (auto next = link.next(); next && *next <= now; next = link.next()) {
      take(*next);
    }
    link.offer(frame_of(i), now);
  }
  for (auto next = link.next(); next; next = link.next()) {
    take(*next);
  }
  return arrivals;
}

Link link_with(const std::string& words, std::uint64_t seed = 1) {
  LinkSettings settings;
  EXPECT_EQ(change(settings, words), "");
  Link link(seed);
  link.set(settings);
  return link;
}

TEST(Link, LetsEverythingThroughAtOnceIfItIsNotToldOtherwise) {
  Link link(1);
  const auto arrivals = run(link, 3, 0ms);
  EXPECT_EQ(arrivals, (std::vector<Arrival>{{0ms, 0}, {0ms, 1}, {0ms, 2}}));
  EXPECT_EQ(link.count().delivered_bytes, 3 * kSize);
}

TEST(Link, CarriesItsRateAndDropsWhatTheQueueHasNoRoomFor) {
  // 100 frames a second into a link for 50, with room for 10.
  auto link = link_with("rate=500000 queue=200");
  const auto arrivals = run(link, 1000, 10ms);
  EXPECT_EQ(link.count().offered, 1000U);
  EXPECT_EQ(link.count().delivered + link.count().dropped, 1000U);
  EXPECT_NEAR(static_cast<double>(link.count().delivered), 510, 2) << "50 a second, and the queue at the end";
  const auto slowest = std::max_element(arrivals.begin(), arrivals.end(),
                                        [](const Arrival& a, const Arrival& b) { return a.after < b.after; });
  EXPECT_LE(slowest->after, 200ms);
  EXPECT_GT(slowest->after, 180ms);
}

TEST(Link, AQueueMayBeGivenInBytes) {
  auto link = link_with("rate=500000 queue-bytes=" + std::to_string(3 * kSize));
  EXPECT_EQ(run(link, 10, 0ms), (std::vector<Arrival>{{20ms, 0}, {40ms, 1}, {60ms, 2}}));
  EXPECT_EQ(link.count().dropped, 7U);
}

TEST(Link, ANewRateHoldsForWhatWaits) {
  auto link = link_with("rate=100000 queue=1000");
  link.offer(frame_of(0), kBegin);
  link.offer(frame_of(1), kBegin);
  LinkSettings faster = link.settings();
  ASSERT_EQ(change(faster, "rate=1000000"), "");
  link.set(faster);
  EXPECT_EQ(link.take(kBegin + 100ms).size(), 1U);
  EXPECT_EQ(link.next(), kBegin + 110ms);
  EXPECT_EQ(link.take(kBegin + 110ms).size(), 1U);
  EXPECT_FALSE(link.next());
}

TEST(Link, AnIdleWireDoesNotSaveUpTime) {
  auto link = link_with("rate=1000000 queue=1000");
  EXPECT_EQ(run(link, 3, 1s), (std::vector<Arrival>{{10ms, 0}, {10ms, 1}, {10ms, 2}}));
}

TEST(Link, DelaysAll) {
  auto link = link_with("delay=100");
  EXPECT_EQ(run(link, 3, 10ms), (std::vector<Arrival>{{100ms, 0}, {100ms, 1}, {100ms, 2}}));
}

TEST(Link, DelaysByMoreOrLess) {
  auto link = link_with("delay=100 jitter=50");
  const auto arrivals = run(link, 4000, 4ms);
  ASSERT_EQ(arrivals.size(), 4000U);
  const auto [least, most] = std::minmax_element(arrivals.begin(), arrivals.end(),
                                                 [](const Arrival& a, const Arrival& b) { return a.after < b.after; });
  EXPECT_GE(least->after, 50ms);
  EXPECT_LT(least->after, 51ms);
  EXPECT_LE(most->after, 150ms);
  EXPECT_GT(most->after, 149ms);
  EXPECT_GT(link.count().overtaken, 1000U);
}

TEST(Link, KeepsTheOrderIfItIsTold) {
  auto link = link_with("delay=100 jitter=50 reorders=no");
  const auto arrivals = run(link, 1000, 4ms);
  ASSERT_EQ(arrivals.size(), 1000U);
  EXPECT_EQ(link.count().overtaken, 0U);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_EQ(arrivals[i].number, i);
  }
}

TEST(Link, LosesAndDuplicatesAsOften) {
  auto link = link_with("loss=0.1 duplicates=0.05");
  constexpr std::size_t kFrames = 20'000;
  EXPECT_EQ(run(link, kFrames, 1ms).size(), link.count().delivered);
  const auto& count = link.count();
  EXPECT_EQ(count.delivered, kFrames - count.lost + count.duplicated);
  EXPECT_NEAR(static_cast<double>(count.lost) / kFrames, 0.1, 0.01);
  EXPECT_NEAR(static_cast<double>(count.duplicated) / kFrames, 0.045, 0.005);
}

TEST(Link, NothingComesThroughABlackHole) {
  auto link = link_with("loss=1 delay=10");
  EXPECT_TRUE(run(link, 100, 1ms).empty());
  EXPECT_EQ(link.count().lost, 100U);
}

TEST(Link, TheSameSeedMeansTheSameFate) {
  const std::string words = "rate=4000000 delay=100 jitter=50 loss=0.1 duplicates=0.1";
  auto one = link_with(words, 7);
  auto same = link_with(words, 7);
  auto other = link_with(words, 8);
  const auto fate = run(one, 500, 3ms);
  EXPECT_EQ(fate, run(same, 500, 3ms));
  EXPECT_NE(fate, run(other, 500, 3ms));
}

TEST(LinkSettings, WhatIsNotUnderstoodChangesNothing) {
  for (const auto* words : {"rate", "rate=", "rate=-1", "rate=1x", "loss=1.1", "loss=-0.1", "reorders=1", "speed=1",
                            "rate=1 loss=x", "delay=ms"}) {
    LinkSettings settings;
    EXPECT_NE(change(settings, words), "") << words;
    EXPECT_EQ(settings.rate, 0U) << words;
    EXPECT_EQ(settings.loss, 0) << words;
  }
}

TEST(LinkSettings, WhatIsNotNamedStays) {
  LinkSettings settings;
  ASSERT_EQ(change(settings, "rate=1 delay=2.5 jitter=3 loss=0.25 queue=4"), "");
  ASSERT_EQ(change(settings, " loss=0.5  "), "");
  EXPECT_EQ(settings.rate, 1U);
  EXPECT_EQ(settings.delay, 2500us);
  EXPECT_EQ(settings.jitter, 3ms);
  EXPECT_EQ(settings.loss, 0.5);
  EXPECT_EQ(settings.queue, 4ms);
}

}  // namespace
}  // namespace rtcmc::net
