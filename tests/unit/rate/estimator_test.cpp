// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/estimator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace rtcmc::rate {
namespace {

using namespace std::chrono_literals;

constexpr Time kEstimatorStart{10h};
constexpr Bounds kBounds{100'000, 300'000, 2'000'000};

rtp::TransportFeedback feedback(std::uint16_t first, std::vector<std::optional<Arrival>> arrivals) {
  rtp::TransportFeedback result{.ssrc = 1, .number = 0, .packets = {}};
  for (const auto& arrival : arrivals) {
    result.packets.push_back({first++, arrival});
  }
  return result;
}

void expect_within_bounds(const Estimator& estimator) {
  EXPECT_GE(estimator.target(), kBounds.minimum);
  EXPECT_LE(estimator.target(), kBounds.maximum);
}

TEST(Estimator, BeginsWhereItIsTold) {
  EXPECT_EQ(Estimator(kBounds).target(), 300'000U);
  EXPECT_EQ(Estimator({400'000, 300'000, 2'000'000}).target(), 400'000U);
  EXPECT_EQ(Estimator({1'000, 3'000'000, 2'000'000}).target(), 2'000'000U);
  EXPECT_GT(Estimator({0, 0, 0}).target(), 0U);
  EXPECT_LE(Estimator({UINT64_MAX, UINT64_MAX, UINT64_MAX}).target(), 1'000'000'000'000U);
}

TEST(Estimator, StaysWhileNothingIsSent) {
  Estimator estimator(kBounds);
  for (auto now = kEstimatorStart; now < kEstimatorStart + 60s; now += 100ms) {
    estimator.on_time(now);
  }
  EXPECT_EQ(estimator.target(), kBounds.start);
  EXPECT_FALSE(estimator.probe(kEstimatorStart + 60s));
}

TEST(Estimator, ReceiverEstimateIsACeilingForAWhile) {
  Estimator estimator(kBounds);
  estimator.on_receiver_estimate(200'000, kEstimatorStart);
  EXPECT_EQ(estimator.target(), 200'000U);
  estimator.on_receiver_estimate(0, kEstimatorStart);
  EXPECT_EQ(estimator.target(), kBounds.minimum);
  estimator.on_receiver_estimate(std::uint64_t{1} << 63U, kEstimatorStart + 1s);
  EXPECT_EQ(estimator.target(), kBounds.start);
  estimator.on_receiver_estimate(UINT64_MAX, kEstimatorStart + 1s);
  EXPECT_EQ(estimator.target(), kBounds.start);
  estimator.on_receiver_estimate(150'000, kEstimatorStart + 2s);
  estimator.on_time(kEstimatorStart + 2s + Estimator::kEstimateLife - 1ms);
  EXPECT_EQ(estimator.target(), 150'000U);
  estimator.on_time(kEstimatorStart + 2s + Estimator::kEstimateLife);
  EXPECT_EQ(estimator.target(), kBounds.start);
}

TEST(Estimator, ReportsThatCannotBeAreHarmless) {
  Estimator estimator(kBounds);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto now = kEstimatorStart;
  for (const double lost : {std::nan(""), -1.0, -kInfinity}) {
    estimator.on_report(lost, -5s, now += 1s);
    EXPECT_GE(estimator.target(), kBounds.start);
  }
  for (const double lost : {2.0, kInfinity, 1e300}) {
    estimator.on_report(lost, Duration::max(), now += 1s);
    estimator.on_report(lost, Duration::min(), now);
    expect_within_bounds(estimator);
  }
  EXPECT_LE(*estimator.round_trip(), 10s);
}

TEST(Estimator, ReportsOfLossLessenIt) {
  Estimator estimator(kBounds);
  estimator.on_report(0.4, 50ms, kEstimatorStart);
  EXPECT_EQ(estimator.target(), 240'000U);
}

TEST(Estimator, HalvesInSilenceDownToTheMinimum) {
  Estimator estimator(kBounds);
  std::uint16_t sequence = 0;
  auto now = kEstimatorStart;
  std::vector<std::uint64_t> targets{estimator.target()};
  for (; now <= kEstimatorStart + 20s; now += 100ms) {
    estimator.on_sent(sequence++, 1000, now, false);
    estimator.on_time(now);
    if (estimator.target() != targets.back()) {
      targets.push_back(estimator.target());
    }
    EXPECT_EQ(targets.size() == 1, now < kEstimatorStart + Estimator::kSilenceOfReports);
  }
  EXPECT_EQ(targets, (std::vector<std::uint64_t>{300'000, 150'000, 100'000}));
}

TEST(Estimator, IsNotMovedByFeedbackOnWhatWasNeverSent) {
  Estimator estimator(kBounds);
  estimator.set_wanted(kBounds.maximum);
  auto now = kEstimatorStart;
  for (int i = 0; i < 1000; ++i, now += 50ms) {
    estimator.on_feedback(
        feedback(static_cast<std::uint16_t>(i * 10), std::vector<std::optional<Arrival>>(20, Arrival{i * 1000})), now);
  }
  EXPECT_EQ(estimator.target(), kBounds.start);
  EXPECT_FALSE(estimator.probe(now));
}

/// Sends a packet each 10 ms, and tells of each 5 of them `times` times.
std::uint64_t target_when_told(int times) {
  Estimator estimator(kBounds);
  std::uint16_t sequence = 0;
  for (auto now = kEstimatorStart; now < kEstimatorStart + 10s; now += 10ms) {
    estimator.on_sent(sequence++, 500, now, false);
    if (sequence % 5 == 0) {
      const auto first = static_cast<std::uint16_t>(sequence - 5);
      std::vector<std::optional<Arrival>> arrivals;
      for (int i = 0; i < 5; ++i) {
        arrivals.emplace_back(Arrival{(first + i) * 10'000});
      }
      for (int i = 0; i < times; ++i) {
        estimator.on_feedback(feedback(first, arrivals), now + 10ms);
      }
    }
  }
  return estimator.target();
}

TEST(Estimator, WhatIsToldTwiceCountsOnce) {
  EXPECT_EQ(target_when_told(2), target_when_told(1));
  EXPECT_EQ(target_when_told(5), target_when_told(1));
}

TEST(Estimator, DoesNotGrowBeyondWhatIsProven) {
  // 400 kbit/s came through.
  EXPECT_LE(target_when_told(1), 1.5 * 410'000 + 10'000);
}

TEST(Estimator, GoesOnByReportsWhenTransportFeedbackEnds) {
  Estimator estimator(kBounds);
  std::uint16_t sequence = 0;
  auto now = kEstimatorStart;
  for (; now < kEstimatorStart + 2s; now += 10ms) {
    estimator.on_sent(sequence, 500, now, false);
    estimator.on_feedback(feedback(sequence, {Arrival{sequence * 10'000}}), now + 5ms);
    ++sequence;
  }
  for (; now < kEstimatorStart + 30s; now += 10ms) {
    estimator.on_sent(sequence++, 500, now, false);
    estimator.on_time(now);
    if (now.time_since_epoch() % 1s == 0s) {
      estimator.on_report(0, 50ms, now);
    }
  }
  EXPECT_GE(estimator.target(), kBounds.start);
}

TEST(Estimator, StaysWithinItsBoundsWhateverItIsTold) {
  std::mt19937 random(7);
  const auto number = [&](std::uint64_t below) { return random() % below; };
  for (int run = 0; run < 20; ++run) {
    Estimator estimator(kBounds);
    estimator.set_wanted(kBounds.maximum);
    std::uint16_t sequence = static_cast<std::uint16_t>(number(0x10000));
    auto now = kEstimatorStart;
    for (int i = 0; i < 2000; ++i, now += std::chrono::milliseconds(number(30))) {
      const auto probe = estimator.probe(now);
      for (std::uint64_t packets = number(4); packets > 0; --packets) {
        estimator.on_sent(sequence++, number(100'000), now, probe.has_value());
      }
      std::vector<std::optional<Arrival>> arrivals;
      for (std::uint64_t packets = number(20); packets > 0; --packets) {
        constexpr Arrival kExtremes[] = {Arrival::min(), Arrival::max(), Arrival{0}, rtp::TransportFeedback::kPeriod};
        const bool is_wild = number(20) == 0;
        arrivals.push_back(number(5) == 0 ? std::nullopt
                           : is_wild      ? std::optional(kExtremes[number(4)])
                                          : std::optional(Arrival{number(1U << 30U)}));
      }
      estimator.on_feedback(feedback(static_cast<std::uint16_t>(sequence - number(30)), arrivals), now);
      if (number(10) == 0) {
        estimator.on_receiver_estimate(std::uint64_t{1} << number(64), now);
        estimator.on_report(static_cast<double>(number(100)) / 99, std::chrono::milliseconds(number(5000)), now);
      }
      estimator.on_time(now);
      ASSERT_GE(estimator.target(), kBounds.minimum);
      ASSERT_LE(estimator.target(), kBounds.maximum);
    }
  }
}

}  // namespace
}  // namespace rtcmc::rate
