// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/packets.hpp"

#include <utility>

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
  const gsize size = gst_buffer_get_size(packet) - parsed->size;
  auto payload = glib::Ref<GstMemory>::adopt(gst_allocator_alloc(nullptr, size, nullptr));
  GstMapInfo map;
  if (!gst_memory_map(payload.get(), &map, GST_MAP_WRITE)) {
    return std::nullopt;
  }
  gst_buffer_extract(packet, parsed->size, map.data, size);
  gst_memory_unmap(payload.get(), &map);
  return History::Entry{.header = *header, .payload = std::move(payload), .time = now};
}

glib::Ref<GstBuffer> packet_of(std::span<const std::uint8_t> header, const glib::Ref<GstMemory>& payload) {
  auto packet = buffer_of(header);
  gst_buffer_append_memory(packet.get(), glib::Ref<GstMemory>(payload).release());
  return packet;
}

glib::Ref<GstBuffer> buffer_of(std::span<const std::uint8_t> bytes) {
  auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, bytes.size(), nullptr));
  gst_buffer_fill(buffer.get(), 0, bytes.data(), bytes.size());
  return buffer;
}

}  // namespace rtcmc::send
