// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet_rewriter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "rtp/packet.hpp"

namespace rtcmc::rtp {
namespace {
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kSsrc = 0x01020304;

/// Marker, payload type 96, another SSRC, one extension, one CSRC.
const Bytes kPacket{0x91, 0xe0, 0x12, 0x34, 0,    0, 1, 2,    0xde, 0xad, 0xbe, 0xef, 9,
                    9,    9,    9,    0xbe, 0xde, 0, 1, 0x30, 7,    0,    0,    0xaa, 0xbb};

std::optional<Bytes> rewrite(const PacketRewriter& rewriter, const Bytes& packet) {
  std::array<std::uint8_t, PacketRewriter::kMaxHeaderSize> out{};
  const auto sizes = rewriter.rewrite(packet, out);
  if (!sizes) {
    return std::nullopt;
  }
  Bytes result(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sizes->written));
  result.insert(result.end(), packet.begin() + static_cast<std::ptrdiff_t>(sizes->consumed), packet.end());
  return result;
}

TEST(PacketRewriter, WritesPayloadTypeSsrcAndMid) {
  const auto rewriter = PacketRewriter::create(120, kSsrc, MidExtension{4, "video0"});
  ASSERT_TRUE(rewriter);
  EXPECT_EQ(rewrite(*rewriter, kPacket),
            (Bytes{0x91, 0xf8, 0x12, 0x34, 0, 0,    1,   2,   1,   2,   3,   4,   9, 9,    9,
                   9,    0xbe, 0xde, 0,    2, 0x45, 'v', 'i', 'd', 'e', 'o', '0', 0, 0xaa, 0xbb}));
}

TEST(PacketRewriter, LeavesRoomForATransportWideNumber) {
  const auto rewriter = PacketRewriter::create(120, kSsrc, MidExtension{4, "v"}, std::nullopt, std::uint8_t{3});
  ASSERT_TRUE(rewriter);
  EXPECT_TRUE(rewriter->has_transport_number());
  auto packet = rewrite(*rewriter, kPacket);
  ASSERT_TRUE(packet);
  PacketRewriter::write_transport_number(0x1122, *packet);
  EXPECT_EQ(*packet, (Bytes{0x91, 0xf8, 0x12, 0x34, 0, 0,    1,    2,    1,    2,   3, 4, 9, 9,    9,
                            9,    0xbe, 0xde, 0,    2, 0x31, 0x11, 0x22, 0x40, 'v', 0, 0, 0, 0xaa, 0xbb}));

  const auto alone = PacketRewriter::create(120, kSsrc, std::nullopt, std::nullopt, std::uint8_t{14});
  ASSERT_TRUE(alone);
  packet = rewrite(*alone, kPacket);
  ASSERT_TRUE(packet);
  PacketRewriter::write_transport_number(0xffff, *packet);
  EXPECT_EQ(*packet, (Bytes{0x91, 0xf8, 0x12, 0x34, 0,    0, 1, 2,    1,    2,    3, 4,    9,
                            9,    9,    9,    0xbe, 0xde, 0, 1, 0xe1, 0xff, 0xff, 0, 0xaa, 0xbb}));

  for (const std::uint8_t id : {0, 4, 15, 255}) {
    const auto without = PacketRewriter::create(120, kSsrc, MidExtension{4, "v"}, std::nullopt, id);
    ASSERT_TRUE(without) << int{id};
    EXPECT_FALSE(without->has_transport_number()) << int{id};
  }
}

TEST(PacketRewriter, WritesAPlayoutDelay) {
  using namespace std::chrono_literals;
  const auto alone = PacketRewriter::create(0, kSsrc, std::nullopt, PlayoutDelayExtension{5, 300ms});
  ASSERT_TRUE(alone);
  EXPECT_EQ(rewrite(*alone, kPacket), (Bytes{0x91, 0x80, 0x12, 0x34, 0,    0, 1, 2,    1,    2,    3,    4,    9,
                                             9,    9,    9,    0xbe, 0xde, 0, 1, 0x52, 0x01, 0xe3, 0xe8, 0xaa, 0xbb}));
  const auto after_mid = PacketRewriter::create(0, kSsrc, MidExtension{4, "0"}, PlayoutDelayExtension{5, 0ms});
  ASSERT_TRUE(after_mid);
  EXPECT_EQ(rewrite(*after_mid, kPacket),
            (Bytes{0x91, 0x80, 0x12, 0x34, 0, 0,    1,   2,    1,    2,    3,    4, 9, 9,    9,
                   9,    0xbe, 0xde, 0,    2, 0x40, '0', 0x52, 0x00, 0x03, 0xe8, 0, 0, 0xaa, 0xbb}));
}

TEST(PacketRewriter, DropsForeignExtensionsWhenNoMidIsWanted) {
  const auto rewriter = PacketRewriter::create(0, kSsrc, std::nullopt);
  ASSERT_TRUE(rewriter);
  EXPECT_EQ(rewrite(*rewriter, kPacket),
            (Bytes{0x81, 0x80, 0x12, 0x34, 0, 0, 1, 2, 1, 2, 3, 4, 9, 9, 9, 9, 0xaa, 0xbb}));
}

TEST(PacketRewriter, ShiftsNumbersWhichWrapAround) {
  const auto rewriter = PacketRewriter::create(0, kSsrc, std::nullopt);
  ASSERT_TRUE(rewriter);
  std::array<std::uint8_t, PacketRewriter::kMaxHeaderSize> out{};
  ASSERT_TRUE(rewriter->rewrite(kPacket, out, {0xedcd, 0xffffffff}));
  const auto header = PacketHeader::parse(out);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->sequence, 1);
  EXPECT_EQ(header->timestamp, 0x00000101U);
}

TEST(PacketRewriter, TheLongestHeaderFits) {
  Bytes packet = kPacket;
  packet[0] = 0x8f;
  packet.resize(12);
  packet.resize(12 + 15 * 4 + 1, 5);
  const auto rewriter =
      PacketRewriter::create(96, kSsrc, MidExtension{14, "0123456789abcdef"},
                             PlayoutDelayExtension{13, std::chrono::milliseconds(500)}, std::uint8_t{1});
  ASSERT_TRUE(rewriter);
  const auto result = rewrite(*rewriter, packet);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->size(), PacketRewriter::kMaxHeaderSize + 1);
}

TEST(PacketRewriter, RefusesWhatRtpCannotCarry) {
  EXPECT_FALSE(PacketRewriter::create(128, kSsrc, std::nullopt));
  EXPECT_FALSE(PacketRewriter::create(72, kSsrc, std::nullopt));  // would be taken for RTCP
  EXPECT_TRUE(PacketRewriter::create(35, kSsrc, std::nullopt));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, MidExtension{0, "0"}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, MidExtension{15, "0"}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, MidExtension{1, ""}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, MidExtension{1, "0123456789abcdefg"}));
  using namespace std::chrono_literals;
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, std::nullopt, PlayoutDelayExtension{0, 0ms}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, std::nullopt, PlayoutDelayExtension{15, 0ms}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, std::nullopt, PlayoutDelayExtension{1, -1ms}));
  EXPECT_FALSE(PacketRewriter::create(96, kSsrc, std::nullopt, PlayoutDelayExtension{1, 10'001ms}));
}

TEST(PacketRewriter, RefusesWhatIsNotRtp) {
  const auto rewriter = PacketRewriter::create(96, kSsrc, std::nullopt);
  ASSERT_TRUE(rewriter);
  EXPECT_FALSE(rewrite(*rewriter, {}));
  EXPECT_FALSE(rewrite(*rewriter, Bytes(kPacket.begin(), kPacket.begin() + 20)));
  std::array<std::uint8_t, 12> small{};
  EXPECT_FALSE(rewriter->rewrite(kPacket, small));
}

}  // namespace
}  // namespace rtcmc::rtp
