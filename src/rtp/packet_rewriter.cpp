// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet_rewriter.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "rtp/big_endian.hpp"
#include "rtp/packet.hpp"

namespace rtcmc::rtp {

namespace {

constexpr std::uint8_t kMarkerBit = 0x80;
constexpr std::size_t kMaxMidSize = 16;
constexpr std::chrono::milliseconds kDelayUnit{10};
/// As browsers have it without the extension.
constexpr std::chrono::milliseconds kMostDelay{10'000};

/// Where RTP and RTCP share a port, these would be taken for RTCP (RFC 5761).
constexpr bool is_payload_type(std::uint8_t type) {
  return type < 64 || (type > 95 && type < 128);
}

constexpr bool is_extension_id(std::uint8_t id) {
  return id > 0 && id < 15;
}

bool is_valid(const MidExtension& extension) {
  return is_extension_id(extension.id) && !extension.mid.empty() && extension.mid.size() <= kMaxMidSize;
}

bool is_valid(const PlayoutDelayExtension& extension) {
  return is_extension_id(extension.id) && extension.least >= extension.least.zero() && extension.least <= kMostDelay;
}

constexpr std::size_t kBlockHeaderSize = 4;

void append_extension(std::uint8_t id, std::span<const std::uint8_t> value, std::vector<std::uint8_t>& block) {
  block.push_back(static_cast<std::uint8_t>(id << 4 | (value.size() - 1)));
  std::ranges::copy(value, std::back_inserter(block));
}

/// Two times in units of 10 ms, 12 bits each: the least one and the most.
std::array<std::uint8_t, 3> bytes_of(const PlayoutDelayExtension& extension) {
  const auto least = static_cast<unsigned>(extension.least / kDelayUnit);
  constexpr auto kMost = static_cast<unsigned>(kMostDelay / kDelayUnit);
  return {static_cast<std::uint8_t>(least >> 4U), static_cast<std::uint8_t>((least & 0xfU) << 4U | kMost >> 8U),
          static_cast<std::uint8_t>(kMost & 0xffU)};
}

/// RFC 8285, 4.2. Empty: there are none.
std::vector<std::uint8_t> extension_block(const std::optional<MidExtension>& mid,
                                          const std::optional<PlayoutDelayExtension>& playout_delay,
                                          std::optional<std::uint8_t> transport_number_id) {
  if (!mid && !playout_delay && !transport_number_id) {
    return {};
  }
  std::vector<std::uint8_t> block{0xbe, 0xde, 0, 0};
  if (transport_number_id) {
    append_extension(*transport_number_id, std::array<std::uint8_t, 2>{}, block);
  }
  if (mid) {
    append_extension(mid->id, std::vector<std::uint8_t>(mid->mid.begin(), mid->mid.end()), block);
  }
  if (playout_delay) {
    append_extension(playout_delay->id, bytes_of(*playout_delay), block);
  }
  block.resize((block.size() + 3) / 4 * 4, 0);
  block[3] = static_cast<std::uint8_t>(block.size() / 4 - 1);
  return block;
}

}  // namespace

std::optional<PacketRewriter> PacketRewriter::create(std::uint8_t payload_type, std::uint32_t ssrc,
                                                     const std::optional<MidExtension>& mid,
                                                     const std::optional<PlayoutDelayExtension>& playout_delay,
                                                     std::optional<std::uint8_t> transport_number_id) {
  if (!is_payload_type(payload_type) || (mid && !is_valid(*mid)) || (playout_delay && !is_valid(*playout_delay))) {
    return std::nullopt;
  }
  if (transport_number_id && (!is_extension_id(*transport_number_id) || (mid && mid->id == *transport_number_id) ||
                              (playout_delay && playout_delay->id == *transport_number_id))) {
    transport_number_id.reset();
  }
  return PacketRewriter(payload_type, ssrc, extension_block(mid, playout_delay, transport_number_id),
                        transport_number_id.has_value());
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

void PacketRewriter::write_transport_number(std::uint16_t number, std::span<std::uint8_t> header) {
  const std::size_t base_size = PacketHeader::kFixedSize + (header[0] & PacketHeader::kCsrcCountMask) * std::size_t{4};
  write(number, header.subspan(base_size + kBlockHeaderSize + 1));
}

}  // namespace rtcmc::rtp
