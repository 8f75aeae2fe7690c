// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/packets.hpp"

namespace rtcmc::send {

namespace {

/// Null if the packet is not RTP.
glib::Ref<GstBuffer> rewritten(GstBuffer* packet, const rtp::PacketRewriter& rewriter, const rtp::Shift& shift) {
  HeaderWindow window;
  std::array<std::uint8_t, rtp::PacketRewriter::kMaxHeaderSize> new_header{};
  const auto sizes = rewriter.rewrite(first_bytes(packet, window), new_header, shift);
  if (!sizes) {
    return nullptr;
  }
  auto result = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, sizes->written, nullptr));
  gst_buffer_fill(result.get(), 0, new_header.data(), sizes->written);
  if (gst_buffer_get_size(packet) > sizes->consumed) {
    gst_buffer_copy_into(result.get(), packet, GST_BUFFER_COPY_MEMORY, sizes->consumed, static_cast<gsize>(-1));
  }
  gst_buffer_copy_into(result.get(), packet, GstBufferCopyFlags(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
                       static_cast<gsize>(-1));
  return result;
}

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

glib::Ref<GstBufferList> rewritten(GstBufferList* list, const rtp::PacketRewriter& rewriter, const rtp::Shift& shift) {
  const guint length = gst_buffer_list_length(list);
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(length));
  for (guint i = 0; i < length; ++i) {
    if (auto packet = rewritten(gst_buffer_list_get(list, i), rewriter, shift)) {
      gst_buffer_list_add(result.get(), packet.release());
    }
  }
  return result;
}

glib::Ref<GstBufferList> part_of(GstBufferList* list, guint begin, guint end) {
  auto result = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(end - begin));
  for (guint i = begin; i < end; ++i) {
    gst_buffer_list_add(result.get(), gst_buffer_ref(gst_buffer_list_get(list, i)));
  }
  return result;
}

}  // namespace rtcmc::send
