// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <string>
#include <utility>
#include <vector>

#include "glib/ref.hpp"
#include "room/room_options.hpp"

namespace rtcmc::room {

/// As in socketio::ClientOptions.
using UrlQuery = std::vector<std::pair<std::string, std::string>>;

/// What we tell the server about ourselves and the room that we want.
namespace registration {

/// With the connection.
[[nodiscard]] UrlQuery url_query(const RoomOptions& options);
/// With a connection that only speaks to those whose messages have this name; see Voices.
[[nodiscard]] UrlQuery voice_query(const RoomOptions& options, const std::string& message_event);
/// What the other participants get to know of us.
[[nodiscard]] glib::Ref<JsonNode> extra(const RoomOptions& options);
[[nodiscard]] glib::Ref<JsonNode> request_to_open(const RoomOptions& options);
[[nodiscard]] glib::Ref<JsonNode> request_to_join(const RoomOptions& options);

}  // namespace registration

}  // namespace rtcmc::room
