// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/header_bytes.hpp"
#include "rtp/history.hpp"
#include "rtp/packet.hpp"
#include "rtp/packet_rewriter.hpp"

namespace rtcmc::send {

using History = rtp::History<glib::Ref<GstMemory>>;
using Packets = std::vector<History::Entry>;

/// More than any header that payloaders write, extensions included.
using HeaderWindow = std::array<std::uint8_t, 256>;

[[nodiscard]] std::span<const std::uint8_t> first_bytes(GstBuffer* packet, HeaderWindow& window);
/// Absent if the packet is not RTP, or RTCP that shares the port.
[[nodiscard]] std::optional<rtp::PacketHeader> header_of(GstBuffer* packet);

/// With a copy of the payload: the packet's own memory may belong to a pool, which must not run dry because of what is
/// kept for those who miss it. Absent if the packet is not RTP.
[[nodiscard]] std::optional<History::Entry> entry_of(GstBuffer* packet, const rtp::Shift& shift, History::Time now);
/// The header's bytes, then the payload, whose memory is shared.
[[nodiscard]] glib::Ref<GstBuffer> packet_of(std::span<const std::uint8_t> header, const glib::Ref<GstMemory>& payload);
[[nodiscard]] glib::Ref<GstBuffer> buffer_of(std::span<const std::uint8_t> bytes);

}  // namespace rtcmc::send
