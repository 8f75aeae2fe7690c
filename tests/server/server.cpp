// SPDX-License-Identifier: LGPL-2.1-or-later
// The server as a program, for tests. Arguments: --port N, then NAME=VALUE for what else differs from the defaults.
// Says "Listening on URL", and ends with its standard input.
#include <glib-unix.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "server/signaling_server.hpp"

namespace {

using rtcmc::server::Options;

std::chrono::milliseconds milliseconds(const std::string& text) {
  return std::chrono::milliseconds(std::stol(text));
}

void set(Options& options, const std::string& name, const std::string& value) {
  auto& limits = options.limits;
  const std::map<std::string_view, std::function<void()>> settings{
      {"address", [&] { options.addresses = {value}; }},
      {"admin",
       [&] {
         options.admin = {value, value};
       }},
      {"burst", [&] { limits.message_burst = std::stod(value); }},
      {"handshake-timeout", [&] { options.handshake_timeout = milliseconds(value); }},
      {"max-message", [&] { limits.max_message = std::stoul(value); }},
      {"max-queued", [&] { limits.max_queued = std::stoul(value); }},
      {"max-queued-in-all", [&] { limits.max_queued_in_all = std::stoul(value); }},
      {"max-queued-per-address", [&] { limits.max_queued_per_address = std::stoul(value); }},
      {"origin", [&] { options.allowed_origins.push_back(value); }},
      {"own-pages-only", [&] { options.own_pages_only = value == "true"; }},
      {"ping-interval", [&] { options.ping_interval = milliseconds(value); }},
      {"ping-timeout", [&] { options.ping_timeout = milliseconds(value); }},
      {"rate", [&] { limits.messages_per_second = std::stod(value); }},
      {"relay-across-rooms", [&] { options.relay_across_rooms = value == "true"; }},
      {"rooms", [&] { limits.rooms = static_cast<unsigned>(std::stoul(value)); }},
      {"sockets", [&] { limits.sockets = static_cast<unsigned>(std::stoul(value)); }},
      {"sockets-per-address", [&] { limits.sockets_per_address = static_cast<unsigned>(std::stoul(value)); }},
      {"tls",
       [&] {
         options.tls_certificate =
             rtcmc::glib::Ref<GTlsCertificate>::adopt(g_tls_certificate_new_from_file(value.c_str(), nullptr));
       }},
  };
  settings.at(name)();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.port = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (argument == "--port" && i + 1 < argc) {
      options.port = static_cast<std::uint16_t>(std::stoi(argv[++i]));
    } else if (equals != std::string::npos) {
      set(options, argument.substr(0, equals), argument.substr(equals + 1));
    }
  }
  const auto loop = rtcmc::glib::Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  rtcmc::server::SignalingServer server(std::move(options));
  if (const auto error = server.start()) {
    std::fprintf(stderr, "%s\n", error->text.c_str());
    return 1;
  }
  std::printf("Listening on %s\n", server.url().c_str());
  std::fflush(stdout);
  g_unix_fd_add(
      STDIN_FILENO, GIOCondition(G_IO_IN | G_IO_HUP),
      [](gint fd, GIOCondition, gpointer data) -> gboolean {
        char byte = 0;
        if (read(fd, &byte, 1) <= 0) {
          g_main_loop_quit(static_cast<GMainLoop*>(data));
          return G_SOURCE_REMOVE;
        }
        return G_SOURCE_CONTINUE;
      },
      loop.get());
  g_main_loop_run(loop.get());
  return 0;
}
