// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/admin_channel.hpp"
#include "server/client_event.hpp"
#include "server/directory.hpp"
#include "server/http.hpp"
#include "server/options.hpp"
#include "server/relay.hpp"
#include "server/scalable_broadcast.hpp"

namespace rtcmc::server {

/// RTCMultiConnection's server: what clients may ask for, and what they are told. Knows no sockets: clients and their
/// events go in, packets come out. docs/server.md says where it differs from rtcmulticonnection-server.
class RoomService {
 public:
  RoomService(const Options& options, ClientOutput& output);

  /// `query`: of the client's URL. A sentence if it cannot be let in.
  [[nodiscard]] std::optional<std::string> add(ClientId client, const Query& query);
  void remove(ClientId client);
  void handle(ClientId client, const ClientEvent& event);

  /// As its owner may. False if there is no such room.
  bool close(std::string_view room_id);

  [[nodiscard]] const Directory& directory() const { return directory_; }
  /// To be called now and then.
  void update_administrators() { admin_.update(); }

 private:
  using Handler = void (RoomService::*)(User& from, const ClientEvent& event);
  static const std::unordered_map<std::string_view, Handler> kHandlers;

  void update_extra(User& from, const ClientEvent& event);
  void get_extra(User& from, const ClientEvent& event);
  void set_custom_event(User& from, const ClientEvent& event);
  void broadcast_custom_event(const User& from, const ClientEvent& event);
  void change_user_id(User& from, const ClientEvent& event);
  [[nodiscard]] bool handle_broadcast(User& from, const ClientEvent& event);
  void set_password(User& from, const ClientEvent& event);
  void check_password(User& from, const ClientEvent& event);
  void disconnect_with(User& from, const ClientEvent& event);
  void close_session(User& from, const ClientEvent& event);
  void check_presence(User& from, const ClientEvent& event);
  void list_public_rooms(User& from, const ClientEvent& event);
  void open_room(User& from, const ClientEvent& event);
  void join_room(User& from, const ClientEvent& event);

  [[nodiscard]] bool may_be_kept(glib::JsonText value) const;
  [[nodiscard]] bool take_extra(User& user, glib::JsonText extra);
  /// The room's id that open-room and join-room name.
  [[nodiscard]] static std::optional<std::string> room_id(const User& from, glib::JsonText request);
  void remember_constraints(User& user, glib::JsonText request) const;
  void ack(const User& to, const ClientEvent& event, std::initializer_list<std::string_view> values);
  void refuse(const User& to, const ClientEvent& event, std::string_view text);
  void complain(const User& to, std::string_view text);

  const Options& options_;
  ClientOutput& output_;
  Directory directory_;
  Relay relay_;
  ScalableBroadcast broadcast_;
  AdminChannel admin_;
};

}  // namespace rtcmc::server
