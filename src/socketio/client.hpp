// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glib/ref.hpp"
#include "socketio/connect_error.hpp"

namespace rtcmc::socketio {

struct ClientOptions {
  std::string url;                                         // http(s)://host:port/ or ws(s)://host:port/
  std::vector<std::pair<std::string, std::string>> query;  // added to the handshake's URL, not yet percent-encoded
  std::optional<std::string> tls_ca_file;                  // PEM; instead of the system's authorities
  bool tls_insecure = false;                               // accept any certificate
  glib::Ref<GTlsCertificate> tls_certificate{};            // not null: accept this one and no other
  /// Asked before each attempt: a sentence that says why the server is not trusted, and there is no attempt.
  std::function<std::optional<std::string>()> objection{};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds min_reconnect_delay{500};
  std::chrono::milliseconds max_reconnect_delay{4'000};
};

/// A Socket.IO client for one default-namespace connection, which reconnects by itself.
///
/// Threads: everything, the Listener's and ack callbacks included, happens on the thread whose thread-default
/// GMainContext was current when the client was made. The Listener may call any method and may destroy the client.
class Client {
 public:
  class Listener {
   public:
    /// Events may be emitted from here on. Also called after each successful reconnection.
    virtual void on_connected() = 0;
    /// A connection that was up is gone, or an attempt failed. `retry_in` is absent if the client has given up
    /// (InvalidUrl only): nothing more happens then.
    virtual void on_disconnected(const ConnectError& error, std::optional<std::chrono::milliseconds> retry_in) = 0;
    /// `arguments` holds what follows the event's name. Binary attachments are replaced by null.
    virtual void on_event(std::string_view name, JsonArray* arguments) = 0;

   protected:
    ~Listener() = default;
  };

  /// `arguments` is absent if no ack came in time or the connection was lost first.
  using AckCallback = std::function<void(std::optional<glib::Ref<JsonArray>> arguments)>;

  Client(ClientOptions options, Listener& listener);
  ~Client();  // drops the connection at once; see close() for a clean end
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void connect();

  /// Replaces the handshake's query and connects anew, without a call of on_disconnected(). Acks that are still awaited
  /// are forgotten, their callbacks are not called.
  void reconnect_with(std::vector<std::pair<std::string, std::string>> query);

  /// Closes the connection after all that was emitted; `done` is called once the server has confirmed that, or after
  /// `timeout`, and never from within this call. No Listener or ack call follows. There is no DISCONNECT packet:
  /// servers that read it together with the last events drop those.
  void close(std::chrono::milliseconds timeout, std::function<void()> done);

  [[nodiscard]] bool connected() const;

  /// Dropped with a log line if not connected, or larger than what the server takes.
  void emit(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments);
  void emit_with_ack(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                     std::chrono::milliseconds timeout, AckCallback callback);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rtcmc::socketio
