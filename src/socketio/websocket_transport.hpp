// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "glib/async.hpp"
#include "glib/signal_connection.hpp"
#include "socketio/transport.hpp"

namespace rtcmc::socketio {

/// One Engine.IO packet per WebSocket text frame. Binary frames (attachments) are skipped.
class WebSocketTransport final : public Transport {
 public:
  /// `sid` is that of the session to upgrade, if there is one.
  WebSocketTransport(const Endpoint& endpoint, const std::optional<std::string>& sid, Listener& listener);

  [[nodiscard]] glib::Ref<GSocketAddress> server() const override { return server_; }
  void send(std::string packet) override;
  void close(std::function<void()> done) override;

 private:
  void on_connected(glib::Ref<SoupWebsocketConnection> connection);
  void on_message(SoupWebsocketDataType type, GBytes* message);
  void on_closed();
  void write(const std::string& packet);

  Listener& listener_;
  HttpSession session_;
  std::string url_;
  glib::Ref<SoupMessage> handshake_;
  glib::Ref<GSocketAddress> server_;
  std::vector<std::string> unsent_;  // until connected
  glib::Ref<SoupWebsocketConnection> connection_;
  std::string protocol_error_;
  std::function<void()> closed_;  // set by close()
  glib::SignalConnection message_signal_, error_signal_, closed_signal_;
  glib::AsyncScope async_;
};

}  // namespace rtcmc::socketio
