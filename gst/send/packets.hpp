// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "gst_ref.hpp"
#include "rtp/packet.hpp"
#include "rtp/packet_rewriter.hpp"

namespace rtcmc::send {

/// More than any header that payloaders write, extensions included.
using HeaderWindow = std::array<std::uint8_t, 256>;

[[nodiscard]] std::span<const std::uint8_t> first_bytes(GstBuffer* packet, HeaderWindow& window);
/// Absent if the packet is not RTP, or RTCP that shares the port.
[[nodiscard]] std::optional<rtp::PacketHeader> header_of(GstBuffer* packet);

/// With new headers and the same payload memory; without what is not RTP.
[[nodiscard]] glib::Ref<GstBufferList> rewritten(GstBufferList* list, const rtp::PacketRewriter& rewriter,
                                                 const rtp::Shift& shift);
[[nodiscard]] glib::Ref<GstBufferList> part_of(GstBufferList* list, guint begin, guint end);

}  // namespace rtcmc::send
