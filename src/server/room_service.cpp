// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/room_service.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "glib/json_grammar.hpp"
#include "glib/random.hpp"
#include "protocol/messages.hpp"
#include "server/packet_text.hpp"
#include "server/reach.hpp"

namespace rtcmc::server {

namespace {

constexpr std::string_view kRoomNotAvailable = "Room not available";
constexpr std::string_view kPermissionDenied = "Room permission denied";
constexpr std::string_view kInvalidPassword = "Invalid password";
constexpr std::string_view kDefaultMessageEvent = "RTCMultiConnection-Message";
constexpr unsigned kDefaultMaxParticipants = 1000;
constexpr std::size_t kMaxPassword = 1024;
/// What it costs to look at a room for the public list, next to what it costs to send.
constexpr std::size_t kBytesPerLook = 64;
constexpr std::string_view kAskedTooMuch = "you have asked for too much of late; wait a little";
constexpr std::size_t kMaxCustomEvents = 8;
/// What is kept of a client goes out inside other packets, at most this much deeper.
constexpr unsigned kWrapping = 4;

/// What clients trust the server to say.
bool is_reserved(std::string_view event) {
  constexpr std::string_view kEvents[] = {"user-connected",
                                          "user-disconnected",
                                          "userid-already-taken",
                                          "set-isInitiator-true",
                                          "extra-data-updated",
                                          "closed-entire-session",
                                          "user-not-found",
                                          "logs",
                                          "admin",
                                          "connect",
                                          "connect_error",
                                          "disconnect",
                                          "join-broadcaster",
                                          "start-broadcasting",
                                          "rejoin-broadcast",
                                          "broadcast-stopped",
                                          "number-of-broadcast-viewers-updated"};
  return std::ranges::find(kEvents, event) != std::end(kEvents);
}

unsigned positive_number(const std::optional<std::string>& text, unsigned other) {
  unsigned number = 0;
  if (text) {
    std::from_chars(text->data(), text->data() + text->size(), number);
  }
  return number > 0 ? number : other;
}

bool is_blank(const std::optional<std::string>& text) {
  return !text || text->find_first_not_of(' ') == std::string::npos;
}

std::string_view json_bool(bool value) {
  return value ? "true" : "false";
}

/// The owner's extra together with what the server says about the room.
std::string presence(std::string_view extra, bool is_full, bool is_protected) {
  const auto parsed = glib::JsonText::parse(extra).value_or(glib::JsonText());
  std::string text = "{";
  if (parsed.is(glib::JsonText::Kind::Object)) {
    for (const auto& [name, value] : parsed.members()) {
      if (name != "_room") {
        (((text += glib::json_quoted(name)) += ':') += value.text()) += ',';
      }
    }
  } else if (!parsed.is(glib::JsonText::Kind::Missing)) {
    ((text += "\"value\":") += extra) += ',';
  }
  ((text += R"("_room":{"isFull":)") += json_bool(is_full)) += R"(,"isPasswordProtected":)";
  return (text += json_bool(is_protected)) + "}}";
}

/// Who is in a room with a password is nobody's business outside. Pages count the participants and look for the owner
/// among them, and clients take no empty ids: so there are as many, each with a name of its own that is nobody's.
std::string public_entry(const Room& room, bool to_member) {
  const bool hides_ids = !room.password.empty() && !to_member;
  std::string owner, participants;
  for (std::size_t i = 0; i < room.participants.size(); ++i) {
    const User* const participant = room.participants[i];
    const std::string id = glib::json_quoted(hides_ids ? "hidden-" + std::to_string(i + 1) : participant->id);
    (participants += i > 0 ? "," : "") += id;
    if (participant == room.owner) {
      owner = id;
    }
  }
  std::string text = "{\"maxParticipantsAllowed\":" + std::to_string(room.max_participants);
  (((text += ",\"owner\":") += owner) += ",\"participants\":[") += participants;
  text += "],\"extra\":" + room.extra + ",\"session\":" + room.session + ",\"sessionid\":" + glib::json_quoted(room.id);
  ((text += ",\"isRoomFull\":") += json_bool(room.is_full())) += ",\"isPasswordProtected\":";
  return (text += json_bool(!is_blank(room.password))) + "}";
}

}  // namespace

const std::unordered_map<std::string_view, RoomService::Handler> RoomService::kHandlers{
    {"extra-data-updated", &RoomService::update_extra},
    {"get-remote-user-extra-data", &RoomService::get_extra},
    {"set-custom-socket-event-listener", &RoomService::set_custom_event},
    {"changed-uuid", &RoomService::change_user_id},
    {"set-password", &RoomService::set_password},
    {"is-valid-password", &RoomService::check_password},
    {"disconnect-with", &RoomService::disconnect_with},
    {"close-entire-session", &RoomService::close_session},
    {"check-presence", &RoomService::check_presence},
    {"get-public-rooms", &RoomService::list_public_rooms},
    {"open-room", &RoomService::open_room},
    {"join-room", &RoomService::join_room},
};

RoomService::RoomService(const Options& options, ClientOutput& output)
    : options_(options),
      output_(output),
      directory_(output),
      relay_(options, directory_, output),
      broadcast_(options, output),
      admin_(options.admin, directory_, broadcast_, output) {}

std::optional<std::string> RoomService::add(ClientId client, const Query& query) {
  const auto wanted = parameter(query, "userid");
  if (wanted == "admin") {
    admin_.add(client, query);
    return std::nullopt;
  }
  if (!is_blank(wanted) && !protocol::is_id(*wanted)) {
    return "Invalid userid";
  }
  auto user = std::make_unique<User>();
  user->client = client;
  user->id = is_blank(wanted) || directory_.user(*wanted) ? glib::random_id() : *wanted;
  const auto message_event = parameter(query, "msgEvent");
  user->message_event = is_blank(message_event) ? std::string(kDefaultMessageEvent) : *message_event;
  if (is_reserved(user->message_event) || !protocol::is_id(user->message_event)) {
    return "Invalid msgEvent";
  }
  user->auto_close = parameter(query, "autoCloseEntireSession") == "true";
  user->max_participants = positive_number(parameter(query, "maxParticipantsAllowed"), kDefaultMaxParticipants);
  user->scalable = parameter(query, "enableScalableBroadcast") == "true";
  user->takes_calls = parameter(query, "acceptCalls") == "true";
  user->relay_limit = positive_number(parameter(query, "maxRelayLimitPerUser"), 2);
  const std::string extra = parameter(query, "extra").value_or("");
  User& added = directory_.add(std::move(user));
  static_cast<void>(take_extra(added, glib::JsonText::parse(extra).value_or(glib::JsonText())));
  if (added.id != wanted && !is_blank(wanted)) {
    output_.send(client,
                 event_packet("userid-already-taken", {glib::json_quoted(*wanted), glib::json_quoted(added.id)}));
  }
  admin_.note_change();
  return std::nullopt;
}

void RoomService::remove(ClientId client) {
  admin_.remove(client);
  if (User* const user = directory_.user_of(client)) {
    broadcast_.remove(*user);
    directory_.remove(*user);
    admin_.note_change();
  }
}

void RoomService::handle(ClientId client, const ClientEvent& event) {
  if (admin_.handle(client, event)) {
    return;
  }
  User* const user = directory_.user_of(client);
  if (!user) {
    return;
  }
  if (event.name == user->message_event) {
    relay_.handle(*user, event);
  } else if (const auto handler = kHandlers.find(event.name); handler != kHandlers.end()) {
    (this->*handler->second)(*user, event);
    admin_.note_change();
  } else if (user->scalable && handle_broadcast(*user, event)) {
    admin_.note_change();
  } else if (user->custom_events.contains(event.name)) {
    broadcast_custom_event(*user, event);
  }
}

bool RoomService::close(std::string_view room_id) {
  Room* const room = directory_.room(room_id);
  if (room) {
    directory_.end(*room);
    admin_.note_change();
  }
  return room != nullptr;
}

void RoomService::update_extra(User& from, const ClientEvent& event) {
  const glib::JsonText extra = event.argument(0);
  if (!may_be_kept(extra)) {
    complain(from, "Your extra was not taken: it is larger than " + std::to_string(options_.limits.max_extra) +
                       " bytes, or nested too deeply.");
    return;
  }
  auto receivers = from.connected_with;
  if (from.room) {
    receivers.insert(from.room->participants.begin(), from.room->participants.end());
  }
  if (!output_.charge(from.client, std::max(extra.text().size(), from.extra.size()) * receivers.size())) {
    complain(from, "Your extra was not taken: you have had too much sent to others; wait a little, or send less.");
    return;
  }
  static_cast<void>(take_extra(from, extra));
  if (from.room && from.room->owner == &from) {
    from.room->extra = from.extra;
  }
  const auto packet = event_packet("extra-data-updated", {glib::json_quoted(from.id), from.extra});
  for (const User* receiver : receivers) {
    output_.send(receiver->client, packet);
  }
}

void RoomService::get_extra(User& from, const ClientEvent& event) {
  const auto id = event.argument(0).string_or_number();
  User* const user = id ? directory_.user(*id) : nullptr;
  if (!user) {
    ack(from, event, {glib::json_quoted("User ID does not exist")});
  } else {
    // That a userid is taken, everybody finds out who asks for it: clients may rely on it.
    ack(from, event, {may_reach(from, *user, options_.relay_across_rooms) ? user->extra : "{}"});
  }
}

void RoomService::set_custom_event(User& from, const ClientEvent& event) {
  const auto name = event.argument(0).string_or_number();
  if (!name || !protocol::is_id(*name) || is_reserved(*name) || kHandlers.contains(*name) ||
      *name == from.message_event || from.custom_events.size() >= kMaxCustomEvents) {
    complain(from, "Your custom event was not taken: its name is the server's own, or no name, or one too many.");
    return;
  }
  from.custom_events.insert(*name);
}

void RoomService::broadcast_custom_event(const User& from, const ClientEvent& event) {
  std::vector<const User*> receivers;
  if (options_.relay_across_rooms) {
    for (const auto& [client, user] : directory_.users()) {
      receivers.push_back(user.get());
    }
  } else if (from.room) {
    receivers.assign(from.room->participants.begin(), from.room->participants.end());
  }
  std::erase_if(receivers,
                [&](const User* user) { return user == &from || !user->custom_events.contains(event.name); });
  const auto packet = event_packet(event.name, {glib::text_or_null(event.argument(0))});
  if (!output_.charge(from.client, packet->size() * receivers.size())) {
    complain(from, "Your event was dropped: you have had too much sent to others; wait a little, or send less.");
    return;
  }
  for (const User* receiver : receivers) {
    output_.send(receiver->client, packet);
  }
}

void RoomService::change_user_id(User& from, const ClientEvent& event) {
  const auto id = event.argument(0).string_or_number();
  if (id == from.id) {
    ack(from, event, {});
  } else if (!id || !protocol::is_id(*id) || *id == "admin") {
    ack(from, event, {glib::json_quoted("Invalid userid")});
  } else if (directory_.user(*id)) {
    ack(from, event, {glib::json_quoted("User ID is taken")});
  } else {
    broadcast_.remove(from);
    directory_.rename(from, *id);
    ack(from, event, {});
  }
}

bool RoomService::handle_broadcast(User& from, const ClientEvent& event) {
  const glib::JsonText request = event.name == "join-broadcast" ? event.argument(0) : glib::JsonText();
  const auto id = request.member("broadcastId").string_or_number();
  // A page that begins a broadcast goes by its id from then on, and does not tell in any other way.
  if (id && id != from.id && id == request.member("userid").string_or_number() && protocol::is_id(*id) &&
      *id != "admin" && !directory_.user(*id)) {
    broadcast_.remove(from);
    directory_.rename(from, *id);
  }
  return broadcast_.handle(from, event);
}

void RoomService::set_password(User& from, const ClientEvent& event) {
  if (!from.room) {
    ack(from, event, {"null", "null", glib::json_quoted("Did not join any room yet")});
    return;
  }
  const auto password = event.argument(0).string_or_number().value_or("");
  const bool allowed = from.room->owner == &from && password.size() <= kMaxPassword;
  if (allowed) {
    from.room->password = password;
  }
  ack(from, event,
      {json_bool(allowed), glib::json_quoted(from.room->id), allowed ? "null" : glib::json_quoted(kPermissionDenied)});
}

void RoomService::check_password(User& from, const ClientEvent& event) {
  const auto password = event.argument(0).string_or_number();
  const auto id = event.argument(1).string_or_number();
  const Room* const room = id ? directory_.room(*id) : nullptr;
  std::string_view fault;
  if (is_blank(password)) {
    fault = "You did not enter the password.";
  } else if (is_blank(id)) {
    fault = "You did not enter the room-id.";
  } else if (!room) {
    fault = kRoomNotAvailable;
  } else if (room->password.empty()) {
    fault = "This room do not have any password.";
  } else if (room->password != *password) {
    fault = kInvalidPassword;
  }
  ack(from, event,
      {json_bool(fault.empty()), glib::text_or_null(event.argument(1)),
       fault.empty() ? "false" : glib::json_quoted(fault)});
}

void RoomService::disconnect_with(User& from, const ClientEvent& event) {
  const auto id = event.argument(0).string_or_number();
  if (User* const other = id ? directory_.user(*id) : nullptr) {
    directory_.disconnect(from, *other);
  }
  ack(from, event, {});
}

void RoomService::close_session(User& from, const ClientEvent& event) {
  Room* const room = from.room;
  if (!room) {
    refuse(from, event, kRoomNotAvailable);
  } else if (room->owner != &from) {
    refuse(from, event, kPermissionDenied);
  } else {
    directory_.end(*room, &from);
    ack(from, event, {"true"});
  }
}

void RoomService::check_presence(User& from, const ClientEvent& event) {
  const glib::JsonText argument = event.argument(0);
  const auto id = argument.string_or_number();
  const Room* const room = id ? directory_.room(*id) : nullptr;
  const std::string extra =
      room ? presence(room->extra, room->is_full(), !is_blank(room->password)) : presence("", false, false);
  ack(from, event, {json_bool(room != nullptr), glib::text_or_null(argument), extra});
}

void RoomService::list_public_rooms(User& from, const ClientEvent& event) {
  const auto identifier = event.argument(0).string_or_number();
  if (is_blank(identifier)) {
    ack(from, event, {"null", glib::json_quoted("publicRoomIdentifier is required")});
    return;
  }
  // Whoever asks again and again has all rooms looked at, and a long answer written, each time.
  if (!output_.charge(from.client, directory_.rooms().size() * kBytesPerLook)) {
    ack(from, event, {"null", glib::json_quoted(kAskedTooMuch)});
    return;
  }
  std::map<std::uint64_t, const Room*> rooms;
  for (const auto& [id, room] : directory_.rooms()) {
    if (room->identifier == *identifier) {
      rooms[room->number] = room.get();
    }
  }
  std::string list = "[";
  for (const auto& [number, room] : rooms) {
    if (list.size() >= options_.limits.max_message) {
      break;  // an answer no longer than what clients may send
    }
    list += (list.size() > 1 ? "," : "") + public_entry(*room, room == from.room);
  }
  if (!output_.charge(from.client, list.size())) {
    ack(from, event, {"null", glib::json_quoted(kAskedTooMuch)});
    return;
  }
  ack(from, event, {list + "]"});
}

void RoomService::open_room(User& from, const ClientEvent& event) {
  const glib::JsonText request = event.argument(0);
  const auto id = room_id(from, request);
  if (!id) {
    refuse(from, event, "Invalid room id");
    return;
  }
  directory_.leave(from);
  if (directory_.room(*id)) {
    refuse(from, event, kRoomNotAvailable);
    return;
  }
  if (options_.limits.rooms > 0 && directory_.rooms().size() >= options_.limits.rooms) {
    refuse(from, event, "Too many rooms");
    return;
  }
  const glib::JsonText session = request.member("session");
  const auto identifier = request.member("identifier").string_or_number().value_or("");
  const auto password = request.member("password").string_or_number().value_or("");
  if (!take_extra(from, request.member("extra")) || !may_be_kept(session) || password.size() > kMaxPassword ||
      (!identifier.empty() && !protocol::is_id(identifier))) {
    refuse(from, event, "Too large");
    return;
  }
  Room& room = directory_.open(*id, from);
  room.session = glib::text_or_null(session);
  room.extra = from.extra;
  room.identifier = identifier;
  room.password = password;
  room.one_way = session.member("oneway").is_true() || session.member("broadcast").is_true();
  room.max_participants = from.max_participants;
  if (options_.limits.participants > 0) {
    room.max_participants = std::min(room.max_participants, options_.limits.participants);
  }
  remember_constraints(from, request);
  ack(from, event, {"true"});
}

void RoomService::join_room(User& from, const ClientEvent& event) {
  const glib::JsonText request = event.argument(0);
  const auto id = room_id(from, request);
  Room* room = id ? directory_.room(*id) : nullptr;
  if (!room || room != from.room) {
    directory_.leave(from);
    room = id ? directory_.room(*id) : nullptr;
  }
  if (!take_extra(from, request.member("extra"))) {
    refuse(from, event, "Too large");
  } else if (!room) {
    refuse(from, event, kRoomNotAvailable);
  } else if (from.room == room) {
    ack(from, event, {"true"});
  } else if (!room->password.empty() && request.member("password").string_or_number() != room->password) {
    refuse(from, event, kInvalidPassword);
  } else if (room->is_full()) {
    refuse(from, event, "Room full");
  } else {
    Directory::enter(*room, from);
    remember_constraints(from, request);
    ack(from, event, {"true"});
  }
}

bool RoomService::may_be_kept(glib::JsonText value) const {
  return value.is(glib::JsonText::Kind::Missing) || (value.text().size() <= options_.limits.max_extra &&
                                                     glib::is_json(value.text(), glib::kMaxJsonDepth - kWrapping));
}

/// False if it is too large. What is no value at all leaves the present one.
bool RoomService::take_extra(User& user, glib::JsonText extra) {
  if (!may_be_kept(extra)) {
    return false;
  }
  if (!extra.is(glib::JsonText::Kind::Missing) && !extra.is(glib::JsonText::Kind::Null)) {
    user.extra = extra.text();
  }
  return true;
}

std::optional<std::string> RoomService::room_id(const User& from, glib::JsonText request) {
  const glib::JsonText id = from.scalable ? request.member("extra").member("broadcastId") : request.member("sessionid");
  auto text = id.string_or_number();
  return text && protocol::is_id(*text) ? text : std::nullopt;
}

/// What administrators may ask for.
void RoomService::remember_constraints(User& user, glib::JsonText request) const {
  user.constraints.clear();
  if (!options_.admin) {
    return;
  }
  for (const char* name : {"session", "mediaConstraints", "sdpConstraints", "streams"}) {
    const glib::JsonText value = request.member(name);
    if (!value.is(glib::JsonText::Kind::Missing) && value.text().size() <= options_.limits.max_extra) {
      ((user.constraints += glib::json_quoted(name)) += ':') += value.text();
      user.constraints += ',';
    }
  }
}

void RoomService::ack(const User& to, const ClientEvent& event, std::initializer_list<std::string_view> values) {
  if (event.ack_id) {
    output_.send(to.client, ack_packet(*event.ack_id, values));
  }
}

void RoomService::refuse(const User& to, const ClientEvent& event, std::string_view text) {
  ack(to, event, {"false", glib::json_quoted(text)});
}

void RoomService::complain(const User& to, std::string_view text) {
  output_.send(to.client, event_packet("logs", {glib::json_quoted(text)}));
}

}  // namespace rtcmc::server
