// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "server/client_event.hpp"
#include "server/directory.hpp"
#include "server/http.hpp"
#include "server/options.hpp"
#include "server/scalable_broadcast.hpp"

namespace rtcmc::server {

/// What RTCMultiConnection's admin page may see and do: a client with the userid "admin", and with the right name and
/// password in its URL (adminUserName, adminPassword). Pure.
class AdminChannel {
 public:
  AdminChannel(const std::optional<AdminLogin>& login, const Directory& directory, const ScalableBroadcast& broadcast,
               ClientOutput& output)
      : login_(login), directory_(directory), broadcast_(broadcast), output_(output) {}

  /// Whoever is not let in is told so, and disconnected.
  void add(ClientId client, const Query& query);
  void remove(ClientId client) { administrators_.erase(client); }
  /// False if that client is no administrator.
  bool handle(ClientId client, const ClientEvent& event);

  void note_change() { changed_ = true; }
  /// Tells the administrators of changes since the last time.
  void update();

 private:
  void send_state(ClientId to, bool with_rooms);
  void disconnect_room(std::string_view id);
  [[nodiscard]] std::string user_info(std::string_view id) const;

  const std::optional<AdminLogin>& login_;
  const Directory& directory_;
  const ScalableBroadcast& broadcast_;
  ClientOutput& output_;
  std::set<ClientId> administrators_;
  bool changed_ = false;
};

}  // namespace rtcmc::server
