// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glib/ref.hpp"

namespace rtcmc::server {

/// What one stranger, and all of them together, may take. A number of 0 means: no limit.
struct Limits {
  std::size_t max_message = 1'000'000;                    // bytes of a WebSocket message or a request body
  std::size_t max_queued = std::size_t{8} * 1024 * 1024;  // bytes that wait for a client that reads too slowly
  std::size_t max_queued_per_address = std::size_t{64} * 1024 * 1024;  // for all clients of a network (network_of())
  std::size_t max_queued_in_all = std::size_t{256} * 1024 * 1024;
  std::size_t max_extra = std::size_t{64} * 1024;  // bytes of a participant's "extra", as JSON
  unsigned sockets = 20'000;                       // TCP connections, and as many sessions
  unsigned sockets_per_address = 1'000;            // of an IPv4 address, or an IPv6 network (network_of())
  unsigned rooms = 10'000;
  unsigned participants = 1'000;        // of one room, whatever its owner allows
  unsigned broadcast_members = 10'000;  // of all scalable broadcasts together
  /// A message costs one token, and one more for each 4 KiB, of it and of what others are sent because of it, all
  /// receivers together. Enough for everybody in a large room to meet at once.
  double messages_per_second = 200;
  double message_burst = 2'000;
};

/// Who may use the admin channel.
struct AdminLogin {
  std::string user_name;
  std::string password;
};

struct Options {
  /// IP addresses. They all get the same port.
  std::vector<std::string> addresses{"127.0.0.1"};
  std::uint16_t port = 9001;                   // 0: any that is free
  glib::Ref<GTlsCertificate> tls_certificate;  // null: no TLS; with its key
  /// What may stand in a browser's Origin header, like https://example.org; empty: anything.
  std::vector<std::string> allowed_origins;
  /// For a server that is there for its own machine or network, and not for the world: no pages but its own and those
  /// of allowed_origins talk to it, and it answers no request for a host that it can not be.
  bool own_pages_only = false;
  std::optional<AdminLogin> admin;  // absent: there is no admin channel
  /// Whether any client may send any other something, as on the Node.js server, and not only who met in a room.
  bool relay_across_rooms = false;
  Limits limits;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  /// To send a whole request, and then to say Socket.IO's first word; also how long an idle HTTP connection is kept.
  std::chrono::milliseconds handshake_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
};

}  // namespace rtcmc::server
