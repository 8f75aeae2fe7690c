// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/admin_channel.hpp"

#include <utility>

#include "server/packet_text.hpp"
#include "server/secret.hpp"

namespace rtcmc::server {

namespace {

std::string room_info(const Room& room) {
  std::string text = "{\"maxParticipantsAllowed\":" + std::to_string(room.max_participants);
  text += ",\"owner\":" + glib::json_quoted(room.owner->id) + ",\"participants\":[";
  for (const User* participant : room.participants) {
    text += (participant == room.participants.front() ? "" : ",") + glib::json_quoted(participant->id);
  }
  return text + "],\"extra\":" + room.extra +
         ",\"socketMessageEvent\":" + glib::json_quoted(room.owner->message_event) +
         ",\"identifier\":" + glib::json_quoted(room.identifier) + ",\"session\":" + room.session + "}";
}

}  // namespace

void AdminChannel::add(ClientId client, const Query& query) {
  const auto name = parameter(query, "adminUserName").value_or("");
  const auto password = parameter(query, "adminPassword").value_or("");
  std::string_view fault;
  if (!login_ || name.empty() || password.empty()) {
    fault = R"({"error":"Please pass \"adminUserName\" and \"adminPassword\" via socket.io parameters."})";
  } else if (!is_same_secret(name, login_->user_name) || !is_same_secret(password, login_->password)) {
    fault = R"({"error":"Invalid admin username or password."})";
  }
  if (!fault.empty()) {
    output_.send(client, event_packet("admin", {fault}));
    output_.disconnect(client, "no administrator");
    return;
  }
  administrators_.insert(client);
  output_.send(client, event_packet("admin", {R"({"connected":true})"}));
}

bool AdminChannel::handle(ClientId client, const ClientEvent& event) {
  if (!administrators_.contains(client)) {
    return false;
  }
  if (event.name != "admin") {
    return true;
  }
  const glib::JsonText request = event.argument(0);
  const auto user_id = request.member("userid").string_or_number().value_or("");
  std::optional<std::string> answer;
  if (request.member("all").is_true()) {
    send_state(client, true);
  }
  if (request.member("userinfo").is_true() && !user_id.empty()) {
    answer = user_info(user_id);
  }
  if (request.member("clearLogs").is_true()) {
    answer = "true";  // there are none
  }
  if (request.member("deleteUser").is_true()) {
    if (const User* const user = directory_.user(user_id)) {
      output_.disconnect(user->client, "an administrator wants it");
    }
    answer = "true";
  }
  if (request.member("deleteRoom").is_true()) {
    disconnect_room(request.member("roomid").string_or_number().value_or(""));
    answer = "true";
  }
  if (answer && event.ack_id) {
    output_.send(client, ack_packet(*event.ack_id, {*answer}));
  }
  return true;
}

void AdminChannel::update() {
  if (std::exchange(changed_, false)) {
    for (const ClientId administrator : administrators_) {
      send_state(administrator, false);
    }
  }
}

void AdminChannel::send_state(ClientId to, bool with_rooms) {
  std::string rooms = "[]";
  if (with_rooms) {
    rooms = "{";
    for (const auto& [id, room] : directory_.rooms()) {
      (((rooms += rooms.size() > 1 ? "," : "") += glib::json_quoted(id)) += ':') += room_info(*room);
    }
    rooms += '}';
  }
  const std::string state = std::string("{\"newUpdates\":") + (with_rooms ? "false" : "true") +
                            ",\"listOfRooms\":" + rooms +
                            ",\"listOfUsers\":" + std::to_string(directory_.users().size()) +
                            ",\"scalableBroadcastUsers\":" + std::to_string(broadcast_.size()) + "}";
  output_.send(to, event_packet("admin", {state}));
}

void AdminChannel::disconnect_room(std::string_view id) {
  if (const Room* const room = directory_.room(id)) {
    for (const User* participant : room->participants) {
      output_.disconnect(participant->client, "an administrator wants it");
    }
  }
}

std::string AdminChannel::user_info(std::string_view id) const {
  const User* const user = directory_.user(id);
  if (!user) {
    return R"({"error":"User ID does not exist"})";
  }
  if (!user->room) {
    return "{}";
  }
  return "{\"sessionid\":" + glib::json_quoted(user->room->id) + "," + user->constraints + "\"extra\":" + user->extra +
         "}";
}

}  // namespace rtcmc::server
