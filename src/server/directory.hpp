// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/client_event.hpp"
#include "server/options.hpp"

namespace rtcmc::server {

struct Room;

/// A client under its userid. Values that only clients understand are kept as JSON.
struct User {
  ClientId client = 0;
  std::string id;
  std::string extra = "{}";
  std::string message_event;
  std::set<std::string, std::less<>> custom_events;  // that it sends and gets
  bool auto_close = false;                           // its rooms end when it leaves
  unsigned max_participants = 0;                     // of rooms that it opens
  bool scalable = false;                             // takes part in scalable broadcasts
  unsigned relay_limit = 0;
  bool takes_calls = false;  // from everybody, an extension of ours
  std::string constraints;   // members of a JSON object, for administrators
  Room* room = nullptr;
  std::string broadcast_id;  // the scalable broadcast that it takes part in; empty: none
  /// With whom it has exchanged messages. It is told when one of them goes; may_reach() lets them go on elsewhere.
  std::unordered_set<User*> connected_with;
};

struct Room {
  std::string id;
  std::uint64_t number = 0;  // in the order in which they were opened
  User* owner = nullptr;
  std::vector<User*> participants;  // in the order in which they came
  std::string session = "null";
  std::string extra = "{}";
  std::string identifier;  // that it can be found by; empty: it cannot
  std::string password;    // empty: none
  unsigned max_participants = 0;
  bool one_way = false;  // everybody talks to the owner only, and the room ends with it

  [[nodiscard]] bool is_full() const { return participants.size() >= max_participants; }
};

/// Who is there, in which room, and connected with whom. Tells the clients what changes for them. Pure.
class Directory {
 public:
  explicit Directory(ClientOutput& output) : output_(output) {}

  [[nodiscard]] User* user_of(ClientId client) const;
  [[nodiscard]] User* user(std::string_view id) const;
  [[nodiscard]] Room* room(std::string_view id) const;
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Room>, std::less<>>& rooms() const { return rooms_; }
  [[nodiscard]] const std::unordered_map<ClientId, std::unique_ptr<User>>& users() const { return users_; }

  /// Its id must be free.
  User& add(std::unique_ptr<User> user);
  void remove(User& user);
  /// The new id must be free.
  void rename(User& user, std::string id);

  /// How many a user may be connected with beyond those in its room; then one of these others is disconnected.
  static constexpr std::size_t kMaxConnectionsElsewhere = 1000;

  void connect(User& one, User& other);
  /// False if they were not connected.
  bool disconnect(User& one, User& other);

  /// The id must be free, and the user in no room.
  Room& open(std::string id, User& owner);
  /// The user must be in no room.
  static void enter(Room& room, User& user);
  /// Out of the room it is in, if it is in one: an owner hands it over to who has been there longest, or ends it.
  void leave(User& user);
  /// Everybody in it but `except` is told.
  void end(Room& room, const User* except = nullptr);

 private:
  void bound_connections(User& user, const User& newest);
  void tell(const User& user, std::string_view event, const std::string& text);

  ClientOutput& output_;
  std::unordered_map<ClientId, std::unique_ptr<User>> users_;
  std::unordered_map<std::string, User*> users_by_id_;
  std::map<std::string, std::unique_ptr<Room>, std::less<>> rooms_;
  std::uint64_t last_room_number_ = 0;
};

}  // namespace rtcmc::server
