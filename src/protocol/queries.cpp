// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/queries.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "glib/json.hpp"

namespace rtcmc::protocol {

namespace {

constexpr unsigned kMaxRooms = 1000;
constexpr unsigned kMaxParticipants = 10'000;

/// As JavaScript sees it: a password's length, a word such as "two-way", or simply true.
bool is_truthy(JsonNode* node) {
  return glib::bool_of(node).value_or(false) || glib::number_of(node).value_or(0) != 0 ||
         !glib::string_of(node).value_or("").empty();
}

std::optional<std::string> id_of(JsonNode* node) {
  auto text = glib::string_of(node);
  return text && is_id(*text) ? std::move(text) : std::nullopt;
}

Session parse_session(JsonNode* node) {
  const auto object = glib::object_of(node);
  const auto has = [&object](const char* name) { return is_truthy(glib::member(object, name)); };
  return {.audio = has("audio"),
          .video = has("video"),
          .data = has("data"),
          .screen = has("screen"),
          .oneway = has("oneway"),
          .broadcast = has("broadcast"),
          .two_way_audio = glib::string_of(glib::member(object, "audio")) == "two-way"};
}

std::vector<std::string> parse_ids(JsonNode* node) {
  std::vector<std::string> ids;
  const auto array = glib::array_of(node);
  const guint count = array ? std::min(json_array_get_length(array.get()), kMaxParticipants) : 0;
  for (guint i = 0; i < count; ++i) {
    if (auto id = id_of(glib::element(array.get(), i))) {
      ids.push_back(*std::move(id));
    }
  }
  return ids;
}

std::optional<PublicRoom> parse_public_room(JsonNode* node) {
  const auto object = glib::object_of(node);
  auto room_id = id_of(glib::member(object, "sessionid"));
  if (!room_id) {
    return std::nullopt;
  }
  const double max = glib::number_of(glib::member(object, "maxParticipantsAllowed")).value_or(0);
  const bool is_count = max >= 0 && max <= std::numeric_limits<std::int32_t>::max();
  return PublicRoom{.room_id = *std::move(room_id),
                    .owner = id_of(glib::member(object, "owner")).value_or(""),
                    .participants = parse_ids(glib::member(object, "participants")),
                    .extra = parse_extra(glib::member(object, "extra")),
                    .session = parse_session(glib::member(object, "session")),
                    .max_participants = is_count ? static_cast<std::uint32_t>(max) : 0,
                    .is_full = is_truthy(glib::member(object, "isRoomFull")),
                    .is_password_protected = is_truthy(glib::member(object, "isPasswordProtected"))};
}

}  // namespace

Presence parse_presence(JsonArray* answer) {
  JsonNode* const extra = glib::element(answer, 2);
  const auto room = glib::object_of(glib::member(glib::object_of(extra), "_room"));
  return {.exists = glib::bool_of(glib::element(answer, 0)).value_or(false),
          .is_full = is_truthy(glib::member(room, "isFull")),
          .is_password_protected = is_truthy(glib::member(room, "isPasswordProtected")),
          .extra = parse_extra(extra)};
}

std::vector<PublicRoom> parse_public_rooms(JsonArray* answer) {
  std::vector<PublicRoom> rooms;
  const auto list = glib::array_of(glib::element(answer, 0));
  const guint count = list ? std::min(json_array_get_length(list.get()), kMaxRooms) : 0;
  for (guint i = 0; i < count; ++i) {
    if (auto room = parse_public_room(glib::element(list.get(), i))) {
      rooms.push_back(*std::move(room));
    }
  }
  return rooms;
}

}  // namespace rtcmc::protocol
