// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "socketio/engine_packet.hpp"

/// How Engine.IO packets share the body of one long-polling request or answer: separated by the byte 0x1E in V4, each
/// led by its length in UTF-16 units and a colon in V3 (engine.io-protocol, "Payload encoding").
namespace rtcmc::socketio {

/// The version of the body of a first answer; absent if it is not Engine.IO's.
[[nodiscard]] std::optional<EngineVersion> version_of_first_payload(std::string_view body);

/// The packets of a body, without base64 ones (binary attachments). Absent if the framing is broken.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_payload(EngineVersion version, std::string_view body);

/// The same for V3's binary framing, which browsers use as soon as there is an attachment: per packet a byte that says
/// whether it is text, its length in bytes as decimal digits (each a byte from 0 to 9), the byte 255, and the packet.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_binary_payload(std::string_view body);

void append_to_payload(EngineVersion version, std::string& body, std::string_view packet);
[[nodiscard]] std::string join_payload(EngineVersion version, std::span<const std::string> packets);

}  // namespace rtcmc::socketio
