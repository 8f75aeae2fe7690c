// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "glib/ref.hpp"
#include "glib/timer.hpp"
#include "server/connection_counter.hpp"
#include "server/http_connection.hpp"
#include "server/options.hpp"
#include "server/poller.hpp"
#include "server/queue_budget.hpp"
#include "server/stats.hpp"

namespace rtcmc::server {

/// Why a server cannot start. `text` is a sentence for a person.
struct StartError {
  enum class Kind { InvalidAddress, AddressInUse, NotPermitted, Other };
  Kind kind;
  std::string text;
};

/// Accepts connections, not too many, and hands their requests on.
///
/// Not libsoup's server: in the versions that distributions have (3.2), it keeps some memory of each connection for
/// ever, and stops accepting for good when there is no file descriptor left once.
class HttpServer final : private HttpConnection::Listener {
 public:
  using Handler = std::function<void(HttpConnection& connection)>;

  /// `handler` must answer each request, or take its connection over, now or later.
  HttpServer(const Options& options, Poller& poller, QueueBudget& budget, Stats& stats, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// The port: as given, or the one that was free if that is 0.
  [[nodiscard]] std::variant<std::uint16_t, StartError> listen(const std::string& address, std::uint16_t port);

  /// Also those that have become something else than HTTP.
  [[nodiscard]] std::size_t connections() const { return counter_.all(); }

 private:
  class Acceptor;

  void accept(glib::Ref<GSocket> socket);
  void on_http_request(HttpConnection& connection) override { handler_(connection); }
  void on_http_closed(HttpConnection& connection) override;
  void sweep();

  const Options& options_;
  Poller& poller_;
  QueueBudget& budget_;
  Stats& stats_;
  Handler handler_;
  ConnectionCounter counter_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> connections_;
  std::vector<HttpConnection*> closed_;
  glib::Timer sweep_timer_, reap_timer_;
};

}  // namespace rtcmc::server
