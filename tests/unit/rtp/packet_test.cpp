// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using rtcmc::rtp::PacketHeader;
using Bytes = std::vector<std::uint8_t>;

const Bytes kPlain{0x80, 0xe0, 0x12, 0x34, 0, 0, 1, 2, 0xde, 0xad, 0xbe, 0xef, 0xaa};

TEST(PacketHeader, ReadsTheFixedPart) {
  const auto header = PacketHeader::parse(kPlain);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence, 0x1234);
  EXPECT_EQ(header->timestamp, 0x102U);
  EXPECT_EQ(header->ssrc, 0xdeadbeefU);
  EXPECT_EQ(header->base_size, 12U);
  EXPECT_EQ(header->size, 12U);
}

TEST(PacketHeader, CountsContributorsAndExtension) {
  Bytes packet = kPlain;
  packet[0] = 0x92;  // extension, two CSRCs
  packet.resize(12);
  packet.insert(packet.end(), 8, 0x11);
  packet.insert(packet.end(), {0xbe, 0xde, 0, 1, 0x10, 0x61, 0, 0});
  const auto header = PacketHeader::parse(packet);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->base_size, 20U);
  EXPECT_EQ(header->size, 28U);
}

TEST(PacketHeader, RefusesWhatIsCutShort) {
  Bytes packet = kPlain;
  packet[0] = 0x91;
  packet.resize(12);
  packet.insert(packet.end(), {1, 2, 3, 4, 0xbe, 0xde, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_TRUE(PacketHeader::parse(packet));
  while (!packet.empty()) {
    packet.pop_back();
    EXPECT_FALSE(PacketHeader::parse(packet)) << packet.size();
  }
}

TEST(PacketHeader, RefusesOtherVersions) {
  Bytes packet = kPlain;
  packet[0] = 0x40;
  EXPECT_FALSE(PacketHeader::parse(packet));
}

}  // namespace
