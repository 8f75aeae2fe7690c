// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile_client.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "glib/json.hpp"

namespace rtcmc::test {

namespace {

std::vector<glib::Ref<JsonNode>> nodes_of(const std::string& array) {
  std::vector<glib::Ref<JsonNode>> nodes;
  const auto root = glib::parse_json(array);
  const auto elements = root ? glib::array_of(root->get()) : nullptr;
  for (unsigned i = 0; elements && i < json_array_get_length(elements.get()); ++i) {
    nodes.push_back(glib::Ref<JsonNode>::share(glib::element(elements.get(), i)));
  }
  return nodes;
}

}  // namespace

HostileClient::HostileClient(std::string socket_url, std::string room_id, Callbacks callbacks)
    : socket_url_(std::move(socket_url)), room_id_(std::move(room_id)), callbacks_(std::move(callbacks)) {}

void HostileClient::reconnect(const std::string& user_id) {
  is_connected_ = false;
  socketio::Client::Listener& listener = *this;
  socketio::ClientOptions options;
  options.url = socket_url_;
  options.query = {{"userid", user_id}, {"sessionid", room_id_}};
  client_ = std::make_unique<socketio::Client>(std::move(options), listener);
  client_->connect();
}

void HostileClient::emit(const std::string& event, const std::string& arguments) {
  client_->emit(event, nodes_of(arguments));
}

void HostileClient::flush() {
  is_flushing_ = true;
  client_->emit_with_ack("check-presence", {glib::json_text(room_id_)}, std::chrono::seconds(30),
                         [this](const auto&) { is_flushing_ = false; });
}

void HostileClient::on_connected() {
  is_connected_ = true;
  if (is_flushing_) {
    flush();
  }
}

void HostileClient::on_disconnected(const socketio::ConnectError&, std::optional<std::chrono::milliseconds>) {
  is_connected_ = false;
}

void HostileClient::on_event(std::string_view name, JsonArray* arguments) {
  if (name == "userid-already-taken") {
    is_connected_ = false;
    callbacks_.on_taken();
    return;
  }
  if (name != "RTCMultiConnection-Message") {
    return;
  }
  const auto parsed = protocol::parse_envelope(glib::element(arguments, 0));
  if (const auto* envelope = std::get_if<protocol::Envelope>(&parsed)) {
    const auto message = protocol::parse_message(envelope->message);
    if (const auto* sound = std::get_if<protocol::Message>(&message)) {
      callbacks_.on_message(envelope->remote_user_id, *sound);
    }
  }
}

}  // namespace rtcmc::test
