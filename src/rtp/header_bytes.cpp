// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/header_bytes.hpp"

#include <algorithm>

#include "rtp/big_endian.hpp"
#include "rtp/packet.hpp"

namespace rtcmc::rtp {

std::optional<HeaderBytes> HeaderBytes::of(std::span<const std::uint8_t> packet, const Shift& shift) {
  const auto header = PacketHeader::parse(packet);
  if (!header) {
    return std::nullopt;
  }
  HeaderBytes result;
  result.size_ = static_cast<std::uint8_t>(header->base_size);
  result.sequence_ = static_cast<std::uint16_t>(header->sequence + shift.sequence);
  result.timestamp_ = header->timestamp + shift.timestamp;
  std::ranges::copy(packet.first(header->base_size), result.bytes_.begin());
  result.bytes_[0] = static_cast<std::uint8_t>(result.bytes_[0] & ~PacketHeader::kExtensionBit);
  write(result.sequence_, std::span(result.bytes_).subspan(PacketHeader::kSequenceOffset));
  write(result.timestamp_, std::span(result.bytes_).subspan(PacketHeader::kTimestampOffset));
  return result;
}

}  // namespace rtcmc::rtp
