// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glib/ref.hpp"
#include "protocol/messages.hpp"

/// What the server answers to questions about rooms, as values. Pure; what comes in is hostile.
namespace rtcmc::protocol {

/// The answer to check-presence.
struct Presence {
  bool exists = false;
  bool is_full = false;
  bool is_password_protected = false;
  glib::Ref<JsonObject> extra;  // the owner's; may be null
};

/// A room in the answer to get-public-rooms.
struct PublicRoom {
  std::string room_id;
  std::string owner;
  std::vector<std::string> participants;
  glib::Ref<JsonObject> extra;  // the owner's; may be null
  Session session;
  std::uint32_t max_participants = 0;  // 0: not said
  bool is_full = false;
  bool is_password_protected = false;
};

[[nodiscard]] Presence parse_presence(JsonArray* answer);
/// What is no room is left out, and whatever comes after the thousandth.
[[nodiscard]] std::vector<PublicRoom> parse_public_rooms(JsonArray* answer);

}  // namespace rtcmc::protocol
