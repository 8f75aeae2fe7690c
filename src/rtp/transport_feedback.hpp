// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rtcmc::rtp {

/// When the packets of a connection came (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). They are numbered
/// over all its streams.
struct TransportFeedback {
  /// By the receiver's clock, whose zero is anywhere, to a quarter of a millisecond.
  using Arrival = std::chrono::microseconds;

  struct Packet {
    std::uint16_t sequence;
    std::optional<Arrival> arrival;  // absent: it had not come

    friend bool operator==(const Packet&, const Packet&) = default;
  };

  /// After so long an arrival looks like one at zero: the reference has 24 bits. What comes before or after its
  /// reference by a little may be below zero or above this.
  static constexpr Arrival kPeriod = std::chrono::milliseconds{64} * (1U << 24U);

  std::uint32_t ssrc;           // of any stream of the connection
  std::uint8_t number;          // of the feedback: one more than before, and wraps; for those that were lost
  std::vector<Packet> packets;  // by their numbers, without a gap

  friend bool operator==(const TransportFeedback&, const TransportFeedback&) = default;
};

/// `information`: what follows the media's SSRC. Absent if it is about nothing or claims more than it holds. No more
/// than `limit` packets are taken of it, the first ones.
[[nodiscard]] std::optional<TransportFeedback> parse_transport_feedback(std::uint32_t ssrc,
                                                                        std::span<const std::uint8_t> information,
                                                                        std::size_t limit);

}  // namespace rtcmc::rtp
