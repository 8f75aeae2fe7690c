// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/feedback.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "rtp/big_endian.hpp"
#include "rtp/first_byte.hpp"
#include "rtp/rtcp_type.hpp"

namespace rtcmc::rtp {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kCountMask = 0x1f;

// No others are RTCP where RTP shares the port (RFC 5761, 4).
constexpr std::uint8_t kFirstType = 192;
constexpr std::uint8_t kLastType = 223;

// In the place of a count: what kind of feedback of that type.
constexpr std::uint8_t kGenericNack = 1;
constexpr std::uint8_t kTransportWide = 15;
constexpr std::uint8_t kPictureLoss = 1;
constexpr std::uint8_t kFullIntra = 4;
constexpr std::uint8_t kApplication = 15;

constexpr std::size_t kHeaderSize = 4;
constexpr std::size_t kSsrcSize = 4;
constexpr std::size_t kSenderInfoSize = 20;
constexpr std::size_t kReportBlockSize = 24;
constexpr std::size_t kNackSize = 4;
constexpr std::size_t kFullIntraSize = 8;

constexpr std::uint32_t kEstimateName = 0x52454d42;  // "REMB"
constexpr std::size_t kEstimateSize = 8;

/// One packet of a compound.
struct Packet {
  std::uint8_t count;  // or format
  std::uint8_t type;
  Bytes body;        // without header and padding
  std::size_t size;  // with both
};

std::optional<Packet> first_packet(Bytes compound) {
  if (compound.size() < kHeaderSize || (compound[0] & kVersionMask) != kVersion2 || compound[1] < kFirstType ||
      compound[1] > kLastType) {
    return std::nullopt;
  }
  const std::size_t size = kHeaderSize + read<std::uint16_t>(compound.subspan(2)) * std::size_t{4};
  if (size > compound.size()) {
    return std::nullopt;
  }
  Bytes body = compound.subspan(kHeaderSize, size - kHeaderSize);
  if ((compound[0] & kPaddingBit) != 0) {
    // RFC 3550, 6.4.1 has it a multiple of four; Chromium's fills transport-wide feedback up, with one to three bytes.
    const std::size_t padding = body.empty() ? 0 : body.back();
    if (padding == 0 || padding > body.size()) {
      return std::nullopt;
    }
    body = body.first(body.size() - padding);
  }
  return Packet{static_cast<std::uint8_t>(compound[0] & kCountMask), compound[1], body, size};
}

/// 24 bits in two's complement.
std::int32_t packets_lost(Bytes bytes) {
  const std::uint32_t value = read<std::uint32_t>(bytes) >> 8U;
  return static_cast<std::int32_t>(value ^ 0x800000U) - 0x800000;
}

/// 6 bits of exponent, 18 of mantissa.
std::uint64_t bits_of_estimate(Bytes bytes) {
  const std::uint64_t mantissa = read<std::uint32_t>(bytes) & 0x3ffffU;
  const unsigned exponent = bytes[1] >> 2U;
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return mantissa > kMost >> exponent ? kMost : mantissa << exponent;
}

class Parser {
 public:
  void take(const Packet& packet) {
    switch (packet.type) {
      case rtcp_type::kSenderReport:
        take_reports(packet, kSsrcSize + kSenderInfoSize);
        break;
      case rtcp_type::kReceiverReport:
        take_reports(packet, kSsrcSize);
        break;
      case rtcp_type::kTransportFeedback:
      case rtcp_type::kPayloadFeedback:
        take_feedback(packet);
        break;
      default:
        break;
    }
  }

  [[nodiscard]] bool is_full() const { return feedback_.size() == kMaxFeedback; }
  [[nodiscard]] std::vector<Feedback> result() && { return std::move(feedback_); }

 private:
  void add(Feedback feedback) {
    if (!is_full()) {
      feedback_.push_back(std::move(feedback));
    }
  }

  void take_reports(const Packet& packet, std::size_t offset) {
    if (packet.body.size() < offset + packet.count * kReportBlockSize) {
      return;
    }
    for (std::size_t i = 0; i < packet.count; ++i) {
      const Bytes block = packet.body.subspan(offset + i * kReportBlockSize, kReportBlockSize);
      add(ReportBlock{.ssrc = read<std::uint32_t>(block),
                      .fraction_lost = block[4],
                      .packets_lost = packets_lost(block.subspan(5)),
                      .jitter = read<std::uint32_t>(block.subspan(12)),
                      .last_sender_report = read<std::uint32_t>(block.subspan(16)),
                      .delay_since_report = read<std::uint32_t>(block.subspan(20))});
    }
  }

  void take_feedback(const Packet& packet) {
    if (packet.body.size() < 2 * kSsrcSize) {
      return;
    }
    const auto media = read<std::uint32_t>(packet.body.subspan(kSsrcSize));
    const Bytes information = packet.body.subspan(2 * kSsrcSize);
    if (packet.type == rtcp_type::kTransportFeedback && packet.count == kGenericNack) {
      take_nack(media, information);
    } else if (packet.type == rtcp_type::kTransportFeedback && packet.count == kTransportWide) {
      take_transport_wide(media, information);
    } else if (packet.type == rtcp_type::kPayloadFeedback && packet.count == kPictureLoss) {
      add(PictureLoss{media});
    } else if (packet.type == rtcp_type::kPayloadFeedback && packet.count == kFullIntra) {
      take_full_intra(information);
    } else if (packet.type == rtcp_type::kPayloadFeedback && packet.count == kApplication) {
      take_estimate(information);
    }
  }

  /// Pairs of a sequence number and a bit for each of the 16 after it.
  void take_nack(std::uint32_t media, Bytes information) {
    Nack nack{media, {}};
    for (; information.size() >= kNackSize && nacked_ < kMaxNacked; information = information.subspan(kNackSize)) {
      auto sequence = read<std::uint16_t>(information);
      // The number itself, then each that the bits name.
      for (std::uint32_t bits = read<std::uint16_t>(information.subspan(2)) << 1U | 1U;
           bits != 0 && nacked_ < kMaxNacked; bits >>= 1U, ++sequence) {
        if ((bits & 1U) != 0) {
          nack.sequences.push_back(sequence);
          ++nacked_;
        }
      }
    }
    if (!nack.sequences.empty()) {
      add(std::move(nack));
    }
  }

  /// The streams stand in the entries: the packet's own media SSRC is 0.
  void take_full_intra(Bytes information) {
    if (information.size() % kFullIntraSize != 0) {
      return;
    }
    for (; !information.empty(); information = information.subspan(kFullIntraSize)) {
      add(FullIntraRequest{read<std::uint32_t>(information), information[4]});
    }
  }

  void take_transport_wide(std::uint32_t media, Bytes information) {
    auto feedback = parse_transport_feedback(media, information, kMaxTransportPackets - transport_packets_);
    if (feedback && !feedback->packets.empty()) {
      transport_packets_ += feedback->packets.size();
      add(*std::move(feedback));
    }
  }

  /// The streams stand behind it, likewise.
  void take_estimate(Bytes information) {
    if (information.size() < kEstimateSize + kSsrcSize || read<std::uint32_t>(information) != kEstimateName) {
      return;
    }
    const std::size_t streams = information[4];
    if (streams == 0 || information.size() < kEstimateSize + streams * kSsrcSize) {
      return;
    }
    add(ReceiverEstimate{read<std::uint32_t>(information.subspan(kEstimateSize)),
                         bits_of_estimate(information.subspan(4))});
  }

  std::vector<Feedback> feedback_;
  std::size_t nacked_ = 0;
  std::size_t transport_packets_ = 0;
};

}  // namespace

std::vector<Feedback> parse_feedback(std::span<const std::uint8_t> compound) {
  Parser parser;
  for (auto packet = first_packet(compound); packet && !parser.is_full(); packet = first_packet(compound)) {
    parser.take(*packet);
    compound = compound.subspan(packet->size);
  }
  return std::move(parser).result();
}

}  // namespace rtcmc::rtp
