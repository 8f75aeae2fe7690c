// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/client_event.hpp"
#include "server/directory.hpp"

namespace rtcmc::server {

/// Carries participants' messages to one another. What is inside a message is never taken apart. Pure.
class Relay {
 public:
  Relay(Directory& directory, ClientOutput& output) : directory_(directory), output_(output) {}

  /// A message in its envelope (docs/protocol.md).
  void handle(User& from, const ClientEvent& event);

 private:
  using Members = std::vector<glib::JsonText::Member>;

  void handle_system(const User& from, const ClientEvent& event, glib::JsonText message);
  void request_participation(const User& from, const Members& envelope);
  void send(const User& from, const User& to, const Members& envelope, bool with_extra);
  void complain(const User& to, std::string_view text);

  Directory& directory_;
  ClientOutput& output_;
};

}  // namespace rtcmc::server
