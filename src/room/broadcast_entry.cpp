// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/broadcast_entry.hpp"

#include "glib/json.hpp"
#include "protocol/object_builder.hpp"

namespace rtcmc::room {

namespace {

using namespace std::chrono_literals;

constexpr auto kPresenceTimeout = 8s;

}  // namespace

void BroadcastEntry::begin(socketio::Client& client, bool was_in_room) {
  client_ = &client;
  cancel();
  relay_.clear();
  if (options_.user_id == options_.room_id) {
    join();
    return;
  }
  ask(client, [this, was_in_room](bool exists) {
    if (exists && options_.action == Action::Open && !was_in_room) {
      steps_.failed({RoomError::Kind::RoomExists,
                     "The broadcast \"" + options_.room_id +
                         "\" exists already. Watch it with action=join or action=open-or-join.",
                     "check-broadcast-presence says so"});
    } else if (exists) {
      join();
    } else if (options_.action == Action::Join) {
      steps_.failed({RoomError::Kind::RoomAbsent,
                     "There is no broadcast \"" + options_.room_id + "\". Begin it first, or use action=open-or-join.",
                     "check-broadcast-presence says so"});
    } else {
      steps_.become_source();
    }
  });
}

void BroadcastEntry::ask(socketio::Client& client, std::function<void(bool)> next) {
  client.emit_with_ack(
      "check-broadcast-presence", {glib::json_text(options_.room_id)}, kPresenceTimeout,
      [this, attempt = attempt_, next = std::move(next)](const std::optional<glib::Ref<JsonArray>>& answer) {
        if (attempt != attempt_) {
          return;
        }
        if (answer) {
          next(glib::bool_of(glib::element(answer->get(), 0)).value_or(false));
        } else {
          steps_.failed({RoomError::Kind::NoAnswer,
                         "The server at " + options_.socket_url + " does not answer. Has it scalable broadcasts?",
                         "no answer to check-broadcast-presence"});
        }
      });
}

void BroadcastEntry::join() {
  if (answer_due_.active()) {
    return;
  }
  answer_due_.start_once(kPresenceTimeout, [this] {
    steps_.failed(
        {RoomError::Kind::NoAnswer,
         "The server at " + options_.socket_url + " has no place for us in the broadcast \"" + options_.room_id + "\".",
         "no answer to join-broadcast"});
  });
  client_->emit("join-broadcast", {protocol::ObjectBuilder()
                                       .add("broadcastId", options_.room_id)
                                       .add("userid", options_.user_id)
                                       .add("typeOfStreams", protocol::to_json(options_.session))
                                       .build()});
}

bool BroadcastEntry::take(std::string_view event, JsonNode* first) {
  if (event == "rejoin-broadcast") {
    // Who gave it to us has gone.
    if (client_ && !relay_.empty()) {
      join();
    }
  } else if (event == "broadcast-stopped") {
    steps_.ended();
  } else if (event == "start-broadcasting" || event == "join-broadcaster") {
    if (!answer_due_.active()) {
      return true;
    }
    answer_due_.cancel();
    const auto hints = glib::object_of(first);
    const auto relay = hints ? glib::string_of(glib::member(hints, "userid")) : std::nullopt;
    if (event == "join-broadcaster" && relay && protocol::is_id(*relay)) {
      relay_ = *relay;
      steps_.watch();
    } else if (event == "start-broadcasting" && options_.user_id == options_.room_id) {
      steps_.serve();
    } else {
      steps_.failed({RoomError::Kind::RoomAbsent, "The broadcast \"" + options_.room_id + "\" has just ended.",
                     std::string(event) + " for a viewer"});
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace rtcmc::room
