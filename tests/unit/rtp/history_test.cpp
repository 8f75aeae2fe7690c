// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/history.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace rtcmc::rtp {
namespace {

using Numbers = History<unsigned>;

HeaderBytes header(std::uint16_t sequence) {
  const std::array<std::uint8_t, 12> packet{0x80, 96};
  return *HeaderBytes::of(packet, {.sequence = sequence});
}

/// `count` packets whose payload is their position.
void fill(Numbers& history, std::uint16_t first, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    history.append({.header = header(static_cast<std::uint16_t>(first + i)),
                    .payload = static_cast<unsigned>(history.end()),
                    .time = {}});
  }
}

void add_keyframe(Numbers& history, std::uint16_t sequence) {
  history.append({.header = header(sequence), .payload = 0, .time = {}, .is_keyframe_start = true});
}

TEST(History, IsEmptyAtFirst) {
  const Numbers history;
  EXPECT_EQ(history.begin(), history.end());
  EXPECT_EQ(history.keyframe(), std::nullopt);
  EXPECT_EQ(history.find(0), nullptr) << "what was never there";
  EXPECT_TRUE(history.since(0).empty());
}

TEST(History, KeepsTheLatest) {
  Numbers history;
  fill(history, 65000, Numbers::kCapacity);
  EXPECT_EQ(history.begin(), 0U);
  fill(history, static_cast<std::uint16_t>(65000 + Numbers::kCapacity), 1);
  EXPECT_EQ(history.begin(), 1U);
  EXPECT_EQ(history.end(), Numbers::kCapacity + 1);
  const auto all = history.since(history.begin());
  ASSERT_EQ(all.size(), Numbers::kCapacity);
  EXPECT_EQ(all.front().payload, 1U);
  EXPECT_EQ(all.back().payload, Numbers::kCapacity);
}

TEST(History, FindsByNumberAcrossTheWrap) {
  Numbers history;
  fill(history, 65000, Numbers::kCapacity + 1);
  EXPECT_EQ(history.find(65000), nullptr) << "overwritten";
  EXPECT_EQ(history.find(64999), nullptr) << "never there";
  for (const std::uint16_t sequence : {65001, 65535, 0, 488}) {
    ASSERT_NE(history.find(sequence), nullptr) << sequence;
    EXPECT_EQ(history.find(sequence)->header.sequence(), sequence);
  }
  EXPECT_EQ(history.find(489), nullptr) << "still to come";
}

TEST(History, FindsTheLatestOfANumberAndWhatCameInAnotherOrder) {
  Numbers history;
  for (const std::uint16_t sequence : {7, 9, 8, 7}) {
    fill(history, sequence, 1);
  }
  EXPECT_EQ(history.find(7)->payload, 3U);
  EXPECT_EQ(history.find(8)->payload, 2U);
  EXPECT_EQ(history.find(9)->payload, 1U);
}

TEST(History, ForgetsAKeyframeThatIsOverwritten) {
  Numbers history;
  fill(history, 0, 3);
  add_keyframe(history, 3);
  fill(history, 4, Numbers::kCapacity - 1);
  EXPECT_EQ(history.keyframe(), 3U);
  fill(history, 4 + Numbers::kCapacity - 1, 1);
  EXPECT_EQ(history.keyframe(), std::nullopt);
}

TEST(History, KnowsTheLatestKeyframeUntilItIsToldToForgetIt) {
  Numbers history;
  add_keyframe(history, 0);
  add_keyframe(history, 1);
  EXPECT_EQ(history.keyframe(), 1U);
  history.forget_keyframe();
  EXPECT_EQ(history.keyframe(), std::nullopt);
  EXPECT_EQ(history.since(0).size(), 2U);
}

TEST(History, PositionsGoOnWhenItIsCleared) {
  Numbers history;
  add_keyframe(history, 0);
  fill(history, 1, 4);
  history.clear();
  EXPECT_EQ(history.begin(), 5U);
  EXPECT_EQ(history.end(), 5U);
  EXPECT_EQ(history.keyframe(), std::nullopt);
  for (std::uint16_t sequence = 0; sequence < 6; ++sequence) {
    EXPECT_EQ(history.find(sequence), nullptr) << sequence;
  }
  fill(history, 2, 1);
  EXPECT_EQ(history.since(history.begin()).size(), 1U);
  EXPECT_EQ(history.find(2)->payload, 5U);
}

}  // namespace
}  // namespace rtcmc::rtp
