// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/renumbering.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace rtcmc::rtp {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kClockRate = 90000;
constexpr std::uint16_t kFirst = 65530;
constexpr std::uint32_t kFrame = 3000;

/// One packet, and what has to come of it: how much its numbers are ahead of those of the packet let through before.
struct Step {
  int wait_ms;
  std::uint32_t ssrc;
  std::uint16_t sequence;
  std::uint32_t timestamp;
  std::optional<int> sequence_step;  // absent: left out
  int timestamp_step = 0;
  bool begins_anew = false;
};

struct RenumberingCase {
  std::string name;
  std::vector<Step> steps;
};

class RenumberingTable : public ::testing::TestWithParam<RenumberingCase> {};

TEST_P(RenumberingTable, Holds) {
  Renumbering renumbering(kClockRate, kFirst, 0);
  Renumbering::Time now{std::chrono::hours(100)};
  const auto begin = renumbering.on_packet({100, 7000, 1, 12, 12}, now);
  ASSERT_TRUE(begin);
  std::uint16_t sequence = 100 + begin->shift.sequence;
  EXPECT_EQ(sequence, kFirst);
  std::uint32_t timestamp = 7000 + begin->shift.timestamp;
  for (std::size_t i = 0; const Step& step : GetParam().steps) {
    SCOPED_TRACE("step " + std::to_string(i++));
    now += milliseconds(step.wait_ms);
    const auto decision = renumbering.on_packet({step.sequence, step.timestamp, step.ssrc, 12, 12}, now);
    ASSERT_EQ(decision.has_value(), step.sequence_step.has_value());
    if (!decision) {
      continue;
    }
    const auto next_sequence = static_cast<std::uint16_t>(step.sequence + decision->shift.sequence);
    const std::uint32_t next_timestamp = step.timestamp + decision->shift.timestamp;
    EXPECT_EQ(static_cast<std::int16_t>(next_sequence - sequence), *step.sequence_step);
    EXPECT_EQ(static_cast<std::int32_t>(next_timestamp - timestamp), step.timestamp_step);
    EXPECT_EQ(decision->begins_anew, step.begins_anew);
    sequence = next_sequence;
    timestamp = next_timestamp;
  }
}

std::vector<Step> late_ones_in_a_row() {
  std::vector<Step> steps{{33, 1, 1000, 10000, 900, 3000}};
  for (std::uint16_t i = 0; i < Renumbering::kInARow; ++i) {
    const auto sequence = static_cast<std::uint16_t>(500 + i);
    const std::uint32_t timestamp = 5000U + i;
    const bool is_enough = i + 1U == Renumbering::kInARow;
    steps.push_back(
        {0, 1, sequence, timestamp, is_enough ? std::optional(1) : std::nullopt, is_enough ? 1 : 0, is_enough});
  }
  return steps;
}

const std::vector<RenumberingCase> kCases{
    {"InOrder", {{33, 1, 101, 10000, 1, 3000}, {0, 1, 102, 10000, 1, 0}, {33, 1, 103, 13000, 1, 3000}}},
    {"WrapsAround",
     {{33, 2, 65535, 0xfffff000U, 1, 2970, true},
      {33, 2, 0, 0xfffff000U + kFrame, 1, 3000},
      {33, 2, 1, 0xfffff000U + 2 * kFrame, 1, 3000}}},
    {"Twice",
     {{33, 1, 101, 10000, 1, 3000}, {0, 1, 101, 10000, {}}, {0, 1, 101, 10000, {}}, {33, 1, 102, 13000, 1, 3000}}},
    {"TheFirstOneTwice", {{5, 1, 100, 7000, {}}, {33, 1, 101, 10000, 1, 3000}}},
    {"OutOfOrder",
     {{33, 1, 103, 10000, 3, 3000},
      {1, 1, 102, 10000, -1, 0},
      {1, 1, 101, 10000, -1, 0},
      {1, 1, 101, 10000, {}},
      {33, 1, 104, 13000, 3, 3000}}},
    {"FromBeforeTheFirst", {{1, 1, 99, 7000, {}}, {33, 1, 101, 10000, 1, 3000}}},
    {"FarTooLate",
     {{33, 1, 300, 10000, 200, 3000},
      {1, 1, 201, 9000, -99, -1000},
      {1, 1, 200, 9000, {}},
      {1, 1, 101, 9000, {}},
      {33, 1, 301, 13000, 100, 4000}}},
    {"ALossStaysOne", {{33, 1, 1100, 10000, 1000, 3000}, {33, 1, 1101, 13000, 1, 3000}}},
    {"ALossTooLongToBeRepairedIsClosed",
     {{33, 1, 1101, 10000, 1, 3000}, {1, 1, 1100, 10000, {}}, {33, 1, 1102, 13000, 1, 3000}}},
    {"AnotherSender", {{33, 2, 40000, 0x80000000U, 1, 2970, true}, {33, 2, 40001, 0x80000000U + kFrame, 1, 3000}}},
    {"AnotherSenderWithoutAnyTimeBetween", {{0, 2, 5, 5, 1, 1, true}}},
    {"TheFormerSendersLastPacketsAreLate",
     {{33, 2, 40000, 5, 1, 2970, true}, {1, 1, 101, 10000, {}}, {1, 1, 102, 10000, {}}, {33, 2, 40001, 3005, 1, 3000}}},
    {"TheFormerSenderAfterASilence", {{0, 2, 40000, 5, 1, 1, true}, {1000, 1, 101, 10000, 1, 90000, true}}},
    {"BeginsAnewElsewhere",
     {{33, 1, 30000, 0x80000000U, 1, 2970, true}, {33, 1, 30001, 0x80000000U + kFrame, 1, 3000}}},
    {"BeginsAnewAtTheSameNumbersInAnotherTime", {{33, 1, 90, 0x80000000U, 1, 2970, true}}},
    {"BeginsAnewWhereItWasAfterASilence",
     {{33, 1, 101, 10000, 1, 3000}, {1000, 1, 100, 7000, 1, 90000, true}, {33, 1, 101, 10000, 1, 3000}}},
    {"BeginsAnewAtOnceWhereItWas", late_ones_in_a_row()},
    {"JumpsForwardInTime", {{33, 1, 101, 7000 + 20 * kClockRate, 1, 2970, true}}},
    {"JumpsBackInTime", {{33, 1, 101, 7000 - 2 * kClockRate, 1, 2970, true}}},
    {"PicturesInAnotherOrder",
     {{33, 1, 101, 7000 + 3 * kFrame, 1, 9000},
      {33, 1, 102, 7000 + kFrame, 1, -6000},
      {33, 1, 103, 7000 + 2 * kFrame, 1, 3000}}},
    {"RestsAndGoesOnWithTheClock", {{3600'000, 1, 101, 7000U + 3600U * kClockRate, 1, 3600 * 90000}}},
    {"RestsAndGoesOnWhereItWas", {{3600'000, 1, 101, 10000, 1, 3000}}},
    {"RestsForSoLongThatNumbersComeRound", {{33, 1, 101 + 32768, 7000U + 60U * kClockRate, 1, 2970, true}}},
    {"AtTheClocksPaceAfterARest", {{5000, 2, 1, 1, 1, 5 * 90000, true}}},
};

INSTANTIATE_TEST_SUITE_P(All, RenumberingTable, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(Renumbering, WhatWasLeftOutOnPurposeIsNoLoss) {
  Renumbering renumbering(kClockRate, kFirst, 0);
  const Renumbering::Time now{std::chrono::hours(1)};
  ASSERT_TRUE(renumbering.on_packet({1, 0, 1, 12, 12}, now));
  renumbering.close_gap();
  const auto next = renumbering.on_packet({500, 3000, 1, 12, 12}, now);
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->begins_anew);
  EXPECT_EQ(static_cast<std::uint16_t>(500 + next->shift.sequence), static_cast<std::uint16_t>(kFirst + 1));
  EXPECT_FALSE(renumbering.on_packet({499, 3000, 1, 12, 12}, now)) << "it has no number any more";
}

TEST(Renumbering, AnAnnouncedChangeMayBeBackToAnEarlierSender) {
  Renumbering renumbering(kClockRate, kFirst, 0);
  const Renumbering::Time now{std::chrono::hours(1)};
  ASSERT_TRUE(renumbering.on_packet({1, 0, 1, 12, 12}, now));
  ASSERT_TRUE(renumbering.on_packet({1, 0, 2, 12, 12}, now));
  EXPECT_FALSE(renumbering.on_packet({2, 0, 1, 12, 12}, now));
  renumbering.expect_change();
  EXPECT_TRUE(renumbering.on_packet({3, 0, 1, 12, 12}, now));
}

TEST(Renumbering, OneThatComesAfterAnotherGoesOnInTime) {
  const Renumbering::Time now{std::chrono::hours(1)};
  const auto first_timestamp = [](Renumbering::Time time) {
    Renumbering renumbering(kClockRate, kFirst, 77);
    return 500U + renumbering.on_packet({1, 500, 1, 12, 12}, time)->shift.timestamp;
  };
  EXPECT_EQ(first_timestamp(now + std::chrono::minutes(1)) - first_timestamp(now), 60 * kClockRate);
}

TEST(Renumbering, KnowsItsNextNumber) {
  Renumbering renumbering(kClockRate, kFirst, 0);
  EXPECT_EQ(renumbering.next_sequence(), kFirst);
  ASSERT_TRUE(renumbering.on_packet({5, 0, 1, 12, 12}, {}));
  EXPECT_EQ(renumbering.next_sequence(), static_cast<std::uint16_t>(kFirst + 1));
}

/// Some senders and a network that does what it likes. Whatever comes of it, no number may be given out twice, none
/// may be further back than SRTP allows, none further ahead than it can follow; and time goes back
/// by no more than where pictures are sent out of order.
class RenumberingWalk : public ::testing::TestWithParam<unsigned> {
 protected:
  struct Sender {
    std::uint32_t ssrc;
    std::uint16_t sequence;
    std::uint32_t timestamp;
  };

  unsigned roll(unsigned sides) { return static_cast<unsigned>(dice_() % sides); }
  Sender somebody() {
    const std::uint32_t ssrc = roll(3) == 0 ? sender_.ssrc : roll(5);
    return roll(4) == 0 ? Sender{ssrc, 0, 0}
                        : Sender{ssrc, static_cast<std::uint16_t>(roll(0x10000)), roll(0xffffffffU)};
  }

  std::mt19937 dice_{GetParam()};
  Sender sender_{1, 0, 0};
};

TEST_P(RenumberingWalk, GivesNoNumberTwice) {
  Renumbering renumbering(kClockRate, kFirst, roll(0xffffffffU));
  Renumbering::Time now{std::chrono::hours(5)};
  std::vector<PacketHeader> sent;
  std::set<std::int64_t> given;  // without wrapping around
  std::int64_t highest = kFirst - 1;
  std::optional<std::uint32_t> latest;  // timestamp
  unsigned let_through = 0;
  unsigned fresh = 0;
  for (int i = 0; i < 20'000; ++i) {
    PacketHeader packet{sender_.sequence, sender_.timestamp, sender_.ssrc, 12, 12};
    bool is_fresh = true;
    switch (roll(40)) {
      case 0:  // again, or late
        if (!sent.empty()) {
          packet = sent[sent.size() - 1 -
                        roll(static_cast<unsigned>(std::min<std::size_t>(sent.size(), roll(2) == 0 ? 5 : 500)))];
          is_fresh = false;
        }
        break;
      case 1:
        if (roll(10) == 0) {
          sender_ = somebody();
          packet = {sender_.sequence, sender_.timestamp, sender_.ssrc, 12, 12};
        }
        break;
      case 2:  // lost
        sender_.sequence = static_cast<std::uint16_t>(sender_.sequence + roll(roll(20) == 0 ? 65536 : 20));
        break;
      case 3:
        if (roll(20) == 0) {
          now += std::chrono::seconds(roll(roll(2) == 0 ? 5 : 5000));
        }
        break;
      case 4:
        if (roll(20) == 0) {
          renumbering.close_gap();
        }
        break;
      case 5:
        if (roll(20) == 0) {
          renumbering.expect_change();
        }
        break;
      default:
        break;
    }
    if (is_fresh) {
      sent.push_back(packet);
      ++sender_.sequence;
      if (roll(3) == 0) {
        sender_.timestamp += kFrame;
        now += milliseconds(33);
      }
      ++fresh;
    }
    const auto decision = renumbering.on_packet(packet, now);
    if (!decision) {
      continue;
    }
    ++let_through;
    const auto sequence = static_cast<std::uint16_t>(packet.sequence + decision->shift.sequence);
    const std::uint32_t timestamp = packet.timestamp + decision->shift.timestamp;
    const std::int64_t number = highest + static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest));
    ASSERT_TRUE(given.insert(number).second) << "given twice, in round " << i;
    ASSERT_GT(number, highest - static_cast<std::int64_t>(Renumbering::kReach)) << "in round " << i;
    ASSERT_LE(number, highest + static_cast<std::int64_t>(Renumbering::kLongestGap)) << "in round " << i;
    highest = std::max(highest, number);
    const auto step = static_cast<std::int32_t>(timestamp - latest.value_or(timestamp));
    ASSERT_TRUE(number < highest || step >= -static_cast<std::int32_t>(kClockRate)) << "back in time in round " << i;
    latest = step >= 0 ? timestamp : latest;
    ASSERT_EQ(renumbering.next_sequence(), static_cast<std::uint16_t>(highest + 1));
  }
  EXPECT_GT(let_through, fresh - fresh / 10) << "hardly anything that was sent for the first time is left out";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RenumberingWalk, ::testing::Range(0U, 20U));

}  // namespace
}  // namespace rtcmc::rtp
