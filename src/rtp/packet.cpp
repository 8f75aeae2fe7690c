// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/packet.hpp"

namespace rtcmc::rtp {

namespace {

constexpr std::uint8_t kVersionMask = 0xc0;
constexpr std::uint8_t kVersion2 = 0x80;
constexpr std::uint8_t kCsrcCountMask = 0x0f;

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) {
    value = value << 8 | byte;
  }
  return value;
}

}  // namespace

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
    size += 4 + big_endian(packet.subspan(size + 2, 2)) * std::size_t{4};
  }
  if (packet.size() < size) {
    return std::nullopt;
  }
  return PacketHeader{static_cast<std::uint16_t>(big_endian(packet.subspan(2, 2))), big_endian(packet.subspan(4, 4)),
                      big_endian(packet.subspan(8, 4)), base_size, size};
}

}  // namespace rtcmc::rtp
