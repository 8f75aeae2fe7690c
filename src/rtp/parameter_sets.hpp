// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rtp/codec.hpp"
#include "rtp/packet.hpp"

namespace rtcmc::rtp {

/// Sees to it that each keyframe of an H.264 or H.265 stream comes with its parameter sets. Many cameras send them only
/// once, or only in the description of the stream, where no viewer ever looks. Where they are missing, a packet with
/// them goes ahead of the keyframe, and all numbers from there on are one higher.
///
/// A pure policy: bytes in, values out. No lock of its own.
class ParameterSets {
 public:
  using Bytes = std::vector<std::uint8_t>;

  /// So many packets later, a packet is not taken for one that was only late.
  static constexpr int kReach = 1000;

  [[nodiscard]] static bool concern(Codec codec) { return codec == Codec::H264 || codec == Codec::H265; }
  explicit ParameterSets(Codec codec) : codec_(codec) {}

  /// From the description of a stream that begins now: units in base64, with commas between them.
  void describe(std::string_view text);

  struct Decision {
    Bytes ahead;          // a packet to be sent first; empty: there is none
    std::uint16_t shift;  // to be added to the packet's number
  };
  [[nodiscard]] Decision on_packet(std::span<const std::uint8_t> packet);

 private:
  using View = std::span<const std::uint8_t>;

  struct Sets {
    std::optional<std::uint32_t> timestamp;  // of the picture that brought them; absent: the description
    std::vector<Bytes> units;
  };

  [[nodiscard]] int type_of(std::uint8_t first) const;
  [[nodiscard]] bool is_set(int type) const;
  [[nodiscard]] bool is_key_slice(int type) const;
  /// The whole ones in a packet, in their order.
  [[nodiscard]] std::vector<View> units_in(View payload) const;
  /// Of a unit that begins in this packet and goes on in others; absent: there is none.
  [[nodiscard]] std::optional<int> type_of_fragment(View payload) const;
  /// Keeps the parameter sets ahead of a keyframe; whether there is one that has not got them all.
  [[nodiscard]] bool look_at(View payload, std::uint32_t timestamp);
  void keep(View set, std::uint32_t timestamp);
  [[nodiscard]] bool lacks_sets(std::uint32_t timestamp) const;
  /// Empty: not all that it takes are known.
  [[nodiscard]] Bytes packet_ahead_of(View packet, const PacketHeader& header) const;
  /// Whether the packet is newer than all before it.
  [[nodiscard]] bool advance(const PacketHeader& header);
  [[nodiscard]] std::uint16_t shift_of(std::uint16_t sequence) const;

  Codec codec_;
  std::map<int, Sets> sets_;             // by type
  std::optional<std::uint32_t> served_;  // timestamp of the latest picture that a packet went ahead of
  std::optional<PacketHeader> highest_;
  std::deque<std::uint16_t> insertions_;  // the numbers ahead of which a packet went, of late
  std::uint16_t inserted_ = 0;
};

}  // namespace rtcmc::rtp
