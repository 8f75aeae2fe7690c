// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/relay.hpp"

#include <glib.h>

#include <utility>

#include "server/fact.hpp"
#include "server/packet_text.hpp"
#include "server/reach.hpp"

namespace rtcmc::server {

namespace {

/// A participation request goes to everybody in the room; only descriptions of sessions are long.
constexpr std::size_t kMaxRequest = std::size_t{64} * 1024;
constexpr std::string_view kTooMuch = "you have had too much sent to others; wait a little, or send less";

glib::JsonText value_of(const std::vector<glib::JsonText::Member>& envelope, std::string_view name) {
  glib::JsonText value;
  for (const auto& member : envelope) {
    if (member.name == name) {
      value = member.value;
    }
  }
  return value;
}

/// Whose value the server decides.
bool is_ours(std::string_view name) {
  return name == "remoteUserId" || name == "sender" || name == "extra";
}

/// About as many bytes as it takes: messages are long, and none should be copied while it grows.
std::size_t envelope_size(const std::vector<glib::JsonText::Member>& envelope) {
  std::size_t size = 0;
  for (const auto& [name, value] : envelope) {
    size += name.size() + value.text().size() + 8;
  }
  return size;
}

}  // namespace

void Relay::handle(User& from, const ClientEvent& event) {
  const Members envelope = event.argument(0).members();
  const auto remote = value_of(envelope, "remoteUserId").string_or_number();
  const glib::JsonText message = value_of(envelope, "message");
  if (!remote || *remote == from.id || message.is(glib::JsonText::Kind::Missing) ||
      message.is(glib::JsonText::Kind::Null)) {
    return;
  }
  if (*remote == "system") {
    handle_system(from, event, message);
    return;
  }
  if (value_of(envelope, "sender").string_or_number() != from.id) {
    complain(from, "A message was dropped: its sender is not your userid \"" + from.id + "\".");
    return;
  }
  const bool asks_to_participate = message.member("newParticipationRequest").truthy();
  if (asks_to_participate && !from.scalable && directory_.room(*remote)) {
    request_participation(from, envelope);
    return;
  }
  User* const to = directory_.user(*remote);
  if (!to) {
    return;
  }
  const bool is_goodbye = message.member("userLeft").truthy();
  if (is_goodbye && !from.connected_with.contains(to)) {
    return;
  }
  const bool is_call = asks_to_participate && to->takes_calls;
  if (!is_call && !may_reach(from, *to, options_.relay_across_rooms)) {
    refuse(from, to->id, "you have been in no room with that user");
  } else if (!output_.charge(from.client, from.extra.size())) {
    refuse(from, to->id, kTooMuch);
  } else {
    if (!is_goodbye) {
      directory_.connect(from, *to);
    }
    // Without an extra, it says that it comes through the room; who watches a scalable broadcast asks one member alone.
    const bool is_through_room = asks_to_participate && from.scalable && from.room && from.room == to->room;
    const SharedText part = shared_part(from, envelope, !is_through_room);
    send(*to, part);
    output_.allow_answer(to->client, part->size());
  }
}

/// Versions of RTCMultiConnection before 3.3.3 ask so whether a user is there.
void Relay::handle_system(const User& from, const ClientEvent& event, glib::JsonText message) {
  const auto id = message.member("userid").string_or_number();
  if (event.ack_id && id && message.member("detectPresence").truthy()) {
    const bool present = *id != from.id && directory_.user(*id);
    output_.send(from.client, ack_packet(*event.ack_id, {present ? "true" : "false", glib::json_quoted(*id)}));
  }
}

void Relay::request_participation(const User& from, const Members& envelope) {
  const Room* const room = from.room;
  if (!room) {
    complain(from, "A participation request was dropped: you are in no room.");
    return;
  }
  std::vector<User*> receivers = room->one_way ? std::vector{room->owner} : room->participants;
  std::erase(receivers, &from);
  const SharedText request = shared_part(from, envelope, false);
  if (request->size() > kMaxRequest) {
    refuse(from, room->id, "a participation request has " + std::to_string(kMaxRequest) + " bytes at most");
  } else if (!output_.charge(from.client, request->size() * receivers.size())) {
    refuse(from, room->id, kTooMuch);
  } else {
    for (const User* receiver : receivers) {
      send(*receiver, request);
    }
  }
}

/// The packet's end: what is the same for all receivers, and thus there once.
SharedText Relay::shared_part(const User& from, const Members& envelope, bool with_extra) {
  auto text = std::make_shared<std::string>();
  text->reserve(envelope_size(envelope) + from.id.size() + from.extra.size());
  for (const auto& [name, value] : envelope) {
    if (!is_ours(name)) {
      ((*text += ',') += glib::json_quoted(name) += ':') += value.text();
    }
  }
  *text += ",\"sender\":" + glib::json_quoted(from.id);
  if (with_extra) {
    (*text += ",\"extra\":") += from.extra;
  }
  *text += "}]";
  return text;
}

/// Under the receiver's own name for messages, so that pages meet whatever they call these.
void Relay::send(const User& to, SharedText shared_part) {
  std::string own = "42[" + glib::json_quoted(to.message_event) + ",{\"remoteUserId\":" + glib::json_quoted(to.id);
  output_.send(to.client, {std::move(own), std::move(shared_part)});
}

void Relay::refuse(const User& from, const std::string& to, std::string_view reason) {
  if (const auto verdict = log_limiter_.count(from.id); verdict != LogLimiter::Verdict::Skip) {
    const std::string why = std::string(reason) + LogLimiter::suffix(verdict);
    g_info("%s", fact("message-refused", {{"user", from.id}, {"to", to}, {"reason", why}}).c_str());
  }
  complain(from, "Your message to \"" + to + "\" was dropped: " + std::string(reason) + ".");
}

void Relay::complain(const User& to, std::string_view text) {
  output_.send(to.client, event_packet("logs", {glib::json_quoted(text)}));
}

}  // namespace rtcmc::server
