// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet_rewriter.hpp"

#include <algorithm>

namespace rtcmc::rtp {

namespace {

constexpr std::size_t kFixedHeaderSize = 12;
constexpr std::uint8_t kVersionMask = 0xc0;
constexpr std::uint8_t kVersion2 = 0x80;
constexpr std::uint8_t kExtensionBit = 0x10;
constexpr std::uint8_t kCsrcCountMask = 0x0f;
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

/// Size of the header with its CSRCs and extension.
std::optional<std::size_t> header_size(std::span<const std::uint8_t> packet) {
  if (packet.size() < kFixedHeaderSize || (packet[0] & kVersionMask) != kVersion2) {
    return std::nullopt;
  }
  std::size_t size = kFixedHeaderSize + (packet[0] & kCsrcCountMask) * std::size_t{4};
  if ((packet[0] & kExtensionBit) != 0) {
    if (packet.size() < size + 4) {
      return std::nullopt;
    }
    const std::size_t words = packet[size + 2] << 8 | packet[size + 3];
    size += 4 + words * 4;
  }
  return packet.size() < size ? std::nullopt : std::optional(size);
}

}  // namespace

std::optional<PacketRewriter> PacketRewriter::create(std::uint8_t payload_type,
                                                     const std::optional<MidExtension>& mid) {
  if (!is_payload_type(payload_type)) {
    return std::nullopt;
  }
  if (!mid) {
    return PacketRewriter(payload_type, {});
  }
  if (mid->id < 1 || mid->id > 14 || mid->mid.empty() || mid->mid.size() > kMaxMidSize) {
    return std::nullopt;
  }
  return PacketRewriter(payload_type, extension_block(*mid));
}

std::optional<PacketRewriter::Sizes> PacketRewriter::rewrite(std::span<const std::uint8_t> packet,
                                                             std::span<std::uint8_t> out) const {
  const auto old_size = header_size(packet);
  if (!old_size) {
    return std::nullopt;
  }
  const std::size_t base_size = kFixedHeaderSize + (packet[0] & kCsrcCountMask) * std::size_t{4};
  const std::size_t new_size = base_size + extension_.size();
  if (out.size() < new_size) {
    return std::nullopt;
  }
  std::ranges::copy(packet.first(base_size), out.begin());
  std::ranges::copy(extension_, out.subspan(base_size).begin());
  out[0] = static_cast<std::uint8_t>(extension_.empty() ? out[0] & ~kExtensionBit : out[0] | kExtensionBit);
  out[1] = static_cast<std::uint8_t>((out[1] & kMarkerBit) | payload_type_);
  return Sizes{*old_size, new_size};
}

}  // namespace rtcmc::rtp
