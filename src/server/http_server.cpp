// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/http_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "limit/network.hpp"

namespace rtcmc::server {

namespace {

constexpr int kBacklog = 1024;
constexpr unsigned kAcceptsAtOnce = 64;  // then others have their turn
constexpr std::chrono::milliseconds kShortestSweep{10};
constexpr std::chrono::milliseconds kLongestSweep{1000};

StartError start_error(const std::string& address, std::uint16_t port, const glib::Error& error) {
  const std::string where = address + " port " + std::to_string(port);
  if (error.matches(G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    return {StartError::Kind::AddressInUse, "Another program listens on " + where + " already."};
  }
  if (error.matches(G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)) {
    return {StartError::Kind::NotPermitted, "Listening on " + where + " is not permitted."};
  }
  return {StartError::Kind::Other, "Cannot listen on " + where + ": " + error.message() + "."};
}

glib::Ref<GSocket> bound_socket(GSocketAddress* address, bool only_v6, glib::Error& error) {
  auto socket = glib::Ref<GSocket>::adopt(
      g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error.out()));
  if (!socket) {
    return nullptr;
  }
  if (g_socket_address_get_family(address) == G_SOCKET_FAMILY_IPV6) {
    g_socket_set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_v6 ? 1 : 0, nullptr);
  }
  g_socket_set_blocking(socket.get(), FALSE);
  g_socket_set_listen_backlog(socket.get(), kBacklog);
  const bool listens =
      g_socket_bind(socket.get(), address, TRUE, error.out()) && g_socket_listen(socket.get(), error.out());
  return listens ? socket : nullptr;
}

std::uint16_t port_of(GSocket* socket) {
  const auto address = glib::Ref<GSocketAddress>::adopt(g_socket_get_local_address(socket, nullptr));
  return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get()));
}

/// An IPv4 client of an IPv6 socket has its IPv4 address.
std::string remote_address(GSocket* socket) {
  const auto address = glib::Ref<GSocketAddress>::adopt(g_socket_get_remote_address(socket, nullptr));
  if (!address) {
    return "";
  }
  const glib::String text(
      g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address.get()))));
  const std::string_view name = text.get();
  constexpr std::string_view kMapped = "::ffff:";
  return std::string(name.starts_with(kMapped) ? name.substr(kMapped.size()) : name);
}

}  // namespace

/// One address on which the server listens.
class HttpServer::Acceptor final : private Poller::Handler {
 public:
  Acceptor(HttpServer& server, glib::Ref<GSocket> socket) : server_(server), socket_(std::move(socket)) { resume(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() {
    if (watched_) {
      server_.poller_.remove(g_socket_get_fd(socket_.get()), *this);
    }
    g_socket_close(socket_.get(), nullptr);
  }

  void resume() {
    if (!std::exchange(watched_, true)) {
      server_.poller_.add(g_socket_get_fd(socket_.get()), *this, EPOLLIN);
    }
  }

 private:
  void on_ready(std::uint32_t) override {
    for (unsigned i = 0; i < kAcceptsAtOnce; ++i) {
      glib::Error error;
      auto socket = glib::Ref<GSocket>::adopt(g_socket_accept(socket_.get(), nullptr, error.out()));
      if (!socket) {
        if (!error.matches(G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
          pause(error.message());
        }
        return;
      }
      server_.accept(std::move(socket));
    }
  }

  /// When there is no descriptor left, trying again at once is of no use.
  void pause(const char* reason) {
    g_warning("Cannot accept a connection: %s", reason);
    watched_ = false;
    server_.poller_.remove(g_socket_get_fd(socket_.get()), *this);
  }

  HttpServer& server_;
  glib::Ref<GSocket> socket_;
  bool watched_ = false;
};

HttpServer::HttpServer(const Options& options, Poller& poller, QueueBudget& budget, Stats& stats, Handler handler)
    : options_(options),
      poller_(poller),
      budget_(budget),
      stats_(stats),
      handler_(std::move(handler)),
      counter_(options.limits) {
  sweep_timer_.start_repeating(std::clamp(options.handshake_timeout / 4, kShortestSweep, kLongestSweep),
                               [this] { sweep(); });
}

HttpServer::~HttpServer() = default;

std::variant<std::uint16_t, StartError> HttpServer::listen(const std::string& address, std::uint16_t port) {
  const auto socket_address =
      glib::Ref<GSocketAddress>::adopt(g_inet_socket_address_new_from_string(address.c_str(), port));
  if (!socket_address) {
    return StartError{StartError::Kind::InvalidAddress,
                      "\"" + address + "\" is no IP address: write it like 127.0.0.1, 0.0.0.0, or ::1."};
  }
  // An IPv6 socket takes IPv4 connections as well, unless there is one for them.
  const bool only_v6 = std::ranges::find(options_.addresses, "0.0.0.0") != options_.addresses.end();
  glib::Error error;
  auto socket = bound_socket(socket_address.get(), only_v6, error);
  if (!socket) {
    return start_error(address, port, error);
  }
  port = port_of(socket.get());
  acceptors_.push_back(std::make_unique<Acceptor>(*this, std::move(socket)));
  return port;
}

void HttpServer::accept(glib::Ref<GSocket> socket) {
  const std::string address = remote_address(socket.get());
  auto ticket = counter_.admit(network_of(address));
  if (!ticket) {
    ++stats_.connections_refused;
    g_socket_close(socket.get(), nullptr);
    return;
  }
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  HttpConnection::Listener& listener = *this;
  auto connection =
      std::make_unique<HttpConnection>(poller_, NetStream(std::move(socket), *std::move(ticket)), address,
                                       options_.tls_certificate.get(), options_.limits.max_message, budget_, listener);
  HttpConnection* const key = connection.get();
  connections_.emplace(key, std::move(connection));
}

/// Connections close from within their own calls, so that they are destroyed later.
void HttpServer::on_http_closed(HttpConnection& connection) {
  closed_.push_back(&connection);
  if (!reap_timer_.active()) {
    reap_timer_.start_once(std::chrono::milliseconds(0), [this] {
      for (HttpConnection* closed : std::exchange(closed_, {})) {
        connections_.erase(closed);
      }
    });
  }
}

void HttpServer::sweep() {
  const auto now = HttpConnection::Clock::now();
  for (const auto& [key, connection] : connections_) {
    connection->close_if_idle(now, options_.handshake_timeout);
  }
  for (const auto& acceptor : acceptors_) {
    acceptor->resume();
  }
}

}  // namespace rtcmc::server
