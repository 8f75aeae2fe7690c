// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/transmission.hpp"

#include <array>

#include "rtp/sender_report.hpp"

namespace rtcmc::send {

namespace {

constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;

}  // namespace

std::uint64_t ntp_now() {
  const auto now = static_cast<std::uint64_t>(g_get_real_time());
  const std::uint64_t seconds = now / G_USEC_PER_SEC + kSecondsFrom1900To1970;
  return seconds << 32U | (now % G_USEC_PER_SEC << 32U) / G_USEC_PER_SEC;
}

bool Transmission::set_format(const PacketFormat& format) {
  const auto mid =
      format.mid_extension_id ? std::optional(rtp::MidExtension{*format.mid_extension_id, format.mid}) : std::nullopt;
  const std::lock_guard lock(mutex_);
  return transmitter_.set_format({.payload_type = format.payload_type,
                                  .retransmission_type = format.retransmission_type,
                                  .mid = mid,
                                  .transport_number_id = format.transport_number_id,
                                  .clock_rate = rtp::info(format.codec).clock_rate,
                                  .playout_delay_id = format.playout_delay_extension_id});
}

void Transmission::give_to(const std::shared_ptr<Wire::Listener>& source) {
  {
    const std::lock_guard lock(mutex_);
    source_ = source.get();
    transmitter_.change_source();
  }
  wire_->listen(ssrc(), source);
}

GstFlowReturn Transmission::send(const Wire::Listener& source, bool begins, const Packets& packets,
                                 const rtp::ClockPair& clock, History::Time now) {
  std::vector<Wire::Packet> out;
  out.reserve(packets.size());
  const std::lock_guard lock(mutex_);
  if (source_ != &source) {
    return GST_FLOW_EOS;
  }
  if (begins) {
    transmitter_.change_source();
  }
  for (const History::Entry& packet : packets) {
    if (packet.is_left_out) {
      transmitter_.leave_out(packet.header.sequence());
      continue;
    }
    auto& next = out.emplace_back();
    if (const auto size = transmitter_.transmit(packet.header, packet.payload->size(), next.header)) {
      complete(next, *size, *packet.payload, now);
    } else {
      out.pop_back();
    }
  }
  if (out.empty()) {
    return GST_FLOW_OK;
  }
  last_sent_ = now;
  const GstFlowReturn flow = wire_->send(out);
  if (const auto report = transmitter_.report(now, ntp_now(), clock)) {
    wire_->send_control(rtp::compose(*report, cname_));
  }
  return flow;
}

std::vector<Transmission::Missing> Transmission::missing(const Wire::Listener& source, const rtp::Nack& nack) {
  std::vector<Missing> result;
  const std::lock_guard lock(mutex_);
  transmitter_.take(nack);
  for (const std::uint16_t sequence : nack.sequences) {
    if (source_ != &source || !transmitter_.may_ask()) {
      break;
    }
    if (const auto in_source = transmitter_.source_sequence(sequence)) {
      result.push_back({sequence, *in_source});
    }
  }
  return result;
}

void Transmission::send_again(const Wire::Listener& source, const std::vector<Repair>& repairs, History::Time now) {
  std::vector<Wire::Packet> out;
  out.reserve(repairs.size());
  const std::lock_guard lock(mutex_);
  if (source_ != &source) {
    return;
  }
  for (const auto& [sequence, packet] : repairs) {
    auto& next = out.emplace_back();
    if (const auto size =
            transmitter_.retransmit(sequence, packet.header, packet.payload->size(), packet.time, now, next.header)) {
      complete(next, *size, *packet.payload, now);
    } else {
      out.pop_back();
    }
  }
  if (!out.empty()) {
    wire_->send(out);
  }
}

std::size_t Transmission::pad(std::size_t bytes, History::Time now) {
  // RFC 3550, 5.1: the last byte says how many there are.
  static constexpr auto kPadding = [] {
    std::array<std::uint8_t, rtp::Transmitter::kPaddingSize> result{};
    result.back() = static_cast<std::uint8_t>(result.size());
    return result;
  }();
  std::vector<Wire::Packet> out;
  const std::lock_guard lock(mutex_);
  std::size_t sent = 0;
  while (sent < bytes) {
    auto& next = out.emplace_back();
    const auto size = transmitter_.pad(next.header);
    if (!size) {
      return 0;
    }
    complete(next, *size, kPadding, now, true);
    sent += *size + kPadding.size();
  }
  wire_->send(out);
  return sent;
}

void Transmission::complete(Wire::Packet& packet, std::size_t header_size, std::span<const std::uint8_t> payload,
                            History::Time now, bool is_padding) {
  packet.header_size = header_size;
  packet.payload = payload;
  if (transmitter_.has_transport_number()) {
    rtp::PacketRewriter::write_transport_number(wire_->number(header_size + payload.size(), now, is_padding),
                                                packet.header);
  }
}

void Transmission::end() {
  const std::lock_guard lock(mutex_);
  source_ = nullptr;
  if (transmitter_.count().packets == 0) {
    return;
  }
  const auto& identity = transmitter_.identity();
  std::vector<std::uint32_t> others;
  if (identity.retransmission_ssrc) {
    others.push_back(*identity.retransmission_ssrc);
  }
  wire_->send_control(rtp::compose_goodbye(transmitter_.report_at(ntp_now()), cname_, others));
}

void Transmission::take(const rtp::ReportBlock& block) {
  const std::lock_guard lock(mutex_);
  transmitter_.take(block, ntp_now());
}

void Transmission::take(const rtp::PictureLoss& loss) {
  const std::lock_guard lock(mutex_);
  transmitter_.take(loss);
}

bool Transmission::take(const rtp::FullIntraRequest& request) {
  const std::lock_guard lock(mutex_);
  return transmitter_.take(request);
}

std::optional<History::Time> Transmission::last_sent() const {
  const std::lock_guard lock(mutex_);
  return last_sent_;
}

std::uint16_t Transmission::next_sequence() const {
  const std::lock_guard lock(mutex_);
  return transmitter_.next_sequence();
}

rtp::TransmissionCount Transmission::count() const {
  const std::lock_guard lock(mutex_);
  return transmitter_.count();
}

}  // namespace rtcmc::send
