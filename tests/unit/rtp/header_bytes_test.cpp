// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/header_bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "rtp/packet.hpp"

namespace rtcmc::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct HeaderCase {
  const char* name;
  Bytes packet;
  Shift shift;
  Bytes header;  // empty: none
};

Bytes bytes_of(const HeaderBytes& header) {
  return {header.bytes().begin(), header.bytes().end()};
}

const Bytes kPlain{0x80, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(HeaderBytes, AreTheHeaderWithoutItsExtension) {
  const std::vector<HeaderCase> cases{
      {"plain", kPlain, {}, kPlain},
      {"with payload", {0x80, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 77, 78}, {}, kPlain},
      {"padding stays",
       {0xa0, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 2},
       {},
       {0xa0, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      {"CSRCs stay, the extension goes",
       {0x91, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xbe, 0xde, 0, 1, 0x10, '0', 0, 0, 77},
       {},
       {0x81, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
      {"an empty extension goes",
       {0x90, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 0},
       {},
       {0x80, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      {"both numbers wrap",
       {0x80, 0x60, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 7, 8, 9, 10},
       {.sequence = 2, .timestamp = 3},
       {0x80, 0x60, 0, 1, 0, 0, 0, 1, 7, 8, 9, 10}},
      {"nothing", {}, {}, {}},
      {"one byte short", {0x80, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {}, {}},
      {"CSRCs cut short", {0x82, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, {}, {}},
      {"extension cut short", {0x90, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xbe, 0xde, 0, 1}, {}, {}},
      {"another version", {0x40, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {}, {}},
  };
  for (const HeaderCase& each : cases) {
    const auto header = HeaderBytes::of(each.packet, each.shift);
    ASSERT_EQ(header.has_value(), !each.header.empty()) << each.name;
    if (header) {
      EXPECT_EQ(bytes_of(*header), each.header) << each.name;
      const auto parsed = PacketHeader::parse(header->bytes());
      ASSERT_TRUE(parsed) << each.name;
      EXPECT_EQ(header->sequence(), parsed->sequence) << each.name;
      EXPECT_EQ(header->timestamp(), parsed->timestamp) << each.name;
    }
  }
}

TEST(HeaderBytes, HoldTheLongestHeader) {
  Bytes packet(HeaderBytes::kMaxSize, 9);
  packet[0] = 0x8f;
  const auto header = HeaderBytes::of(packet, {.sequence = 0, .timestamp = 0});
  ASSERT_TRUE(header);
  EXPECT_EQ(bytes_of(*header), packet);
}

}  // namespace
}  // namespace rtcmc::rtp
