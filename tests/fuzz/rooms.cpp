// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz.hpp"
#include "glib/json_text.hpp"
#include "server/http.hpp"
#include "server/room_service.hpp"
#include "socketio/packet.hpp"

/// The server's room logic under a sequence of what its clients do. Each line is one step of the client that its first
/// byte names (one of eight): "1+userid=alice" comes with that query, "1-" goes, "12[…]" sends a Socket.IO packet.
namespace rtcmc::server {

namespace {

using fuzz::require;

constexpr ClientId kClients = 8;
constexpr std::size_t kMaxSteps = 64;
constexpr std::size_t kMaxPacket = std::size_t{64} * 1024;  // far more than the limits below let anything become

Options narrow_options() {
  Options options;
  options.admin = AdminLogin{"root", "secret"};
  options.limits.max_message = 4096;
  options.limits.max_extra = 512;
  options.limits.rooms = 4;
  options.limits.participants = 5;
  return options;
}

class Rooms final : public ClientOutput {
 public:
  void step(std::string_view line) {
    const ClientId client = static_cast<unsigned char>(line[0]) % kClients;
    line.remove_prefix(1);
    sent_ = 0;
    if (line.starts_with('+')) {
      add(client, line.substr(1));
    } else if (line == "-") {
      remove(client);
    } else if (is_here_[client]) {
      handle(client, line);
    }
    service_.update_administrators();
    for (const ClientId expelled : std::exchange(expelled_, {})) {
      remove(expelled);
    }
    check();
  }

  void end() {
    for (ClientId client = 0; client < kClients; ++client) {
      remove(client);
    }
    require(service_.directory().users().empty() && service_.directory().rooms().empty(), "nothing stays behind");
  }

 private:
  void add(ClientId client, std::string_view query) {
    if (!is_here_[client]) {
      is_here_[client] = true;
      if (service_.add(client, parse_query(query))) {
        is_here_[client] = false;
      }
    }
  }

  void remove(ClientId client) {
    service_.remove(client);
    is_here_[client] = false;
  }

  /// As SocketServer does.
  void handle(ClientId client, std::string_view text) {
    const auto split = socketio::split_packet(text);
    const auto* packet = std::get_if<socketio::RawPacket>(&split);
    const auto json = packet ? glib::JsonText::parse(packet->json) : std::nullopt;
    ClientEvent event;
    event.arguments = json ? json->elements() : std::vector<glib::JsonText>();
    if (const auto name = event.arguments.empty() ? std::nullopt : event.arguments.front().string()) {
      event.name = *name;
      event.ack_id = packet->ack_id;
      event.arguments.erase(event.arguments.begin());
      service_.handle(client, event);
    }
  }

  void send(ClientId to, OutgoingText text) override {
    const std::string packet = text.joined();
    require(to < kClients && is_here_[to], "only who is here is told something");
    require(packet.size() <= kMaxPacket, "a packet is bounded");
    require(++sent_ <= 8 * kClients, "the answers to one event are bounded");
    require(g_utf8_validate_len(packet.data(), packet.size(), nullptr), "a packet is UTF-8");
    require(packet.starts_with('4'), "a packet is a message");
    const auto split = socketio::split_packet(std::string_view(packet).substr(1));
    const auto* raw = std::get_if<socketio::RawPacket>(&split);
    require(raw && glib::JsonText::parse(raw->json), "a packet is JSON that everybody takes");
  }

  bool charge(ClientId client, std::size_t bytes) override {
    require(client < kClients && is_here_[client], "only who is here is charged");
    require(bytes <= kClients * kMaxPacket, "what one event causes is bounded");
    return true;
  }

  void allow_answer(ClientId client, std::size_t) override {
    require(client < kClients && is_here_[client], "only who is here is asked");
  }

  void disconnect(ClientId client, std::string_view) override { expelled_.push_back(client); }

  void check() const {
    const Directory& directory = service_.directory();
    require(directory.users().size() <= kClients && directory.rooms().size() <= 4, "users and rooms are bounded");
    for (const auto& [id, room] : directory.rooms()) {
      require(room->id == id && !room->participants.empty() && room->participants.size() <= 5, "a room is in use");
      require(room->owner && room->owner->room == room.get(), "a room's owner is in it");
      for (const User* participant : room->participants) {
        require(participant->room == room.get(), "a room's participants are in it");
      }
    }
    for (const auto& [client, user] : directory.users()) {
      require(directory.user(user->id) == user.get(), "a user is found by its id");
      for (const User* other : user->connected_with) {
        require(other != user.get() && other->connected_with.contains(user.get()), "connections are mutual");
      }
    }
  }

  const Options options_ = narrow_options();
  RoomService service_{options_, *this};
  bool is_here_[kClients] = {};
  std::vector<ClientId> expelled_;
  std::size_t sent_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view lines = fuzz::text_of(data, size);
  // All transports let nothing else through.
  if (!g_utf8_validate_len(lines.data(), lines.size(), nullptr)) {
    return 0;
  }
  Rooms rooms;
  for (std::size_t steps = 0; !lines.empty() && steps < kMaxSteps; ++steps) {
    const std::string line(lines.substr(0, lines.find('\n')));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (!line.empty()) {
      rooms.step(line);
    }
  }
  rooms.end();
  return 0;
}

}  // namespace rtcmc::server
