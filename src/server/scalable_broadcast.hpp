// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/client_event.hpp"
#include "server/directory.hpp"
#include "server/options.hpp"

namespace rtcmc::server {

/// The server's half of RTCMultiConnection's scalable broadcast: decides from whom each viewer gets the streams, so
/// that viewers hand them on to one another. What one event costs grows with the broadcast's members, and no faster.
/// Pure.
class ScalableBroadcast {
 public:
  ScalableBroadcast(const Options& options, ClientOutput& output) : options_(options), output_(output) {}

  /// False if the event is none of ours.
  bool handle(User& from, const ClientEvent& event);
  void remove(User& user);

  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Member;
  struct Broadcast;
  using Arrival = std::uint64_t;
  using InOrder = std::map<Arrival, Member*>;

  struct Member {
    ClientId client;
    Arrival arrival;
    std::string id;
    Broadcast* broadcast;
    std::string stream_types;  // JSON
    bool is_initiator = false;
    bool can_relay = false;
    Member* receives_from = nullptr;
    InOrder receivers;
    std::uint64_t marked = 0;  // by which search
  };

  /// Gone with its last member.
  struct Broadcast {
    std::string id;
    InOrder members;
    Member* initiator = nullptr;   // whose userid is the broadcast's id
    Member* last_relay = nullptr;  // who was chosen last
    /// Without the initiator.
    [[nodiscard]] std::size_t viewers() const { return members.size() - 1; }
  };

  void join(User& from, const ClientEvent& event);
  [[nodiscard]] Member& add(User& user, const std::string& broadcast_id, std::string stream_types);
  void pass_on(const User& from, const ClientEvent& event);
  void attach(Member& viewer, Member& relay);
  static void detach(Member& viewer);
  [[nodiscard]] Member* find(const std::string& id) const;
  [[nodiscard]] Member* choose_relay(Member& viewer, unsigned limit);
  /// Marks whoever gets its streams from `viewer`, be it by way of others, and the viewer itself.
  void mark_dependents(Member& viewer);
  void tell_number_of_viewers(const Broadcast& broadcast);
  void ack(const User& to, const ClientEvent& event, std::string_view value);
  void log(ClientId to, const std::string& text);

  const Options& options_;
  ClientOutput& output_;
  std::unordered_map<std::string, std::unique_ptr<Member>> members_;  // by userid
  std::unordered_map<std::string, Broadcast> broadcasts_;             // by id
  Arrival last_arrival_ = 0;
  std::uint64_t last_search_ = 0;
};

}  // namespace rtcmc::server
