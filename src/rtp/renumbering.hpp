// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rtp/packet.hpp"
#include "rtp/packet_rewriter.hpp"

namespace rtcmc::rtp {

/// Makes one stream out of the RTP packets that somebody else numbered, for receivers that must not notice when
/// packets come twice or late, when their sender begins anew or when another one takes over. A pure policy: the caller
/// brings the time. No lock of its own.
///
/// A line is a run of packets whose SSRC, sequence numbers and timestamps belong together. Within a line, gaps of lost
/// packets and the distances of timestamps stay as they are; from one line to the next, numbers go on without a gap and
/// timestamps at the clock's pace.
///
/// What is neither of the line nor like one that was there before begins a new line at once, since it may be the
/// keyframe that a restarted sender begins with. What looks late might be a sender that begins anew, too: it has to
/// come several times in a row, or after a silence.
class Renumbering {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How far behind the latest packet one may come. SRTP refuses what is 128 and more behind.
  static constexpr std::size_t kReach = 100;
  /// A longer one is closed: nobody asks for so much again (RFC 3550's own limit for a jump is of that kind).
  static constexpr unsigned kLongestGap = 1000;
  static constexpr unsigned kInARow = 16;
  static constexpr std::chrono::seconds kSilence{1};

  struct Decision {
    Shift shift;
    bool begins_anew;  // what comes does not build on what was there before
  };

  /// Timestamps are told from the clock, so that who goes on after `first_sequence` goes on in time as well.
  Renumbering(std::uint32_t clock_rate, std::uint16_t first_sequence, std::uint32_t timestamp_offset);

  /// Absent: the packet is to be left out.
  [[nodiscard]] std::optional<Decision> on_packet(const PacketHeader& packet, Time now);
  /// The caller left packets out on purpose: they are not to look like lost ones.
  void close_gap() { closes_gap_ = true; }
  /// The input said that another stream begins: it may be any, one that was there before included.
  void expect_change() { former_ = {}; }
  [[nodiscard]] std::uint16_t next_sequence() const;

 private:
  struct Line {
    std::uint32_t ssrc;
    std::uint16_t sequence;   // the highest
    std::uint32_t timestamp;  // of that packet
    Time time;                // of the latest packet
  };

  [[nodiscard]] bool is_of(const Line& line, const PacketHeader& packet, Time now) const;
  Decision begin(const PacketHeader& packet, Time now);
  std::optional<Decision> go_on(const PacketHeader& packet, Time now);
  std::optional<Decision> on_stray(const PacketHeader& packet, Time now);
  void advance(unsigned distance);
  Decision let_through(const PacketHeader& packet, Time now);
  [[nodiscard]] std::uint32_t ticks(std::chrono::nanoseconds duration) const;

  const std::uint32_t clock_rate_;
  const std::uint16_t first_sequence_;
  const std::uint32_t timestamp_offset_;
  std::optional<Line> current_;
  std::array<std::optional<Line>, 4> former_;
  std::size_t oldest_former_ = 0;
  Shift shift_;                  // of the current line
  std::bitset<kReach> is_used_;  // numbers from the highest one backwards
  bool closes_gap_ = false;
  std::uint32_t latest_timestamp_ = 0;  // of all that were given out
  std::optional<PacketHeader> stray_;   // the latest, if nothing was let through since
  unsigned strays_ = 0;                 // in a row
};

}  // namespace rtcmc::rtp
