// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "log/log_limiter.hpp"
#include "server/access_policy.hpp"
#include "server/content.hpp"
#include "server/http_server.hpp"
#include "server/options.hpp"
#include "server/poller.hpp"
#include "server/queue_budget.hpp"
#include "server/stats.hpp"

namespace rtcmc::server {

class EngineServer;
class SocketServer;

/// With a slash at the end. `host`: a name or an IP address.
[[nodiscard]] std::string server_url(const std::string& host, std::uint16_t port, bool has_tls);

/// The server of RTCMultiConnection rooms: Socket.IO at /socket.io/, /healthz for whoever watches over it, and what
/// `content` has. Everything happens on the thread that makes it, in its thread-default GMainContext; no call blocks.
class SignalingServer {
 public:
  explicit SignalingServer(Options options, std::unique_ptr<Content> content = nullptr);
  SignalingServer(const SignalingServer&) = delete;
  SignalingServer& operator=(const SignalingServer&) = delete;
  /// Stops.
  ~SignalingServer();

  /// Absent if it listens on all addresses; else on none.
  [[nodiscard]] std::optional<StartError> start();
  /// Says goodbye to the clients and closes all connections, at once. Not from within one of its own callbacks. It may
  /// be started again.
  void stop();

  /// That of the first address; 0 if it does not listen.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Of the first address, with a slash at the end.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] Stats stats() const;
  /// Who is there; null if it does not listen.
  [[nodiscard]] SocketServer* sockets() const { return sockets_.get(); }

  /// For connections to come; those that are open stay. Only if it was made with one.
  void set_tls_certificate(glib::Ref<GTlsCertificate> certificate);
  /// Asked for each request that is not the signaling's, before `content` is. `address`: the client's. Absent if it has
  /// no answer.
  using RequestHandler =
      std::function<std::optional<HttpResponse>(const HttpRequest& request, const std::string& address)>;
  void set_request_handler(RequestHandler handler) { handler_ = std::move(handler); }

 private:
  void handle(HttpConnection& connection);
  /// Whether the request may not come in; it has been answered then.
  [[nodiscard]] bool refuse(HttpConnection& connection, bool is_signaling);
  [[nodiscard]] HttpResponse serve(const HttpRequest& request);

  Options options_;
  AccessPolicy access_;
  LogLimiter log_limiter_;
  std::unique_ptr<Content> content_;
  RequestHandler handler_;
  Stats stats_;
  std::uint16_t port_ = 0;
  // What comes later uses what comes before it.
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<SocketServer> sockets_;
  std::unique_ptr<QueueBudget> budget_;
  std::unique_ptr<EngineServer> engine_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace rtcmc::server
