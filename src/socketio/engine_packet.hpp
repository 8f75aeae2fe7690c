// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rtcmc::socketio {

/// Engine.IO's protocol revision: V3 is spoken by socket.io 2 servers, V4 by socket.io 3 and 4.
enum class EngineVersion { V3, V4 };

/// One Engine.IO packet: an ASCII digit, then the payload (engine.io-protocol, "Packet encoding").
struct EnginePacket {
  enum class Type { Open, Close, Ping, Pong, Message, Upgrade, Noop };
  Type type;
  std::string_view payload;  // borrowed from what was decoded
};

[[nodiscard]] std::optional<EnginePacket> decode_engine_packet(std::string_view text);
[[nodiscard]] std::string encode_engine_packet(EnginePacket::Type type, std::string_view payload = {});

/// What the server says in its open packet.
struct Handshake {
  std::string sid;
  bool can_upgrade_to_websocket = false;
  std::chrono::milliseconds ping_interval{};
  std::chrono::milliseconds ping_timeout{};
  std::optional<std::size_t> max_payload;  // bytes of one frame or request body that the server takes
};

/// Absent if it is not one; times are kept within 1 ms and one day.
[[nodiscard]] std::optional<Handshake> parse_handshake(std::string_view json);
/// The payload of the open packet.
[[nodiscard]] std::string to_json(const Handshake& handshake);

}  // namespace rtcmc::socketio
