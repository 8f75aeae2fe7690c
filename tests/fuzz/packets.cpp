// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "fuzz.hpp"
#include "glib/json.hpp"
#include "socketio/engine_packet.hpp"
#include "socketio/packet.hpp"
#include "socketio/polling_payload.hpp"

/// Engine.IO and Socket.IO packets, and how they share a request.
namespace rtcmc::socketio {

namespace {

using fuzz::is_within;
using fuzz::require;

void try_payload(EngineVersion version, std::string_view body) {
  const auto split = split_payload(version, body);
  if (!split) {
    return;
  }
  std::size_t size = 0;
  std::vector<std::string> packets;
  for (const std::string_view packet : *split) {
    require(is_within(packet, body), "a packet lies within its payload");
    size += packet.size();
    if (!packet.empty()) {  // which no Engine.IO packet is
      packets.emplace_back(packet);
    }
  }
  require(size <= body.size(), "packets do not overlap");
  const std::string joined = join_payload(version, packets);
  const auto again = split_payload(version, joined);
  require(again && std::ranges::equal(*again, packets), "a payload that was joined splits into the same packets");
}

void try_binary_payload(std::string_view body) {
  std::size_t size = 0;
  for (const std::string_view packet : split_binary_payload(body).value_or(std::vector<std::string_view>())) {
    require(is_within(packet, body), "a packet lies within its binary payload");
    size += packet.size();
  }
  require(size <= body.size(), "packets of a binary payload do not overlap");
}

void try_engine_packet(std::string_view text) {
  if (const auto packet = decode_engine_packet(text)) {
    require(encode_engine_packet(packet->type, packet->payload) == text, "an Engine.IO packet is encoded as it came");
  }
}

void try_handshake(std::string_view json) {
  const auto handshake = parse_handshake(json);
  const auto is_plain = [](char c) { return g_ascii_isalnum(c) || c == '-' || c == '_'; };
  if (!handshake || !std::ranges::all_of(handshake->sid, is_plain)) {
    return;
  }
  const auto again = parse_handshake(to_json(*handshake));
  require(again && again->sid == handshake->sid && again->ping_interval == handshake->ping_interval &&
              again->ping_timeout == handshake->ping_timeout && again->max_payload == handshake->max_payload &&
              again->can_upgrade_to_websocket == handshake->can_upgrade_to_websocket,
          "a handshake that was written reads the same");
}

void try_event(const Packet& packet) {
  const auto array = glib::array_of(packet.data.get());
  const auto name = glib::string_of(glib::element(array.get(), 0));
  require(name.has_value(), "an event has a name");
  std::vector<glib::Ref<JsonNode>> arguments;
  for (unsigned i = 1; i < json_array_get_length(array.get()); ++i) {
    arguments.push_back(glib::Ref<JsonNode>::share(glib::element(array.get(), i)));
  }
  if (!glib::is_json(glib::to_text(packet.data.get()))) {
    return;  // json-glib has no JSON for a number that is too large, and we send nobody's numbers on
  }
  const auto decoded = decode_packet(encode_event(*name, arguments, packet.ack_id));
  const auto* again = std::get_if<Packet>(&decoded);
  require(again && again->type == Packet::Type::Event && again->ack_id == packet.ack_id, "an event survives encoding");
  require(glib::to_text(again->data.get()) == glib::to_text(packet.data.get()), "an event's values survive encoding");
}

void try_packet(std::string_view text) {
  const auto split = split_packet(text);
  const auto decoded = decode_packet(text);
  const auto* raw = std::get_if<RawPacket>(&split);
  const auto* packet = std::get_if<Packet>(&decoded);
  require(raw || !packet, "what cannot be split is not decoded");
  if (raw) {
    require(is_within(raw->json, text), "a packet's JSON lies within it");
    require(raw->name_space == "/" || is_within(raw->name_space, text), "a packet's namespace lies within it");
  }
  if (!packet) {
    return;
  }
  require(packet->type == raw->type && packet->ack_id == raw->ack_id && packet->name_space == raw->name_space,
          "both decoders agree");
  constexpr std::size_t kLongestEscape = 6;
  constexpr std::size_t kLongestNumber = 32;
  require(!packet->data || glib::to_text(packet->data.get()).size() <= text.size() * (kLongestEscape + kLongestNumber),
          "a packet's values are bounded by its size");
  require(connect_error_text(packet->data.get()).size() <= text.size() * (kLongestEscape + kLongestNumber) + 64,
          "an error's text is bounded by its packet's size");
  if (packet->type == Packet::Type::Event) {
    try_event(*packet);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  try_payload(EngineVersion::V3, text);
  try_payload(EngineVersion::V4, text);
  try_binary_payload(text);
  static_cast<void>(version_of_first_payload(text));
  try_engine_packet(text);
  try_handshake(text);
  try_packet(text);
  return 0;
}

}  // namespace rtcmc::socketio
