// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "server/outgoing_text.hpp"

namespace rtcmc::server {

/// Whole Engine.IO packets with a Socket.IO packet of the default namespace inside; the values are JSON.
[[nodiscard]] SharedText event_packet(std::string_view event, std::initializer_list<std::string_view> values);
[[nodiscard]] SharedText ack_packet(std::uint64_t ack_id, std::initializer_list<std::string_view> values);

}  // namespace rtcmc::server
