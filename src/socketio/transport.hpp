// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "socketio/connect_error.hpp"
#include "socketio/engine_packet.hpp"
#include "socketio/http_session.hpp"
#include "socketio/server_url.hpp"

namespace rtcmc::socketio {

/// No server may make us hold more than this at once: one WebSocket frame or one HTTP body beyond it ends the
/// connection. What is smaller but still too large is dropped further up.
inline constexpr std::size_t kMaxIncoming = std::size_t{16} * 1024 * 1024;

/// Where transports connect to, and how.
struct Endpoint {
  HttpSession session;
  ServerUrl url;
  Query query;  // the application's part
};

/// A way to carry the packets of one Engine.IO session. It begins to connect on construction; destroying it drops the
/// connection at once. No Listener call comes from within a call of its methods.
class Transport {
 public:
  class Listener {
   public:
    /// May destroy the transport.
    virtual void on_transport_packet(Transport& from, std::string_view packet) = 0;
    /// The transport is of no use any more. May destroy it.
    virtual void on_transport_closed(Transport& from, const ConnectError& error) = 0;

   protected:
    ~Listener() = default;
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Where the other end of a connection that is up is. Null: not known.
  [[nodiscard]] virtual glib::Ref<GSocketAddress> server() const { return nullptr; }

  /// Packets sent before the connection is up are kept until then.
  virtual void send(std::string packet) = 0;

  /// Ends the connection once all that was sent has been written, then calls `done`, which may destroy the transport.
  /// No Listener call follows.
  virtual void close(std::function<void()> done) = 0;
};

}  // namespace rtcmc::socketio
