// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::socketio {

/// One Socket.IO packet, as it stands inside an Engine.IO message: `type [N-] [/ns,] [ackId] json`
/// (socket.io-protocol, "Packet encoding").
struct Packet {
  enum class Type { Connect, Disconnect, Event, Ack, ConnectError, BinaryEvent, BinaryAck };
  Type type;
  std::string name_space;  // "/" is the default
  std::optional<std::uint64_t> ack_id;
  glib::Ref<JsonNode> data;  // null if the packet ends before it; binary attachments are JSON null in it
};

/// A packet whose JSON has not been looked at. Borrowed from the text.
struct RawPacket {
  Packet::Type type;  // never a binary one
  bool has_attachments;
  std::string_view name_space;
  std::optional<std::uint64_t> ack_id;
  std::string_view json;  // empty if the packet ends before it
};

/// The packet's parts, or what is wrong with it in words for a log. Binary packets come out as Event and Ack.
[[nodiscard]] std::variant<RawPacket, std::string> split_packet(std::string_view text);

/// The packet, or what is wrong with it in words for a log. Events and acks carry an array (an event's begins with its
/// name); binary ones come out as Event and Ack: their attachments are not waited for.
[[nodiscard]] std::variant<Packet, std::string> decode_packet(std::string_view text);

[[nodiscard]] std::string encode_event(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                                       std::optional<std::uint64_t> ack_id = {});
/// An ack without values.
[[nodiscard]] std::string encode_empty_ack(std::uint64_t ack_id);
/// The default namespace's CONNECT.
[[nodiscard]] std::string encode_connect();

/// The server's words in a CONNECT_ERROR: {"message":…} from socket.io 3 and 4, a bare string from 2.
[[nodiscard]] std::string connect_error_text(JsonNode* data);

}  // namespace rtcmc::socketio
