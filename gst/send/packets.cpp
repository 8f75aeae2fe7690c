// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/packets.hpp"

namespace rtcmc::send {

namespace {

/// Where RTP and RTCP share a port (RFC 5761).
bool is_rtcp(std::span<const std::uint8_t> packet) {
  return packet.size() > 1 && packet[1] >= 192 && packet[1] <= 223;
}

}  // namespace

std::span<const std::uint8_t> first_bytes(GstBuffer* packet, HeaderWindow& window) {
  return std::span(window).first(gst_buffer_extract(packet, 0, window.data(), window.size()));
}

std::optional<rtp::PacketHeader> header_of(GstBuffer* packet) {
  HeaderWindow window;
  const auto bytes = first_bytes(packet, window);
  return is_rtcp(bytes) ? std::nullopt : rtp::PacketHeader::parse(bytes);
}

std::optional<History::Entry> entry_of(GstBuffer* packet, const rtp::Shift& shift, History::Time now) {
  HeaderWindow window;
  const auto bytes = first_bytes(packet, window);
  const auto parsed = is_rtcp(bytes) ? std::nullopt : rtp::PacketHeader::parse(bytes);
  const auto header = parsed ? rtp::HeaderBytes::of(bytes, shift) : std::nullopt;
  if (!header) {
    return std::nullopt;
  }
  const auto payload = std::make_shared<std::vector<std::uint8_t>>(gst_buffer_get_size(packet) - parsed->size);
  gst_buffer_extract(packet, parsed->size, payload->data(), payload->size());
  return History::Entry{.header = *header, .payload = payload, .time = now};
}

}  // namespace rtcmc::send
