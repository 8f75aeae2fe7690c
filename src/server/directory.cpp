// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/directory.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

#include "server/fact.hpp"
#include "server/packet_text.hpp"

namespace rtcmc::server {

User* Directory::user_of(ClientId client) const {
  const auto found = users_.find(client);
  return found == users_.end() ? nullptr : found->second.get();
}

User* Directory::user(std::string_view id) const {
  const auto found = users_by_id_.find(std::string(id));
  return found == users_by_id_.end() ? nullptr : found->second;
}

Room* Directory::room(std::string_view id) const {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second.get();
}

User& Directory::add(std::unique_ptr<User> user) {
  User& added = *user;
  users_by_id_[added.id] = &added;
  users_[added.client] = std::move(user);
  return added;
}

void Directory::remove(User& user) {
  for (User* other : std::exchange(user.connected_with, {})) {
    other->connected_with.erase(&user);
    tell(*other, "user-disconnected", user.id);
  }
  leave(user);
  users_by_id_.erase(user.id);
  users_.erase(user.client);
}

void Directory::rename(User& user, std::string id) {
  g_info("%s", fact("user-renamed", {{"user", user.id}, {"now", id}}).c_str());
  users_by_id_.erase(user.id);
  user.id = std::move(id);
  users_by_id_[user.id] = &user;
}

void Directory::connect(User& one, User& other) {
  if (one.connected_with.insert(&other).second) {
    other.connected_with.insert(&one);
    tell(one, "user-connected", other.id);
    tell(other, "user-connected", one.id);
    bound_connections(one, other);
    bound_connections(other, one);
  }
}

void Directory::bound_connections(User& user, const User& newest) {
  const std::size_t in_room = user.room ? user.room->participants.size() : 0;
  if (user.connected_with.size() <= kMaxConnectionsElsewhere + in_room) {
    return;
  }
  const auto elsewhere = std::ranges::find_if(user.connected_with, [&](const User* other) {
    return other != &newest && (!user.room || other->room != user.room);
  });
  if (elsewhere != user.connected_with.end()) {
    disconnect(user, **elsewhere);
  }
}

bool Directory::disconnect(User& one, User& other) {
  if (one.connected_with.erase(&other) == 0) {
    return false;
  }
  other.connected_with.erase(&one);
  tell(one, "user-disconnected", other.id);
  tell(other, "user-disconnected", one.id);
  return true;
}

Room& Directory::open(std::string id, User& owner) {
  auto& room = rooms_[id] = std::make_unique<Room>();
  room->id = std::move(id);
  room->number = ++last_room_number_;
  room->owner = &owner;
  g_info("%s", fact("room-opened", {{"room", room->id}, {"user", owner.id}}).c_str());
  enter(*room, owner);
  return *room;
}

void Directory::enter(Room& room, User& user) {
  room.participants.push_back(&user);
  user.room = &room;
  g_info("%s", fact("room-joined", {{"room", room.id}, {"user", user.id}}).c_str());
}

void Directory::leave(User& user) {
  Room* const room = std::exchange(user.room, nullptr);
  if (!room) {
    return;
  }
  g_info("%s", fact("room-left", {{"room", room->id}, {"user", user.id}}).c_str());
  std::erase(room->participants, &user);
  if (room->owner != &user) {
    return;
  }
  if (room->participants.empty() || room->one_way || user.auto_close) {
    end(*room);
    return;
  }
  room->owner = room->participants.front();
  room->extra = room->owner->extra;
  tell(*room->owner, "set-isInitiator-true", room->id);
}

void Directory::end(Room& room, const User* except) {
  const auto packet = event_packet("closed-entire-session", {glib::json_quoted(room.id), room.extra});
  for (User* participant : room.participants) {
    participant->room = nullptr;
    if (participant != except) {
      output_.send(participant->client, packet);
    }
  }
  g_info("%s", fact("room-closed", {{"room", room.id}}).c_str());
  rooms_.erase(rooms_.find(room.id));
}

void Directory::tell(const User& user, std::string_view event, const std::string& text) {
  output_.send(user.client, event_packet(event, {glib::json_quoted(text)}));
}

}  // namespace rtcmc::server
