// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/transmitter.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "rtp/big_endian.hpp"
#include "rtp/first_byte.hpp"
#include "rtp/packet.hpp"
#include "rtp/serial.hpp"

namespace rtcmc::rtp {

namespace {

constexpr std::size_t kOriginalSequenceSize = 2;  // RFC 4588, section 4
/// By so much, on a machine that is too slow for both, one encoder may be behind another of the same input.
constexpr std::int32_t kLongestLag = 10;  // s

/// Browsers report with each question for a packet, too: of so few since the report before, what is late at that moment
/// is too large a part. A second of 2 Mbit/s.
constexpr std::uint64_t kPacketsToJudge = 250;

}  // namespace

bool Transmitter::set_format(const StreamFormat& format) {
  std::optional<PlayoutDelayExtension> delay;
  if (tells_delay_ && format.playout_delay_id) {
    delay = PlayoutDelayExtension{*format.playout_delay_id, repair_delay_.value()};
  }
  auto media =
      PacketRewriter::create(format.payload_type, identity_.ssrc, format.mid, delay, format.transport_number_id);
  std::optional<PacketRewriter> retransmissions;
  if (format.retransmission_type && identity_.retransmission_ssrc) {
    retransmissions = PacketRewriter::create(*format.retransmission_type, *identity_.retransmission_ssrc, format.mid,
                                             delay, format.transport_number_id);
  }
  if (!media) {
    return false;
  }
  format_ = Format{*std::move(media), std::move(retransmissions), format};
  return true;
}

std::optional<std::size_t> Transmitter::transmit(const HeaderBytes& header, std::size_t payload_size,
                                                 std::span<std::uint8_t, kMaxHeaderSize> out) {
  if (!format_) {
    return std::nullopt;
  }
  const auto shift = shift_for(header.sequence());
  const auto sequence = static_cast<std::uint16_t>(header.sequence() + shift);
  const bool is_first_of_source = begins_source(header.sequence());
  if (!is_first_of_source && !is_free(sequence)) {
    return std::nullopt;
  }
  const std::uint32_t timestamp_shift = is_first_of_source ? timestamp_shift_for(header.timestamp()) : timestamp_shift_;
  const auto sizes = format_->media.rewrite(header.bytes(), out, {.sequence = shift, .timestamp = timestamp_shift});
  if (!sizes) {
    return std::nullopt;
  }
  if (is_first_of_source) {
    shift_ = shift;
    highest_in_source_ = header.sequence();
    is_left_out_.reset();
    first_of_source_ = sequence;
  } else if (behind_highest(header.sequence()) < 0) {
    advance(header.sequence(), false);
  }
  timestamp_shift_ = timestamp_shift;
  sent_[sequence % kRemembered] = {sequence, header.sequence()};
  const std::uint32_t timestamp = header.timestamp() + timestamp_shift;
  timestamp_ = !timestamp_ || is_first_of_source || distance(*timestamp_, timestamp) > 0 ? timestamp : *timestamp_;
  use(sequence);
  ++count_.packets;
  count_.bytes += payload_size;
  repairs_.on_sent(payload_size + sizes->written);
  return sizes->written;
}

bool Transmitter::may_ask() {
  return format_ && format_->retransmissions && repairs_.may_ask();
}

void Transmitter::leave_out(std::uint16_t in_source) {
  // What is late has been taken for lost.
  if (shift_ && !begins_source(in_source) && behind_highest(in_source) < 0) {
    advance(in_source, true);
    --*shift_;
  }
}

void Transmitter::advance(std::uint16_t in_source, bool is_left_out) {
  is_left_out_ <<= static_cast<std::size_t>(-behind_highest(in_source));
  is_left_out_.set(0, is_left_out);
  highest_in_source_ = in_source;
}

int Transmitter::behind_highest(std::uint16_t in_source) const {
  return distance(in_source, highest_in_source_);
}

bool Transmitter::begins_source(std::uint16_t in_source) const {
  return !shift_ || std::abs(behind_highest(in_source)) > static_cast<int>(Renumbering::kLongestGap);
}

std::uint16_t Transmitter::shift_for(std::uint16_t in_source) const {
  if (begins_source(in_source)) {
    return static_cast<std::uint16_t>(next_sequence_ - in_source);
  }
  // What was left out since then has taken no number.
  const auto behind = static_cast<std::size_t>(std::max(behind_highest(in_source), 0));
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < std::min(behind, is_left_out_.size()); ++i) {
    left_out += is_left_out_[i] ? 1 : 0;
  }
  return static_cast<std::uint16_t>(*shift_ + left_out);
}

/// Two encoders of one input take their time, so that the second's first picture may be one that the first has sent. To
/// a receiver, what is not later than that is old.
std::uint32_t Transmitter::timestamp_shift_for(std::uint32_t in_source) const {
  if (!timestamp_) {
    return 0;
  }
  const std::int64_t behind = distance(in_source, *timestamp_);
  const bool is_same_input =
      behind >= 0 && behind < kLongestLag * static_cast<std::int32_t>(format_->wanted.clock_rate);
  return is_same_input ? *timestamp_ + 1 - in_source : 0;
}

bool Transmitter::is_free(std::uint16_t sequence) const {
  const int ahead = distance(next_sequence_, sequence);
  if (ahead >= 0) {
    return true;
  }
  const auto behind_latest = static_cast<std::size_t>(-ahead - 1);
  return distance(first_of_source_, sequence) >= 0 && behind_latest < is_used_.size() && !is_used_[behind_latest];
}

void Transmitter::use(std::uint16_t sequence) {
  const int ahead = distance(next_sequence_, sequence);
  if (ahead < 0) {
    is_used_.set(static_cast<std::size_t>(-ahead - 1));
    return;
  }
  is_used_ <<= static_cast<std::size_t>(ahead) + 1;
  is_used_.set(0);
  next_sequence_ = static_cast<std::uint16_t>(sequence + 1);
  // Far behind, it would be taken for what is to come.
  if (distance(first_of_source_, next_sequence_) > INT16_MAX / 2) {
    first_of_source_ = static_cast<std::uint16_t>(next_sequence_ - INT16_MAX / 2);
  }
}

bool Transmitter::is_of_source(std::uint16_t sequence) const {
  return shift_ && distance(first_of_source_, sequence) >= 0 && distance(sequence, next_sequence_) > 0;
}

std::optional<std::uint16_t> Transmitter::source_sequence(std::uint16_t sequence) const {
  const Sent& sent = sent_[sequence % kRemembered];
  return is_of_source(sequence) && sent.sequence == sequence ? std::optional(sent.in_source) : std::nullopt;
}

std::optional<std::size_t> Transmitter::retransmit(std::uint16_t sequence, const HeaderBytes& header,
                                                   std::size_t payload_size, Time sent, Time now,
                                                   std::span<std::uint8_t, kMaxHeaderSize> out) {
  // The source may have begun anew since it was found.
  if (!format_ || !format_->retransmissions || source_sequence(sequence) != header.sequence()) {
    return std::nullopt;
  }
  const auto shift = static_cast<std::uint16_t>(next_retransmission_ - header.sequence());
  const auto sizes =
      format_->retransmissions->rewrite(header.bytes(), out, {.sequence = shift, .timestamp = timestamp_shift_});
  if (!sizes || sizes->written + kOriginalSequenceSize > out.size()) {
    return std::nullopt;
  }
  const std::size_t size = sizes->written + kOriginalSequenceSize;
  if (!repairs_.allows(sequence, size + payload_size, sent, now, round_trip())) {
    return std::nullopt;
  }
  ++next_retransmission_;
  write(sequence, std::span<std::uint8_t>(out).subspan(sizes->written));
  ++count_.retransmitted_packets;
  count_.retransmitted_bytes += payload_size;
  return size;
}

std::optional<std::size_t> Transmitter::pad(std::span<std::uint8_t, kMaxHeaderSize> out) {
  if (!format_ || !format_->retransmissions || !has_transport_number() || !timestamp_) {
    return std::nullopt;
  }
  constexpr std::uint8_t kPaddingBit = 0x20;
  std::array<std::uint8_t, PacketHeader::kFixedSize> header{kVersion2 | kPaddingBit};
  write(*timestamp_, std::span(header).subspan(PacketHeader::kTimestampOffset));
  const auto sizes = format_->retransmissions->rewrite(header, out, {.sequence = next_retransmission_});
  if (!sizes) {
    return std::nullopt;
  }
  ++next_retransmission_;
  return sizes->written;
}

std::optional<SenderReport> Transmitter::report(Time now, std::uint64_t ntp_time, const ClockPair& clock) {
  if (!format_ || count_.packets == 0 || (reported_ && now - *reported_ < kReportInterval)) {
    return std::nullopt;
  }
  reported_ = now;
  clock_ = ClockPair{clock.ntp_time, clock.rtp_timestamp + timestamp_shift_};
  return report_at(ntp_time);
}

SenderReport Transmitter::report_at(std::uint64_t ntp_time) const {
  SenderReport report{.ssrc = identity_.ssrc,
                      .ntp_time = ntp_time,
                      .rtp_timestamp = 0,
                      .packets = static_cast<std::uint32_t>(count_.packets),
                      .octets = static_cast<std::uint32_t>(count_.bytes)};
  if (clock_ && format_) {
    // Wraps as it should, and may be negative: what is sent now may be for later.
    const auto elapsed = static_cast<std::int64_t>(ntp_time - clock_->ntp_time);
    const double seconds = static_cast<double>(elapsed) / 4294967296.0;
    report.rtp_timestamp = clock_->rtp_timestamp +
                           static_cast<std::uint32_t>(static_cast<std::int64_t>(seconds * format_->wanted.clock_rate));
  }
  return report;
}

void Transmitter::take(const ReportBlock& block, std::uint64_t ntp_time) {
  Reception reception{.packets_lost = static_cast<std::uint64_t>(std::max(block.packets_lost, 0)),
                      .fraction_lost = block.fraction_lost / 256.0,
                      .jitter = block.jitter,
                      .round_trip_time = std::nullopt};
  if (block.last_sender_report != 0) {
    const auto now = static_cast<std::uint32_t>(ntp_time >> 16U);
    const auto time = static_cast<std::int32_t>(now - block.last_sender_report - block.delay_since_report);
    reception.round_trip_time = std::max(time, 0) / 65536.0;
  }
  count_.reception = reception;
  if (count_.packets - packets_at_report_ < kPacketsToJudge) {
    return;
  }
  const double lost = lost_since_report(block.packets_lost);
  repairs_.on_report(std::max(lost, 0.0));
  if (repair_delay_.on_report(lost, round_trip()) && format_) {
    tells_delay_ = true;
    // What was valid before is so with that.
    static_cast<void>(set_format(StreamFormat(format_->wanted)));
  }
}

double Transmitter::lost_since_report(std::int32_t packets_lost) {
  // Not its own figure for that, which is never negative: late packets would look like lost ones.
  const auto lost = static_cast<double>(packets_lost) - std::exchange(lost_at_report_, packets_lost);
  const auto sent = static_cast<double>(count_.packets - std::exchange(packets_at_report_, count_.packets));
  return std::clamp(lost / std::max(sent, 1.0), -1.0, 1.0);
}

std::optional<std::chrono::nanoseconds> Transmitter::round_trip() const {
  if (!count_.reception || !count_.reception->round_trip_time) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(*count_.reception->round_trip_time));
}

bool Transmitter::take(const FullIntraRequest& request) {
  ++count_.firs;
  return std::exchange(full_intra_request_, request.number) != request.number;
}

}  // namespace rtcmc::rtp
