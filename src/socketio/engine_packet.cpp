// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/engine_packet.hpp"

#include <algorithm>

#include "glib/json.hpp"

namespace rtcmc::socketio {

namespace {

constexpr double kLongestTime = 24 * 3600 * 1000;  // ms
constexpr double kLargestPayload = 1e9;            // bytes

std::optional<std::chrono::milliseconds> time_member(const glib::Ref<JsonObject>& object, const char* name) {
  const auto number = glib::number_of(glib::member(object, name));
  if (!number || !(*number >= 1)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(*number, kLongestTime)));
}

bool lists_websocket(JsonNode* upgrades) {
  const auto list = glib::array_of(upgrades);
  const unsigned length = list ? json_array_get_length(list.get()) : 0;
  for (unsigned i = 0; i < length; ++i) {
    if (glib::string_of(glib::element(list.get(), i)) == "websocket") {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<EnginePacket> decode_engine_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') {
    return std::nullopt;
  }
  return EnginePacket{static_cast<EnginePacket::Type>(text.front() - '0'), text.substr(1)};
}

std::string encode_engine_packet(EnginePacket::Type type, std::string_view payload) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(type)));
  return text.append(payload);
}

std::optional<Handshake> parse_handshake(std::string_view json) {
  const auto root = glib::parse_json(json);
  const auto object = root ? glib::object_of(root->get()) : nullptr;
  const auto sid = glib::string_of(glib::member(object, "sid"));
  const auto ping_interval = time_member(object, "pingInterval");
  const auto ping_timeout = time_member(object, "pingTimeout");
  if (!sid || !ping_interval || !ping_timeout) {
    return std::nullopt;
  }
  Handshake handshake{*sid, lists_websocket(glib::member(object, "upgrades")), *ping_interval, *ping_timeout, {}};
  if (const auto limit = glib::number_of(glib::member(object, "maxPayload")); limit && *limit >= 1) {
    handshake.max_payload = static_cast<std::size_t>(std::min(*limit, kLargestPayload));
  }
  return handshake;
}

std::string to_json(const Handshake& handshake) {
  // The sid is made of letters, digits, - and _.
  std::string json = R"({"sid":")" + handshake.sid + R"(","upgrades":[)";
  json += handshake.can_upgrade_to_websocket ? R"("websocket")" : "";
  json += "],\"pingInterval\":" + std::to_string(handshake.ping_interval.count());
  json += ",\"pingTimeout\":" + std::to_string(handshake.ping_timeout.count());
  if (handshake.max_payload) {
    json += ",\"maxPayload\":" + std::to_string(*handshake.max_payload);
  }
  return json + "}";
}

}  // namespace rtcmc::socketio
