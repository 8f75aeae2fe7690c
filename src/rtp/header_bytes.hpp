// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtp/packet_rewriter.hpp"

namespace rtcmc::rtp {

/// A copy of an RTP header (RFC 3550) without its extension, whose ids mean something to its sender alone.
class HeaderBytes {
 public:
  static constexpr std::size_t kMaxSize = 12 + 15 * 4;

  /// `packet` must hold at least the whole header. Absent if it is not RTP or cut short.
  [[nodiscard]] static std::optional<HeaderBytes> of(std::span<const std::uint8_t> packet, const Shift& shift);

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(size_); }
  [[nodiscard]] std::uint16_t sequence() const { return sequence_; }
  [[nodiscard]] std::uint32_t timestamp() const { return timestamp_; }

 private:
  std::array<std::uint8_t, kMaxSize> bytes_{};
  std::uint16_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint8_t size_ = 0;
};

}  // namespace rtcmc::rtp
