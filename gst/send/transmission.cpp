// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/transmission.hpp"

#include <array>
#include <span>

#include "rtp/sender_report.hpp"

namespace rtcmc::send {

namespace {

constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;

using HeaderSpace = std::array<std::uint8_t, rtp::Transmitter::kMaxHeaderSize>;

glib::Ref<GstBufferList> list_for(const Packets& packets) {
  return glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(static_cast<guint>(packets.size())));
}

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
  auto list = list_for(packets);
  HeaderSpace space;
  const std::lock_guard lock(mutex_);
  if (source_ != &source) {
    return GST_FLOW_EOS;
  }
  if (begins) {
    transmitter_.change_source();
  }
  for (const History::Entry& packet : packets) {
    if (const auto size = transmitter_.transmit(packet.header, packet.payload->size, space)) {
      append(std::span(space).first(*size), packet.payload, now, list.get());
    }
  }
  if (gst_buffer_list_length(list.get()) == 0) {
    return GST_FLOW_OK;
  }
  const GstFlowReturn flow = wire_->send(std::move(list));
  if (const auto report = transmitter_.report(now, ntp_now(), clock)) {
    wire_->send_control(buffer_of(rtp::compose(*report, cname_)));
  }
  return flow;
}

std::vector<std::uint16_t> Transmission::missing(const Wire::Listener& source, const rtp::Nack& nack) {
  std::vector<std::uint16_t> result;
  const std::lock_guard lock(mutex_);
  transmitter_.take(nack);
  for (const std::uint16_t sequence : nack.sequences) {
    if (source_ != &source || !transmitter_.may_ask()) {
      break;
    }
    if (const auto in_source = transmitter_.source_sequence(sequence)) {
      result.push_back(*in_source);
    }
  }
  return result;
}

void Transmission::send_again(const Wire::Listener& source, const Packets& packets, History::Time now) {
  auto list = list_for(packets);
  HeaderSpace space;
  const std::lock_guard lock(mutex_);
  if (source_ != &source) {
    return;
  }
  for (const History::Entry& packet : packets) {
    if (const auto size = transmitter_.retransmit(packet.header, packet.payload->size, packet.time, now, space)) {
      append(std::span(space).first(*size), packet.payload, now, list.get());
    }
  }
  if (gst_buffer_list_length(list.get()) > 0) {
    wire_->send(std::move(list));
  }
}

void Transmission::pad(std::size_t bytes, History::Time now) {
  std::array<std::uint8_t, rtp::Transmitter::kMaxHeaderSize> space;
  // RFC 3550, 5.1: the last byte says how many there are.
  static constexpr auto kPadding = [] {
    std::array<std::uint8_t, rtp::Transmitter::kPaddingSize> result{};
    result.back() = static_cast<std::uint8_t>(result.size());
    return result;
  }();
  const auto padding = glib::Ref<GstMemory>::adopt(
      gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, const_cast<std::uint8_t*>(kPadding.data()), kPadding.size(), 0,
                             kPadding.size(), nullptr, nullptr));
  const auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new());
  const std::lock_guard lock(mutex_);
  for (std::size_t sent = 0; sent < bytes;) {
    const auto size = transmitter_.pad(space);
    if (!size) {
      return;
    }
    append(std::span(space).first(*size), padding, now, list.get(), true);
    sent += *size + kPadding.size();
  }
  wire_->send(list);
}

void Transmission::append(std::span<std::uint8_t> header, const glib::Ref<GstMemory>& payload, History::Time now,
                          GstBufferList* list, bool is_padding) {
  if (transmitter_.has_transport_number()) {
    rtp::PacketRewriter::write_transport_number(wire_->number(header.size() + payload->size, now, is_padding), header);
  }
  gst_buffer_list_add(list, packet_of(header, payload).release());
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
  wire_->send_control(buffer_of(rtp::compose_goodbye(transmitter_.report_at(ntp_now()), cname_, others)));
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

std::uint16_t Transmission::next_sequence() const {
  const std::lock_guard lock(mutex_);
  return transmitter_.next_sequence();
}

rtp::TransmissionCount Transmission::count() const {
  const std::lock_guard lock(mutex_);
  return transmitter_.count();
}

}  // namespace rtcmc::send
