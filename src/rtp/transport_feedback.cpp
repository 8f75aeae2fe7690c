// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/transport_feedback.hpp"

#include <algorithm>

#include "rtp/big_endian.hpp"

namespace rtcmc::rtp {

namespace {

using ByteSpan = std::span<const std::uint8_t>;

constexpr std::size_t kInformationHeaderSize = 8;
constexpr std::size_t kChunkSize = 2;

constexpr std::chrono::milliseconds kReferenceUnit{64};
constexpr std::chrono::microseconds kDeltaUnit{250};

// What is said of a packet.
constexpr unsigned kNotReceived = 0;
constexpr unsigned kSmallDelta = 1;  // an unsigned byte
constexpr unsigned kLargeDelta = 2;  // two bytes with a sign

/// 16 bits that tell of some packets: that all of a run fared alike, or of each with one bit or two.
class Chunk {
 public:
  explicit Chunk(std::uint16_t bits) : bits_(bits) {}

  [[nodiscard]] std::size_t size() const {
    if (!is_vector()) {
      return bits_ & 0x1fffU;
    }
    return has_two_bits() ? 7 : 14;
  }

  /// `index` must be below size().
  [[nodiscard]] unsigned status(std::size_t index) const {
    if (!is_vector()) {
      return (bits_ >> 13U) & 3U;
    }
    return has_two_bits() ? (bits_ >> (12U - 2 * index)) & 3U : (bits_ >> (13U - index)) & 1U;
  }

 private:
  [[nodiscard]] bool is_vector() const { return (bits_ & 0x8000U) != 0; }
  [[nodiscard]] bool has_two_bits() const { return (bits_ & 0x4000U) != 0; }

  std::uint16_t bits_;
};

/// The chunks at the beginning of `bytes` that `packets` packets take. Absent if there are not enough.
std::optional<ByteSpan> chunks_for(std::size_t packets, ByteSpan bytes) {
  std::size_t size = 0;
  for (std::size_t told = 0; told < packets; size += kChunkSize) {
    if (bytes.size() < size + kChunkSize) {
      return std::nullopt;
    }
    told += Chunk(read<std::uint16_t>(bytes.subspan(size))).size();
  }
  return bytes.first(size);
}

/// The differences between arrivals, one after the other.
class Deltas {
 public:
  explicit Deltas(ByteSpan bytes) : bytes_(bytes) {}

  /// For a packet of this status. Absent if it is cut short, or is of a status that does not exist.
  std::optional<std::chrono::microseconds> take(unsigned status) {
    const std::size_t size = status;
    if ((status != kSmallDelta && status != kLargeDelta) || bytes_.size() < size) {
      return std::nullopt;
    }
    const int delta = status == kSmallDelta ? bytes_[0] : static_cast<std::int16_t>(read<std::uint16_t>(bytes_));
    bytes_ = bytes_.subspan(size);
    return delta * kDeltaUnit;
  }

 private:
  ByteSpan bytes_;
};

}  // namespace

std::optional<TransportFeedback> parse_transport_feedback(std::uint32_t ssrc, ByteSpan information, std::size_t limit) {
  if (information.size() < kInformationHeaderSize) {
    return std::nullopt;
  }
  auto sequence = read<std::uint16_t>(information);
  const std::size_t count = read<std::uint16_t>(information.subspan(2));
  const ByteSpan rest = information.subspan(kInformationHeaderSize);
  const auto chunks = chunks_for(count, rest);
  if (count == 0 || !chunks) {
    return std::nullopt;
  }
  TransportFeedback feedback{.ssrc = ssrc, .number = information[7], .packets = {}};
  const std::size_t taken = std::min(count, limit);
  feedback.packets.reserve(taken);
  Deltas deltas(rest.subspan(chunks->size()));
  TransportFeedback::Arrival arrival = kReferenceUnit * (read<std::uint32_t>(information.subspan(4)) >> 8U);
  for (std::size_t at = 0; feedback.packets.size() < taken; at += kChunkSize) {
    const Chunk chunk(read<std::uint16_t>(chunks->subspan(at)));
    for (std::size_t i = 0; i < chunk.size() && feedback.packets.size() < taken; ++i, ++sequence) {
      const unsigned status = chunk.status(i);
      if (status == kNotReceived) {
        feedback.packets.push_back({sequence, std::nullopt});
        continue;
      }
      const auto delta = deltas.take(status);
      if (!delta) {
        return std::nullopt;
      }
      arrival += *delta;
      feedback.packets.push_back({sequence, arrival});
    }
  }
  return feedback;
}

}  // namespace rtcmc::rtp
