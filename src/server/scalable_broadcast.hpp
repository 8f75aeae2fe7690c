// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/client_event.hpp"
#include "server/directory.hpp"

namespace rtcmc::server {

/// The server's half of RTCMultiConnection's scalable broadcast: decides from whom each viewer gets the streams, so
/// that viewers hand them on to one another. Pure.
class ScalableBroadcast {
 public:
  explicit ScalableBroadcast(ClientOutput& output) : output_(output) {}

  /// False if the event is none of ours.
  bool handle(User& from, const ClientEvent& event);
  void remove(User& user);

  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    ClientId client;
    std::string id;
    std::string broadcast_id;
    std::string stream_types;  // JSON
    bool is_initiator = false;
    bool can_relay = false;
    std::string receives_from;           // empty: from nobody
    std::vector<std::string> receivers;  // their ids
    std::string last_relay;              // the initiator's: who was chosen last
  };

  void join(User& from, const ClientEvent& event);
  void pass_on(const User& from, const ClientEvent& event);
  void attach(Member& viewer, Member& relay);
  void detach(Member& viewer);
  [[nodiscard]] Member* find(std::string_view id) const;
  [[nodiscard]] Member* choose_relay(const Member& viewer, unsigned limit) const;
  /// Whether `relay` gets its streams from `viewer`, be it by way of others.
  [[nodiscard]] bool depends_on(const Member& relay, const Member& viewer) const;
  [[nodiscard]] long viewers(std::string_view broadcast_id) const;
  void tell_number_of_viewers(const std::string& broadcast_id);
  void ack(const User& to, const ClientEvent& event, std::string_view value);
  void log(const Member& to, const std::string& text);

  ClientOutput& output_;
  std::vector<std::unique_ptr<Member>> members_;  // in the order in which they came
};

}  // namespace rtcmc::server
