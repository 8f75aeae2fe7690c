// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics.hpp"

#include <cstdint>
#include <string_view>

namespace rtcmc::program {

std::string metrics_text(const server::Stats& stats, std::chrono::system_clock::time_point started) {
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view labels, std::string_view type, std::string_view help,
                           std::uint64_t value) {
    (((text += "# HELP ") += name) += ' ') += help;
    (((text += "\n# TYPE ") += name) += ' ') += type;
    (((text += '\n') += name) += labels) += ' ';
    (text += std::to_string(value)) += '\n';
  };
  const auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, "", "gauge", help, value);
  };
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    add(name, "", "counter", help, value);
  };
  add("rtcmc_build_info", "{version=\"" RTCMC_VERSION "\"}", "gauge", "The server's version.", 1);
  gauge("rtcmc_connections", "TCP connections that are open.", stats.connections);
  gauge("rtcmc_sessions", "Engine.IO sessions that are open.", stats.sessions);
  gauge("rtcmc_users", "Users who are connected.", stats.users);
  gauge("rtcmc_rooms", "Rooms that are open.", stats.rooms);
  counter("rtcmc_connections_refused_total", "Connections refused because of a limit.", stats.connections_refused);
  counter("rtcmc_sessions_opened_total", "Engine.IO sessions ever opened.", stats.sessions_opened);
  counter("rtcmc_sessions_dropped_total", "Sessions closed by the server for what the client did, or did not.",
          stats.sessions_dropped);
  counter("rtcmc_messages_received_total", "Socket.IO messages from clients.", stats.messages_received);
  counter("rtcmc_messages_sent_total", "Socket.IO messages to clients.", stats.messages_sent);
  counter("rtcmc_received_bytes_total", "Bytes of Socket.IO messages from clients.", stats.bytes_received);
  counter("rtcmc_sent_bytes_total", "Bytes of Socket.IO messages to clients.", stats.bytes_sent);
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(started.time_since_epoch()).count();
  gauge("process_start_time_seconds", "When the server was started, in seconds since 1970.",
        static_cast<std::uint64_t>(since));
  return text;
}

}  // namespace rtcmc::program
