// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace rtcmc::room {

/// A room as players are told of it (RFC 3986): rtcmc://host:port/room?options, with rtcmcs for a server with TLS.
/// A server below a path has it before the room: rtcmc://host:port/path/room.
struct RoomUri {
  static constexpr std::string_view kScheme = "rtcmc";
  static constexpr std::string_view kTlsScheme = "rtcmcs";
  /// Where RTCMultiConnection's servers listen, with TLS or without.
  static constexpr int kDefaultPort = 9001;

  std::string socket_url;  // http(s)://host:port/, or with a path that ends with a slash
  std::string room_id;
  // Options; absent: not in the URI.
  std::optional<std::string> password = {};
  std::optional<std::string> user_id = {};
  std::optional<std::string> stun_server = {};
  std::optional<std::uint32_t> latency = {};  // ms

  /// The URI, or sentences that say what is wrong with it and what to write.
  [[nodiscard]] static std::variant<RoomUri, std::string> parse(const std::string& text);
  /// The URI of a room, without options. Absent if there is none: `socket_url` has more than host, port
  /// and path, or the room is "." or "..".
  [[nodiscard]] static std::optional<std::string> write(const std::string& socket_url, const std::string& room_id);
};

}  // namespace rtcmc::room
