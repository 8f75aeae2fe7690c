// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/entry.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "glib/json.hpp"
#include "room/answer.hpp"
#include "room/registration.hpp"

namespace rtcmc::room {

namespace {

using namespace std::chrono_literals;

/// How often a room may vanish or appear between two questions before we give up.
constexpr unsigned kMaxDetours = 5;
/// The server says this when a room to open exists, and when a room to join does not.
constexpr std::string_view kNotAvailable = "Room not available";

std::string reason_in(const glib::Ref<JsonArray>& answer) {
  return glib::string_of(glib::element(answer.get(), 1)).value_or("no reason given").substr(0, 200);
}

std::string in_quotes(const std::string& text) {
  return "\"" + text + "\"";
}

}  // namespace

Entry::Entry(const RoomOptions& options, Listener& listener)
    : options_(options), listener_(listener), broadcast_(options.scalable_broadcast ? broadcast_entry() : nullptr) {}

std::unique_ptr<BroadcastEntry> Entry::broadcast_entry() {
  return std::make_unique<BroadcastEntry>(
      options_, BroadcastEntry::Steps{.become_source =
                                          [this] {
                                            if (may_take_detour()) {
                                              listener_.on_user_id_needed(options_.room_id);
                                            } else {
                                              listener_.on_hindered({RoomError::Kind::RoomExists,
                                                                     "The broadcast " + in_quotes(options_.room_id) +
                                                                         " can neither be begun nor watched.",
                                                                     "somebody has its name as userid"});
                                            }
                                          },
                                      .serve = [this] { open_room(); },
                                      .watch = [this] { join_room(); },
                                      .ended = [this] { listener_.on_broadcast_ended(); },
                                      .failed = [this](const RoomError& error) { listener_.on_hindered(error); }});
}

void Entry::begin(socketio::Client& client) {
  ++attempt_;
  client_ = &client;
  if (broadcast_) {
    broadcast_->begin(client, has_succeeded_);
    return;
  }
  detours_ = 0;
  if (options_.room_id.empty()) {
    succeed(false);
    return;
  }
  // Whoever opened or joined before may find the room in either state when it comes back.
  switch (options_.action) {
    case Action::OpenOrJoin:
      check_presence();
      break;
    case Action::Open:
      if (has_succeeded_) {
        check_presence();
      } else {
        open_room();
      }
      break;
    case Action::Join:
      join_room();
      break;
  }
}

void Entry::cancel() {
  ++attempt_;
  if (broadcast_) {
    broadcast_->cancel();
  }
}

void Entry::check_presence() {
  ask("check-presence", {glib::json_text(options_.room_id)}, [this](const Arguments& answer) {
    if (is_yes(answer)) {
      join_room();
    } else {
      open_room();
    }
  });
}

void Entry::open_room() {
  ask("open-room", {registration::request_to_open(options_)}, [this](const Arguments& answer) { on_opened(answer); });
}

void Entry::join_room() {
  ask("join-room", {registration::request_to_join(options_)}, [this](const Arguments& answer) { on_joined(answer); });
}

bool Entry::may_take_detour() {
  return ++detours_ < kMaxDetours;
}

void Entry::on_opened(const Arguments& answer) {
  if (is_yes(answer)) {
    succeed(true);
    return;
  }
  const std::string reason = reason_in(answer);
  const std::string room = in_quotes(options_.room_id);
  if (reason != kNotAvailable) {
    listener_.on_refused({RoomError::Kind::Refused, "The server does not open the room " + room + ": " + reason,
                          "open-room was refused"});
  } else if (options_.action == Action::Open && !has_succeeded_) {
    listener_.on_refused({RoomError::Kind::RoomExists,
                          "The room " + room + " exists already. Join it with action=join or action=open-or-join.",
                          "open-room: " + reason});
  } else if (!broadcast_ && may_take_detour()) {
    join_room();  // somebody else was faster
  } else {
    listener_.on_hindered(
        {RoomError::Kind::RoomExists, "The room " + room + " can neither be opened nor joined.", reason});
  }
}

void Entry::on_joined(const Arguments& answer) {
  if (is_yes(answer)) {
    succeed(false);
    return;
  }
  const std::string reason = reason_in(answer);
  const std::string room = in_quotes(options_.room_id);
  if (reason == "Invalid password") {
    listener_.on_refused({RoomError::Kind::WrongPassword,
                          "The room " + room + " has another password. Set the property password to it.", reason});
  } else if (reason == "Room full") {
    listener_.on_hindered(
        {RoomError::Kind::RoomFull,
         "The room " + room +
             " is full. Wait until somebody leaves, or let its opener set a larger number of participants.",
         reason});
  } else if (reason != kNotAvailable) {
    listener_.on_refused({RoomError::Kind::Refused, "The server does not let us into the room " + room + ": " + reason,
                          "join-room was refused"});
  } else if (options_.action == Action::Join || broadcast_ || !may_take_detour()) {
    listener_.on_hindered({RoomError::Kind::RoomAbsent,
                           "There is no room " + room + ". Open it first, or use action=open-or-join.", reason});
  } else {
    open_room();  // it has just been closed
  }
}

void Entry::succeed(bool created) {
  has_succeeded_ = true;
  detours_ = 0;
  listener_.on_entered(created);
}

void Entry::ask(const char* event, const std::vector<glib::Ref<JsonNode>>& arguments,
                std::function<void(const Arguments&)> next) {
  client_->emit_with_ack(event, arguments, kAckTimeout,
                         [this, event, attempt = attempt_, next = std::move(next)](std::optional<Arguments> answer) {
                           if (attempt != attempt_) {
                             return;
                           }
                           if (answer) {
                             next(*answer);
                             return;
                           }
                           listener_.on_hindered({RoomError::Kind::NoAnswer,
                                                  "The server at " + options_.socket_url +
                                                      " does not answer. Is it an RTCMultiConnection server?",
                                                  std::string("no answer to ") + event});
                         });
}

}  // namespace rtcmc::room
