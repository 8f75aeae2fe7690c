// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rtp/header_bytes.hpp"
#include "rtp/history.hpp"
#include "rtp/packet.hpp"
#include "rtp/packet_rewriter.hpp"

namespace rtcmc::send {

/// What follows the header, shared by all whom it is sent to.
using Payload = std::shared_ptr<const std::vector<std::uint8_t>>;
using History = rtp::History<Payload>;
using Packets = std::vector<History::Entry>;

/// What a payload costs on the wire: RTP's header with its extensions, SRTP's tag, UDP and IP.
inline constexpr std::size_t kPacketOverhead = 58;

/// More than any header that payloaders write, extensions included.
using HeaderWindow = std::array<std::uint8_t, 256>;

[[nodiscard]] std::span<const std::uint8_t> first_bytes(GstBuffer* packet, HeaderWindow& window);
/// Absent if the packet is not RTP, or RTCP that shares the port.
[[nodiscard]] std::optional<rtp::PacketHeader> header_of(GstBuffer* packet);

/// With a copy of the payload: the packet's own memory may belong to a pool, which must not run dry because of what is
/// kept for those who miss it. Absent if the packet is not RTP.
[[nodiscard]] std::optional<History::Entry> entry_of(GstBuffer* packet, const rtp::Shift& shift, History::Time now);

}  // namespace rtcmc::send
