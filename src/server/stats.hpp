// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace rtcmc::server {

/// What a server has done since it was made, and what it holds now.
struct Stats {
  std::size_t connections = 0;  // TCP
  std::size_t sessions = 0;     // Engine.IO
  std::size_t users = 0;
  std::size_t rooms = 0;
  std::uint64_t connections_refused = 0;  // beyond a limit
  std::uint64_t sessions_opened = 0;
  std::uint64_t sessions_dropped = 0;  // for what they did, or did not
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t bytes_received = 0;  // of Socket.IO messages
  std::uint64_t bytes_sent = 0;
};

}  // namespace rtcmc::server
