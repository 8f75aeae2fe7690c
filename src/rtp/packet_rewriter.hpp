// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rtcmc::rtp {

/// RFC 8843's sdes:mid, as a one-byte header extension (RFC 8285).
struct MidExtension {
  std::uint8_t id;  // 1–14
  std::string mid;  // 1–16 bytes
};

/// The least time that a receiver holds pictures back, as WebRTC's playout-delay, a one-byte header extension.
struct PlayoutDelayExtension {
  std::uint8_t id;  // 1–14
  std::chrono::milliseconds least;
};

/// What is to be added to a packet's numbers, each of which wraps around.
struct Shift {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;

  friend bool operator==(const Shift&, const Shift&) = default;
};

/// Turns RTP headers (RFC 3550) into what one peer negotiated: its payload type, its header extensions, and the SSRC
/// that we announced, whatever the packets had. Other header extensions are dropped, since their ids mean something
/// else to that peer. Sequence number, timestamp and CSRCs stay. Immutable, so any thread may use it.
class PacketRewriter {
 public:
  /// What a rewritten header needs at most: the fixed part, 15 CSRCs, and one extension block with a number, a mid of
  /// 16 bytes and a playout delay.
  static constexpr std::size_t kMaxHeaderSize = 12 + 15 * 4 + 4 + 24;

  struct Sizes {
    std::size_t consumed;  // the packet's old header; its payload begins here
    std::size_t written;   // the new header in `out`
  };

  /// `transport_number_id`: of the extension with a transport-wide sequence number, 1–14; any other is none.
  /// Absent if another value is not one that RTP can carry.
  [[nodiscard]] static std::optional<PacketRewriter> create(
      std::uint8_t payload_type, std::uint32_t ssrc, const std::optional<MidExtension>& mid,
      const std::optional<PlayoutDelayExtension>& playout_delay = std::nullopt,
      std::optional<std::uint8_t> transport_number_id = {});

  /// `packet` must hold at least the whole header. Absent if it is not RTP or cut short, or if `out` is too small.
  [[nodiscard]] std::optional<Sizes> rewrite(std::span<const std::uint8_t> packet, std::span<std::uint8_t> out,
                                             const Shift& shift = {}) const;
  /// Whether headers have room for a transport-wide sequence number
  /// (draft-holmer-rmcat-transport-wide-cc-extensions-01), zero until it is written.
  [[nodiscard]] bool has_transport_number() const { return has_transport_number_; }
  /// Into a header that one with such room has written.
  static void write_transport_number(std::uint16_t number, std::span<std::uint8_t> header);

 private:
  PacketRewriter(std::uint8_t payload_type, std::uint32_t ssrc, std::vector<std::uint8_t> extension,
                 bool has_transport_number)
      : payload_type_(payload_type),
        ssrc_(ssrc),
        extension_(std::move(extension)),
        has_transport_number_(has_transport_number) {}

  std::uint8_t payload_type_;
  std::uint32_t ssrc_;
  std::vector<std::uint8_t> extension_;  // the whole block, ready to be copied; empty: none
  bool has_transport_number_;            // first in it
};

}  // namespace rtcmc::rtp
