// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/repair_policy.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace rtcmc::rtp {
namespace {

using namespace std::chrono_literals;
using Time = RepairPolicy::Time;

constexpr Time kStart{10s};

TEST(RepairPolicy, RepeatsAfterARoundTrip) {
  struct Case {
    std::optional<std::chrono::nanoseconds> round_trip;
    std::chrono::nanoseconds interval;
  };
  const std::vector<Case> cases{{std::nullopt, 50ms}, {0ms, 10ms}, {9ms, 10ms}, {11ms, 11ms}, {200ms, 200ms}};
  for (const auto& [round_trip, interval] : cases) {
    RepairPolicy policy;
    EXPECT_TRUE(policy.allows(1, 100, kStart, kStart, round_trip));
    EXPECT_FALSE(policy.allows(1, 100, kStart, kStart + interval - 1ns, round_trip)) << interval.count();
    EXPECT_TRUE(policy.allows(2, 100, kStart, kStart + interval - 1ns, round_trip)) << "another packet";
    EXPECT_TRUE(policy.allows(1, 100, kStart, kStart + interval, round_trip)) << interval.count();
  }
}

TEST(RepairPolicy, DoesNotRepeatForEver) {
  RepairPolicy policy;
  unsigned repeats = 0;
  for (auto now = kStart; now <= kStart + RepairPolicy::kMaxAge; now += 10ms) {
    repeats += policy.allows(1, 100, kStart, now, 10ms) ? 1 : 0;
  }
  EXPECT_EQ(repeats, RepairPolicy::kMaxRepeats);
}

TEST(RepairPolicy, LeavesOutWhatIsTooOld) {
  RepairPolicy policy;
  EXPECT_FALSE(policy.allows(1, 100, kStart, kStart + RepairPolicy::kMaxAge + 1ns, std::nullopt));
  EXPECT_TRUE(policy.allows(1, 100, kStart, kStart + RepairPolicy::kMaxAge, std::nullopt));
}

TEST(RepairPolicy, ANumberThatComesRoundIsAnotherPacket) {
  RepairPolicy policy;
  for (unsigned i = 0; i < RepairPolicy::kMaxRepeats; ++i) {
    EXPECT_TRUE(policy.allows(1, 100, kStart, kStart + i * 50ms, std::nullopt));
  }
  EXPECT_TRUE(policy.allows(1, 100, kStart + 5s, kStart + 5s, std::nullopt));
}

TEST(RepairPolicy, WhoAsksForEverythingAllTheTimeGetsAQuarterMore) {
  RepairPolicy policy;
  std::size_t sent = 0;
  std::size_t repaired = 0;
  auto now = kStart;
  for (unsigned i = 0; i < 20'000; ++i, now += 4ms) {
    constexpr std::size_t kSize = 1200;
    policy.on_sent(kSize);
    sent += kSize;
    for (unsigned back = 0; back < 200 && back <= i; ++back) {
      repaired += policy.allows(static_cast<std::uint16_t>(i - back), kSize, now - back * 4ms, now, 10ms) ? kSize : 0;
    }
  }
  EXPECT_LE(repaired, sent / 4 + RepairPolicy::kMaxCredit);
  EXPECT_GE(repaired, sent / 5);
}

TEST(RepairPolicy, CreditIsSavedUpToABurst) {
  RepairPolicy policy;
  policy.on_sent(1'000'000'000);
  EXPECT_FALSE(policy.allows(1, RepairPolicy::kMaxCredit + 1, kStart, kStart, std::nullopt));
  EXPECT_TRUE(policy.allows(1, RepairPolicy::kMaxCredit, kStart, kStart, std::nullopt));
  EXPECT_FALSE(policy.allows(2, 1, kStart, kStart, std::nullopt));
  policy.on_sent(4);
  EXPECT_TRUE(policy.allows(2, 1, kStart, kStart, std::nullopt)) << "a refusal does not count as done";
}

/// Sends 100 packets and hears of every third that it did not come, then `lost` of all in a report.
void pass_interval(RepairPolicy& policy, double lost, Time now) {
  for (std::uint16_t i = 0; i < 100; ++i) {
    policy.on_sent(1000);
    if (i % 3 == 0) {
      static_cast<void>(policy.allows(i, 10, now, now, std::nullopt));
    }
  }
  policy.on_report(lost);
}

TEST(RepairPolicy, WhoAsksForWhatIsOnlyLateHasToAskTwice) {
  struct Case {
    double lost;
    bool answers;
  };
  for (const auto& [lost, answers] :
       std::vector<Case>{{0, false}, {0.02, false}, {0.1, false}, {0.15, true}, {0.33, true}}) {
    RepairPolicy policy;
    pass_interval(policy, lost, kStart);
    const auto later = kStart + 5s;
    EXPECT_EQ(policy.allows(1000, 100, later, later, std::nullopt), answers) << lost;
    EXPECT_FALSE(policy.allows(1000, 100, later, later + 9ms, std::nullopt)) << lost;
    EXPECT_TRUE(policy.allows(1000, 100, later, later + 50ms, std::nullopt)) << lost;
    EXPECT_FALSE(policy.allows(1000, 100, later, later + 99ms, std::nullopt)) << "too early to repeat it, " << lost;
    EXPECT_TRUE(policy.allows(1000, 100, later, later + 100ms, std::nullopt)) << lost;
  }
}

TEST(RepairPolicy, BelievesThatNothingIsLateAnyMore) {
  RepairPolicy policy;
  pass_interval(policy, 0, kStart);
  EXPECT_FALSE(policy.allows(1000, 100, kStart, kStart, std::nullopt));
  policy.on_report(0);  // one question is no pattern
  EXPECT_TRUE(policy.allows(1001, 100, kStart, kStart, std::nullopt));
  pass_interval(policy, 0, kStart + 5s);
  EXPECT_FALSE(policy.allows(1002, 100, kStart, kStart, std::nullopt));
  pass_interval(policy, 0.3, kStart + 10s);
  EXPECT_TRUE(policy.allows(1003, 100, kStart, kStart, std::nullopt));
}

}  // namespace
}  // namespace rtcmc::rtp
