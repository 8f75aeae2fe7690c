// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet.hpp"

#include "rtp/big_endian.hpp"
#include "rtp/first_byte.hpp"

namespace rtcmc::rtp {

std::optional<PacketHeader> PacketHeader::parse(std::span<const std::uint8_t> packet) {
  if (packet.size() < kFixedSize || (packet[0] & kVersionMask) != kVersion2) {
    return std::nullopt;
  }
  const std::size_t base_size = kFixedSize + (packet[0] & kCsrcCountMask) * std::size_t{4};
  std::size_t size = base_size;
  if ((packet[0] & kExtensionBit) != 0) {
    if (packet.size() < size + 4) {
      return std::nullopt;
    }
    size += 4 + read<std::uint16_t>(packet.subspan(size + 2)) * std::size_t{4};
  }
  if (packet.size() < size) {
    return std::nullopt;
  }
  return PacketHeader{read<std::uint16_t>(packet.subspan(2)), read<std::uint32_t>(packet.subspan(4)),
                      read<std::uint32_t>(packet.subspan(8)), base_size, size};
}

}  // namespace rtcmc::rtp
