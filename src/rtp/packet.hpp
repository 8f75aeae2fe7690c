// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rtcmc::rtp {

/// What an RTP header says (RFC 3550), as far as a sender that passes packets on needs to know.
struct PacketHeader {
  static constexpr std::size_t kFixedSize = 12;
  static constexpr std::size_t kSequenceOffset = 2;
  static constexpr std::size_t kTimestampOffset = 4;
  static constexpr std::size_t kSsrcOffset = 8;
  static constexpr std::uint8_t kExtensionBit = 0x10;  // of the first byte
  static constexpr std::uint8_t kCsrcCountMask = 0x0f;

  std::uint16_t sequence;
  std::uint32_t timestamp;
  std::uint32_t ssrc;
  std::size_t base_size;  // the fixed part and the CSRCs
  std::size_t size;       // with the extension: the payload begins here

  /// `packet` must hold at least the whole header. Absent if it is not RTP or cut short.
  [[nodiscard]] static std::optional<PacketHeader> parse(std::span<const std::uint8_t> packet);
};

}  // namespace rtcmc::rtp
