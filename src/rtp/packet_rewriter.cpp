// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet_rewriter.hpp"

#include <algorithm>

#include "rtp/big_endian.hpp"
#include "rtp/packet.hpp"

namespace rtcmc::rtp {

namespace {

constexpr std::uint8_t kMarkerBit = 0x80;
constexpr std::size_t kMaxMidSize = 16;

/// Where RTP and RTCP share a port, these would be taken for RTCP (RFC 5761).
constexpr bool is_payload_type(std::uint8_t type) {
  return type < 64 || (type > 95 && type < 128);
}

std::vector<std::uint8_t> extension_block(const MidExtension& extension) {
  const auto size = extension.mid.size();
  const std::size_t words = (1 + size + 3) / 4;
  std::vector<std::uint8_t> block{0xbe, 0xde, 0, static_cast<std::uint8_t>(words)};
  block.push_back(static_cast<std::uint8_t>(extension.id << 4 | (size - 1)));
  block.insert(block.end(), extension.mid.begin(), extension.mid.end());
  block.resize(4 + words * 4, 0);
  return block;
}

}  // namespace

std::optional<PacketRewriter> PacketRewriter::create(std::uint8_t payload_type, std::uint32_t ssrc,
                                                     const std::optional<MidExtension>& mid) {
  if (!is_payload_type(payload_type)) {
    return std::nullopt;
  }
  if (!mid) {
    return PacketRewriter(payload_type, ssrc, {});
  }
  if (mid->id < 1 || mid->id > 14 || mid->mid.empty() || mid->mid.size() > kMaxMidSize) {
    return std::nullopt;
  }
  return PacketRewriter(payload_type, ssrc, extension_block(*mid));
}

std::optional<PacketRewriter::Sizes> PacketRewriter::rewrite(std::span<const std::uint8_t> packet,
                                                             std::span<std::uint8_t> out, const Shift& shift) const {
  const auto header = PacketHeader::parse(packet);
  if (!header) {
    return std::nullopt;
  }
  const std::size_t new_size = header->base_size + extension_.size();
  if (out.size() < new_size) {
    return std::nullopt;
  }
  std::ranges::copy(packet.first(header->base_size), out.begin());
  std::ranges::copy(extension_, out.subspan(header->base_size).begin());
  out[0] = static_cast<std::uint8_t>(extension_.empty() ? out[0] & ~PacketHeader::kExtensionBit
                                                        : out[0] | PacketHeader::kExtensionBit);
  out[1] = static_cast<std::uint8_t>((out[1] & kMarkerBit) | payload_type_);
  write(static_cast<std::uint16_t>(header->sequence + shift.sequence), out.subspan(PacketHeader::kSequenceOffset));
  write(header->timestamp + shift.timestamp, out.subspan(PacketHeader::kTimestampOffset));
  write(ssrc_, out.subspan(PacketHeader::kSsrcOffset));
  return Sizes{header->size, new_size};
}

}  // namespace rtcmc::rtp
