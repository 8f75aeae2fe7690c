// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "rtp/transport_feedback.hpp"

namespace rtcmc::rtp {

/// What a receiver says of one stream (RFC 3550, 6.4.1).
struct ReportBlock {
  std::uint32_t ssrc;
  std::uint8_t fraction_lost;        // of 256, since its report before
  std::int32_t packets_lost;         // negative: more duplicates than losses
  std::uint32_t jitter;              // in units of the codec's clock
  std::uint32_t last_sender_report;  // the middle 32 bits of its NTP time; 0: none came yet
  std::uint32_t delay_since_report;  // in 1/65536 s

  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

/// These packets are missing (RFC 4585, 6.2.1), in the order in which it names them.
struct Nack {
  std::uint32_t ssrc;
  std::vector<std::uint16_t> sequences;

  friend bool operator==(const Nack&, const Nack&) = default;
};

/// The receiver's picture is broken (RFC 4585, 6.3.1: PLI).
struct PictureLoss {
  std::uint32_t ssrc;

  friend bool operator==(const PictureLoss&, const PictureLoss&) = default;
};

/// A keyframe is to be sent (RFC 5104, 4.3.1: FIR). The same `number` again is the same request, repeated.
struct FullIntraRequest {
  std::uint32_t ssrc;
  std::uint8_t number;

  friend bool operator==(const FullIntraRequest&, const FullIntraRequest&) = default;
};

/// What the receiver believes that it can be sent, over all streams (draft-alvestrand-rmcat-remb-03: REMB).
struct ReceiverEstimate {
  std::uint32_t ssrc;  // of the first stream that it names
  std::uint64_t bits;  // a second; no more than that many is said

  friend bool operator==(const ReceiverEstimate&, const ReceiverEstimate&) = default;
};

using Feedback = std::variant<ReportBlock, Nack, PictureLoss, FullIntraRequest, TransportFeedback, ReceiverEstimate>;

inline constexpr std::size_t kMaxFeedback = 64;
inline constexpr std::size_t kMaxNacked = 1024;
/// Half a second at 80 Mbit/s. A few bytes can tell of as many as numbers allow.
inline constexpr std::size_t kMaxTransportPackets = 4096;

/// What a compound RTCP packet (RFC 3550; reduced size ones of RFC 5506 too) says to a sender, in order. A packet in it
/// that is not understood or claims more than it holds is left out. What follows one whose own length cannot be trusted
/// is left out with it: another version, no type of RTCP's, a length beyond the end, impossible padding. No more than
/// kMaxFeedback facts and, over all of them, kMaxNacked sequence numbers and kMaxTransportPackets packets of
/// transport-wide feedback are taken of one compound.
[[nodiscard]] std::vector<Feedback> parse_feedback(std::span<const std::uint8_t> compound);

}  // namespace rtcmc::rtp
