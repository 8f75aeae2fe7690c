// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/parameter_sets.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using rtcmc::rtp::Codec;
using rtcmc::rtp::ParameterSets;
using Bytes = std::vector<std::uint8_t>;

constexpr const char* kDescription = "Z0LAHg==,aM4=";  // 67 42 c0 1e, 68 ce
const Bytes kIdr{0x65, 1, 2, 3};
const Bytes kSlice{0x41, 1, 2, 3};
const Bytes kStap{0x78, 0, 4, 0x67, 0x42, 0xc0, 0x1e, 0, 2, 0x68, 0xce};

Bytes packet(std::uint16_t sequence, std::uint32_t timestamp, const Bytes& payload, std::uint8_t ssrc = 7) {
  Bytes bytes{0x80,
              0xe0,
              static_cast<std::uint8_t>(sequence >> 8),
              static_cast<std::uint8_t>(sequence),
              0,
              0,
              static_cast<std::uint8_t>(timestamp >> 8),
              static_cast<std::uint8_t>(timestamp),
              0,
              0,
              0,
              ssrc};
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

/// What goes ahead: with our number, the picture's timestamp, and no marker.
Bytes ahead(std::uint16_t sequence, std::uint32_t timestamp, std::uint8_t ssrc = 7) {
  Bytes bytes = packet(sequence, timestamp, kStap, ssrc);
  bytes[1] = 0x60;
  return bytes;
}

TEST(ParameterSets, OfTheDescriptionGoAheadOfEachKeyframe) {
  ParameterSets sets(Codec::H264);
  sets.describe(kDescription);
  auto decision = sets.on_packet(packet(10, 1, kSlice));
  EXPECT_TRUE(decision.ahead.empty());
  EXPECT_EQ(decision.shift, 0);
  decision = sets.on_packet(packet(11, 2, kIdr));
  EXPECT_EQ(decision.ahead, ahead(11, 2));
  EXPECT_EQ(decision.shift, 1);
  decision = sets.on_packet(packet(12, 2, kIdr));
  EXPECT_TRUE(decision.ahead.empty()) << "another slice of the same picture";
  EXPECT_EQ(decision.shift, 1);
  decision = sets.on_packet(packet(13, 3, {0x7c, 0x85, 1, 2}));
  EXPECT_EQ(decision.ahead, ahead(14, 3)) << "a fragment that begins one";
  EXPECT_EQ(decision.shift, 2);
}

TEST(ParameterSets, ThatAreThereAreNotSentTwice) {
  ParameterSets sets(Codec::H264);
  sets.describe(kDescription);
  EXPECT_TRUE(sets.on_packet(packet(1, 1, kStap)).ahead.empty());
  EXPECT_TRUE(sets.on_packet(packet(2, 1, kIdr)).ahead.empty());
  Bytes all = kStap;
  all.insert(all.end(), {0, 4});
  all.insert(all.end(), kIdr.begin(), kIdr.end());
  EXPECT_TRUE(sets.on_packet(packet(3, 2, all)).ahead.empty());
}

TEST(ParameterSets, ThatCameLastCount) {
  ParameterSets sets(Codec::H264);
  sets.describe("Z01AHg==,aM4=,aM8=");
  const auto decision = sets.on_packet(packet(1, 1, kIdr));
  EXPECT_EQ(decision.ahead.size(), 12U + 1 + 2 + 4 + 2 + 2 + 2 + 2);
  EXPECT_TRUE(sets.on_packet(packet(2, 2, {0x67, 0x42, 0xc0, 0x1e})).ahead.empty());
  EXPECT_TRUE(sets.on_packet(packet(3, 2, {0x68, 0xce})).ahead.empty());
  EXPECT_EQ(sets.on_packet(packet(4, 3, kIdr)).ahead, ahead(5, 3));
}

TEST(ParameterSets, ThatAreNotKnownKeepNothingUp) {
  ParameterSets sets(Codec::H264);
  EXPECT_TRUE(sets.on_packet(packet(1, 1, kIdr)).ahead.empty());
  sets.describe("Z0LAHg==,!,,,");
  EXPECT_TRUE(sets.on_packet(packet(2, 2, kIdr)).ahead.empty()) << "half of them is not enough";
  EXPECT_TRUE(sets.on_packet({}).ahead.empty());
  EXPECT_TRUE(sets.on_packet(packet(3, 3, {})).ahead.empty());
}

TEST(ParameterSets, ALatePacketKeepsItsPlace) {
  ParameterSets sets(Codec::H264);
  sets.describe(kDescription);
  EXPECT_EQ(sets.on_packet(packet(65534, 1, kIdr)).shift, 1);
  EXPECT_EQ(sets.on_packet(packet(1, 3, kIdr)).shift, 2);
  EXPECT_EQ(sets.on_packet(packet(65535, 1, kSlice)).shift, 1);
  EXPECT_EQ(sets.on_packet(packet(65533, 0, kSlice)).shift, 0);
  const auto late = sets.on_packet(packet(0, 2, kIdr));
  EXPECT_TRUE(late.ahead.empty()) << "there is no number for it";
  EXPECT_EQ(late.shift, 1);
  EXPECT_EQ(sets.on_packet(packet(1, 3, kIdr)).shift, 2) << "the same once more";
}

TEST(ParameterSets, ASenderThatBeginsAnewGoesOn) {
  ParameterSets sets(Codec::H264);
  sets.describe(kDescription);
  EXPECT_EQ(sets.on_packet(packet(100, 1, kIdr)).shift, 1);
  EXPECT_EQ(sets.on_packet(packet(40000, 2, kIdr)).shift, 2);
  EXPECT_EQ(sets.on_packet(packet(50, 3, kIdr, 8)).ahead, ahead(52, 3, 8));
  EXPECT_EQ(sets.on_packet(packet(51, 4, kSlice, 8)).shift, 3);
}

TEST(ParameterSets, OfH265AreThree) {
  ParameterSets sets(Codec::H265);
  sets.describe("QAEM");  // 40 01 0c
  sets.describe("QgEB");  // 42 01 01
  EXPECT_TRUE(sets.on_packet(packet(1, 1, {0x26, 1, 9})).ahead.empty());
  sets.describe("RAHA");  // 44 01 c0
  EXPECT_TRUE(sets.on_packet(packet(2, 2, {0x02, 1, 9})).ahead.empty());
  const auto decision = sets.on_packet(packet(3, 3, {0x62, 1, 0x93, 9}));
  const Bytes payload(decision.ahead.begin() + 12, decision.ahead.end());
  EXPECT_EQ(payload, (Bytes{0x60, 1, 0, 3, 0x40, 1, 0x0c, 0, 3, 0x42, 1, 1, 0, 3, 0x44, 1, 0xc0}));
}

}  // namespace
