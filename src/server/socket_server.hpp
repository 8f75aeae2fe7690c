// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glib/timer.hpp"
#include "limit/token_bucket.hpp"
#include "log/log_limiter.hpp"
#include "server/client_event.hpp"
#include "server/engine_session.hpp"
#include "server/options.hpp"
#include "server/room_service.hpp"
#include "server/stats.hpp"
#include "socketio/packet.hpp"

namespace rtcmc::server {

/// Socket.IO's default namespace on top of Engine.IO sessions (socket.io-protocol, revisions 4 and 5), with the rooms
/// behind it. Clients that do not keep to the protocol, or say too much, are disconnected.
class SocketServer final : public EngineSession::Listener, private ClientOutput {
 public:
  SocketServer(const Options& options, Stats& stats);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer() = default;

  [[nodiscard]] const Directory& directory() const { return rooms_.directory(); }
  /// Where the client comes from.
  [[nodiscard]] std::string address_of(ClientId client) const;
  /// False if there is no such user.
  bool disconnect_user(std::string_view id);
  /// Tells the participants that the room has ended; they stay connected to the server. False if there is none.
  bool close_room(std::string_view id);

 private:
  using Clock = EngineSession::Clock;
  struct Client {
    EngineSession* session;
    Clock::time_point since;
    TokenBucket bucket;
    bool connected = false;  // to the namespace
    bool left = false;
  };
  class Turn;

  void on_session_opened(EngineSession& session) override;
  void on_session_message(EngineSession& from, std::string_view text) override;
  void on_session_binary(EngineSession& from) override;
  void on_session_closed(EngineSession& from, std::string_view reason) override;
  void send(ClientId to, OutgoingText packet) override;
  [[nodiscard]] bool charge(ClientId client, std::size_t bytes) override;
  void allow_answer(ClientId client, std::size_t bytes) override;
  void disconnect(ClientId client, std::string_view reason) override;

  void handle_packet(Client& client, const socketio::RawPacket& packet);
  void handle_event(Client& client, const socketio::RawPacket& packet);
  void connect(Client& client, const socketio::RawPacket& packet);
  void refuse_namespace(Client& client, std::string_view name_space);
  void enter(Client& client);
  void drop(Client& client, std::string_view reason);
  void drop_the_silent();
  void note_departure(const EngineSession::Identity& identity, std::string_view reason) const;
  void end_turn();

  const Options& options_;
  Stats& stats_;
  RoomService rooms_;
  std::unordered_map<SessionId, Client> clients_;
  unsigned turns_ = 0;
  std::vector<ClientId> gone_;  // the rooms do not know yet
  struct Expelled {
    ClientId client;
    std::string reason;
  };
  std::vector<Expelled> expelled_;
  LogLimiter log_limiter_;
  glib::Timer handshake_timer_, admin_timer_;
};

}  // namespace rtcmc::server
