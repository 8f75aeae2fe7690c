// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "glib/timer.hpp"
#include "socketio/polling_transport.hpp"
#include "socketio/transport.hpp"

namespace rtcmc::socketio {

/// One Engine.IO session, from the handshake to its end: finds out the server's version, falls back from WebSocket to
/// polling and upgrades from there, keeps the heartbeat. It begins on construction; destroying it drops the connection
/// at once, also from within a Listener call. No Listener call comes from within a call of its methods.
class Connection final : public Transport::Listener {
 public:
  class Listener {
   public:
    /// Once, before any message.
    virtual void on_open(EngineVersion version) = 0;
    virtual void on_message(std::string_view message) = 0;
    /// The session is over, or none came about. The last call. The error outlives the connection if that is destroyed.
    virtual void on_lost(const ConnectError& error) = 0;

   protected:
    ~Listener() = default;
  };

  struct Patience {
    std::chrono::milliseconds websocket;  // for the handshake by WebSocket, before polling is tried
    std::chrono::milliseconds version;    // for a V3 server's first message, before V4 is taken for granted
  };

  Connection(Endpoint endpoint, Patience patience, Listener& listener);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Where the server is. Null: not known.
  [[nodiscard]] glib::Ref<GSocketAddress> server() const { return websocket_ ? websocket_->server() : nullptr; }

  /// False, with a log line, if the server would not take it.
  bool send_message(const std::string& message);

  /// Calls `done` once all that was sent has been written and the transport is closed. No Listener call follows.
  void close(std::function<void()> done);

 private:
  void on_transport_packet(Transport& from, std::string_view text) override;
  void on_transport_closed(Transport& from, const ConnectError& error) override;

  void fall_back_to_polling();
  void on_handshake(std::string_view payload);
  void settle_version(EngineVersion version);
  void on_sign_of_life();
  void send_packet(EnginePacket::Type type, std::string_view payload = {});
  void lose(const ConnectError& error);

  void begin_upgrade();
  void on_upgrade_packet(std::string_view text);
  void finish_upgrade();
  void give_up_upgrade(const std::string& why);

  Endpoint endpoint_;
  Patience patience_;
  Listener& listener_;
  std::optional<Handshake> handshake_;
  std::optional<EngineVersion> version_;
  bool over_ = false;
  // Of the transports in use one is set: the WebSocket, or polling together with the WebSocket to upgrade to, if any.
  std::unique_ptr<Transport> websocket_;
  std::unique_ptr<PollingTransport> polling_;
  std::unique_ptr<Transport> upgrade_;
  glib::Timer websocket_timer_, version_timer_, upgrade_timer_, ping_timer_, silence_timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace rtcmc::socketio
