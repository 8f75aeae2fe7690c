// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/packet.hpp"

#include <charconv>

#include "glib/json.hpp"

namespace rtcmc::socketio {

namespace {

/// Takes a decimal number off the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool is_placeholder(JsonNode* node) {
  return glib::bool_of(glib::member(glib::object_of(node), "_placeholder")) == true;
}

/// A copy of `node` with null for each attachment.
glib::Ref<JsonNode> without_attachments(JsonNode* node) {
  if (is_placeholder(node)) {
    return glib::Ref<JsonNode>::adopt(json_node_new(JSON_NODE_NULL));
  }
  auto copy = glib::Ref<JsonNode>::adopt(json_node_new(JSON_NODE_TYPE(node)));
  if (const auto array = glib::array_of(node)) {
    const auto items = glib::Ref<JsonArray>::adopt(json_array_new());
    for (unsigned i = 0; i < json_array_get_length(array.get()); ++i) {
      json_array_add_element(items.get(), without_attachments(glib::element(array.get(), i)).release());
    }
    json_node_set_array(copy.get(), items.get());
    return copy;
  }
  if (const auto object = glib::object_of(node)) {
    const auto members = glib::Ref<JsonObject>::adopt(json_object_new());
    json_object_foreach_member(
        object.get(),
        [](JsonObject*, const gchar* name, JsonNode* value, gpointer target) {
          json_object_set_member(static_cast<JsonObject*>(target), name, without_attachments(value).release());
        },
        members.get());
    json_node_set_object(copy.get(), members.get());
    return copy;
  }
  return glib::Ref<JsonNode>::share(node);
}

bool is_event(JsonNode* data) {
  const auto array = glib::array_of(data);
  return array && glib::string_of(glib::element(array.get(), 0)).has_value();
}

}  // namespace

std::variant<RawPacket, std::string> split_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') {
    return "its type is unknown";
  }
  RawPacket packet{static_cast<Packet::Type>(text.front() - '0'), false, "/", {}, {}};
  text.remove_prefix(1);
  packet.has_attachments = packet.type == Packet::Type::BinaryEvent || packet.type == Packet::Type::BinaryAck;
  if (packet.has_attachments) {
    if (!take_number(text) || !text.starts_with('-')) {
      return "its number of attachments is missing";
    }
    text.remove_prefix(1);
    packet.type = packet.type == Packet::Type::BinaryEvent ? Packet::Type::Event : Packet::Type::Ack;
  }
  if (text.starts_with('/')) {
    const auto end = text.find(',');
    packet.name_space = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  packet.ack_id = take_number(text);
  packet.json = text;
  return packet;
}

std::variant<Packet, std::string> decode_packet(std::string_view text) {
  const auto split = split_packet(text);
  if (const auto* fault = std::get_if<std::string>(&split)) {
    return *fault;
  }
  const auto& raw = std::get<RawPacket>(split);
  Packet packet{raw.type, std::string(raw.name_space), raw.ack_id, {}};
  if (!raw.json.empty()) {
    auto data = glib::parse_json(raw.json);
    if (!data) {
      return "its JSON is broken or nested too deeply";
    }
    packet.data = raw.has_attachments ? without_attachments(data->get()) : *std::move(data);
  }
  if (packet.type == Packet::Type::Event && !is_event(packet.data.get())) {
    return "it is an event without a name";
  }
  if (packet.type == Packet::Type::Ack && (!packet.ack_id || !glib::array_of(packet.data.get()))) {
    return "it is an ack without number or values";
  }
  return packet;
}

std::string encode_event(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                         std::optional<std::uint64_t> ack_id) {
  const auto array = glib::Ref<JsonArray>::adopt(json_array_new());
  json_array_add_element(array.get(), glib::json_text(event).release());
  for (const auto& argument : arguments) {
    json_array_add_element(array.get(), glib::Ref<JsonNode>(argument).release());
  }
  const auto node = glib::Ref<JsonNode>::adopt(json_node_new(JSON_NODE_ARRAY));
  json_node_set_array(node.get(), array.get());
  return "2" + (ack_id ? std::to_string(*ack_id) : std::string()) + glib::to_text(node.get());
}

std::string encode_empty_ack(std::uint64_t ack_id) {
  return "3" + std::to_string(ack_id) + "[]";
}

std::string encode_connect() {
  return "0";
}

std::string connect_error_text(JsonNode* data) {
  if (const auto text = glib::string_of(data)) {
    return *text;
  }
  if (const auto message = glib::string_of(glib::member(glib::object_of(data), "message"))) {
    return *message;
  }
  return data ? glib::to_text(data) : "no reason given";
}

}  // namespace rtcmc::socketio
