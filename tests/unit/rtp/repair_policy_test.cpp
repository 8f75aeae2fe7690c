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

}  // namespace
}  // namespace rtcmc::rtp
