// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "glib/ref.hpp"
#include "protocol/messages.hpp"
#include "socketio/client.hpp"

namespace rtcmc::room {

enum class Action { OpenOrJoin, Open, Join };

struct RoomOptions {
  std::string socket_url;
  std::string room_id;  // empty, with accepts_calls: none, we are on the server alone
  Action action = Action::OpenOrJoin;
  protocol::Session session;
  /// Messages between participants have this name on the wire (`connection.socketMessageEvent`). Participants with
  /// another one are understood and spoken to once they have asked to take part; see Voices.
  std::string message_event = "RTCMultiConnection-Message";
  std::string user_id;          // empty: random. If it is taken, a random one until it is free
  glib::Ref<JsonObject> extra;  // may be null
  std::string password;
  std::string public_identifier;
  std::uint32_t max_participants = 1000;
  /// How often entering is tried again before it has been done once. Absent: for ever.
  std::optional<std::uint32_t> retries = 0;
  bool auto_close_session = false;
  bool accepts_calls = false;         // our own server passes on who asks for us from outside the room
  bool scalable_broadcast = false;    // the room is one; see BroadcastEntry
  std::uint32_t max_relay_limit = 2;  // of a scalable broadcast: to how many each one gives it
  std::optional<std::string> tls_ca_file;
  bool tls_insecure = false;
  glib::Ref<GTlsCertificate> tls_certificate{};             // as in socketio::ClientOptions
  std::function<std::optional<std::string>()> objection{};  // as there
};

}  // namespace rtcmc::room
