// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtp/feedback.hpp"
#include "rtp/header_bytes.hpp"
#include "rtp/packet_rewriter.hpp"
#include "rtp/renumbering.hpp"
#include "rtp/repair_delay.hpp"
#include "rtp/repair_policy.hpp"
#include "rtp/sender_report.hpp"

namespace rtcmc::rtp {

/// How one receiver wants a stream: what its half of the SDP says.
struct StreamFormat {
  std::uint8_t payload_type;
  std::optional<std::uint8_t> retransmission_type = {};  // of RFC 4588; absent: nothing is sent again
  std::optional<MidExtension> mid = {};                  // absent: not negotiated
  std::optional<std::uint8_t> transport_number_id = {};  // of the extension with transport-wide numbers; likewise
  std::uint32_t clock_rate = 90'000;                     // Hz
  std::optional<std::uint8_t> playout_delay_id = {};     // of that extension, 1–14; absent: not negotiated
};

/// A moment in NTP's format (seconds since 1900 and 1/2^32 s), and the RTP timestamp of what was captured then.
struct ClockPair {
  std::uint64_t ntp_time;
  std::uint32_t rtp_timestamp;
};

/// What a receiver says of the stream.
struct Reception {
  std::uint64_t packets_lost;
  double fraction_lost;                   // since its report before
  std::uint32_t jitter;                   // in units of the codec's clock
  std::optional<double> round_trip_time;  // seconds; absent: it had no sender report of ours yet
};

/// Of everything since the beginning.
struct TransmissionCount {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // without headers; as for the rest, retransmissions do not count
  std::uint64_t retransmitted_packets = 0;
  std::uint64_t retransmitted_bytes = 0;
  std::uint32_t nacks = 0;
  std::uint32_t plis = 0;
  std::uint32_t firs = 0;
  std::optional<Reception> reception;  // the latest
};

/// What a sender owes one receiver of a stream (RFC 3550, 4585, 4588): numbers of its own, which go on without a gap
/// when what is sent changes, so that no key stream is used twice, and timestamps that never go back then; headers as
/// negotiated; retransmissions; sender reports. It lasts as long as the connection. A pure class over bytes: the caller
/// brings the time, and sends. No lock of its own.
class Transmitter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A header with what RFC 4588 puts in front of the payload.
  static constexpr std::size_t kMaxHeaderSize = PacketRewriter::kMaxHeaderSize + 2;
  static constexpr std::chrono::milliseconds kReportInterval{1000};
  static constexpr std::size_t kPaddingSize = 252;

  struct Identity {
    std::uint32_t ssrc;
    std::optional<std::uint32_t> retransmission_ssrc = {};
    std::uint16_t first_sequence = 0;  // RFC 3711: below 2^15, so that it does not wrap early
  };

  explicit Transmitter(const Identity& identity) : identity_(identity), next_sequence_(identity.first_sequence) {}

  /// False, and all stays as it was, if RTP cannot carry it. If that is so of retransmissions alone, there are none.
  [[nodiscard]] bool set_format(const StreamFormat& format);
  /// What comes next is numbered by another source, or comes after some that was left out on purpose.
  void change_source() { shift_.reset(); }

  /// Writes the header for a packet, whose own one says where it is in its source: far from what came before, it is of
  /// another. Returns its size; absent: the packet is not sent (its number was given out or left behind, and an
  /// encryptor that is asked for one twice gives up; or no format is known).
  [[nodiscard]] std::optional<std::size_t> transmit(const HeaderBytes& header, std::size_t payload_size,
                                                    std::span<std::uint8_t, kMaxHeaderSize> out);
  /// A packet of the source is not for this receiver, to whom it is not to look like a lost one: what follows takes its
  /// number.
  void leave_out(std::uint16_t in_source);
  /// Whether the headers written have room for a transport-wide number (PacketRewriter).
  [[nodiscard]] bool has_transport_number() const { return format_ && format_->media.has_transport_number(); }
  /// Whether the receiver may ask for one more packet.
  [[nodiscard]] bool may_ask();
  /// The source's number of a packet that the receiver misses. Absent if it is nothing that the source has now.
  [[nodiscard]] std::optional<std::uint16_t> source_sequence(std::uint16_t sequence) const;
  /// The same as transmit() for the retransmission of what was first sent at `sent`, as `sequence`. Absent: it is not
  /// sent again.
  [[nodiscard]] std::optional<std::size_t> retransmit(std::uint16_t sequence, const HeaderBytes& header,
                                                      std::size_t payload_size, Time sent, Time now,
                                                      std::span<std::uint8_t, kMaxHeaderSize> out);

  /// Writes the header of a packet with nothing but kPaddingSize bytes of padding (RFC 3550, 5.1), among the
  /// retransmissions: none of the media's numbers is used up. Absent: there are no retransmissions, or no number by
  /// which its arrival would be told.
  [[nodiscard]] std::optional<std::size_t> pad(std::span<std::uint8_t, kMaxHeaderSize> out);

  /// A report that is due now. `ntp_time`: now.
  [[nodiscard]] std::optional<SenderReport> report(Time now, std::uint64_t ntp_time, const ClockPair& clock);
  /// Due or not.
  [[nodiscard]] SenderReport report_at(std::uint64_t ntp_time) const;

  void take(const ReportBlock& block, std::uint64_t ntp_time);
  void take(const Nack&) { ++count_.nacks; }
  void take(const PictureLoss&) { ++count_.plis; }
  /// False: it repeats the one before.
  [[nodiscard]] bool take(const FullIntraRequest& request);

  [[nodiscard]] const TransmissionCount& count() const { return count_; }
  /// Of the packet that comes next.
  [[nodiscard]] std::uint16_t next_sequence() const { return next_sequence_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }

 private:
  struct Format {
    PacketRewriter media;
    std::optional<PacketRewriter> retransmissions;
    StreamFormat wanted;
  };

  [[nodiscard]] std::optional<std::chrono::nanoseconds> round_trip() const;
  /// The part of what was sent since the report before; negative if some of it has come since.
  [[nodiscard]] double lost_since_report(std::int32_t packets_lost);
  /// Whether another source's numbers begin there.
  [[nodiscard]] bool begins_source(std::uint16_t in_source) const;
  /// How far behind the source's highest number one is; negative: ahead of it. Only while shift_ is there.
  [[nodiscard]] int behind_highest(std::uint16_t in_source) const;
  [[nodiscard]] std::uint16_t shift_for(std::uint16_t in_source) const;
  /// The source's highest number is this one now, which was left out or not.
  void advance(std::uint16_t in_source, bool is_left_out);
  [[nodiscard]] std::uint32_t timestamp_shift_for(std::uint32_t in_source) const;
  // These take numbers of ours.
  [[nodiscard]] bool is_free(std::uint16_t sequence) const;
  void use(std::uint16_t sequence);
  [[nodiscard]] bool is_of_source(std::uint16_t sequence) const;

  const Identity identity_;
  std::optional<Format> format_;
  /// Numbers for which what was sent is remembered.
  static constexpr std::size_t kRemembered = 1024;

  std::optional<std::uint16_t> shift_;   // from the source's highest number on to ours; absent: the next packet decides
  std::uint16_t highest_in_source_ = 0;  // while shift_ is there
  std::bitset<Renumbering::kReach> is_left_out_;  // of the source's numbers, from that one backwards
  struct Sent {
    std::uint16_t sequence;
    std::uint16_t in_source;
  };
  std::array<Sent, kRemembered> sent_{};      // by our numbers
  std::uint32_t timestamp_shift_ = 0;         // likewise, while shift_ is there
  std::optional<std::uint32_t> timestamp_;    // the highest one of the source
  std::uint16_t first_of_source_ = 0;         // ours; what comes before it has no number
  std::uint16_t next_sequence_;               // follows the highest one
  std::bitset<Renumbering::kReach> is_used_;  // numbers from the highest one backwards
  std::uint16_t next_retransmission_ = 0;     // of the other SSRC's numbers
  RepairPolicy repairs_;
  RepairDelay repair_delay_;
  bool tells_delay_ = false;             // once it was told, until the end
  std::int32_t lost_at_report_ = 0;      // packets, from the beginning
  std::uint64_t packets_at_report_ = 0;  // sent
  std::optional<ClockPair> clock_;       // as the latest report had it
  std::optional<Time> reported_;
  std::optional<std::uint8_t> full_intra_request_;
  TransmissionCount count_;
};

}  // namespace rtcmc::rtp
