// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "glib/timer.hpp"
#include "limit/guess_limiter.hpp"
#include "server/engine_session.hpp"
#include "server/http.hpp"
#include "server/http_connection.hpp"
#include "server/options.hpp"
#include "server/poller.hpp"
#include "server/stats.hpp"

namespace rtcmc::server {

/// Engine.IO's server side, revisions 3 and 4 (engine.io-protocol): answers its HTTP requests and owns the sessions.
class EngineServer {
 public:
  /// What a refused request is told (engine.io, "Error codes").
  enum class Refusal { UnknownTransport, UnknownSid, BadHandshakeMethod, BadRequest, Forbidden };

  EngineServer(const Options& options, Poller& poller, QueueBudget& budget, Stats& stats,
               EngineSession::Listener& listener);
  EngineServer(const EngineServer&) = delete;
  EngineServer& operator=(const EngineServer&) = delete;
  ~EngineServer();

  /// A request for Engine.IO's path, from a page that may talk to the server.
  void handle(HttpConnection& connection);
  /// Answers one that may not come in.
  static void forbid(HttpConnection& connection, std::string_view why);

  /// Says goodbye to every client as far as that can be written at once. No Listener call follows.
  void stop();

 private:
  struct Request {
    HttpConnection& connection;
    Query query;
    socketio::EngineVersion version;
    bool wants_websocket;   // transport=websocket
    bool asks_for_upgrade;  // by its headers
  };

  [[nodiscard]] std::optional<Refusal> fault(const Request& request) const;
  [[nodiscard]] std::optional<Refusal> session_fault(const Request& request, const std::string& sid) const;
  void handle_poll(const Request& request);
  void handle_post(const Request& request);
  void handle_upgrade(const Request& request);
  void start_poll(EngineSession& session, const Request& request);
  /// Why a session may not be opened; empty: it may.
  [[nodiscard]] std::string_view objection_to_opening(const Request& request);
  [[nodiscard]] bool has_room_for(const std::string& network) const;
  EngineSession& open(const Query& query, socketio::EngineVersion version, const std::string& address,
                      bool can_upgrade);
  /// Also one that is closed, while it has something to say.
  [[nodiscard]] EngineSession* find(const std::string& sid) const;
  void sweep();
  void reap_soon();

  /// Learns of closed sessions before the real listener does.
  class Doorkeeper;

  const Options& options_;
  QueueBudget& budget_;
  Stats& stats_;
  Poller& poller_;
  std::unique_ptr<Doorkeeper> doorkeeper_;
  std::unordered_map<std::string, std::unique_ptr<EngineSession>> sessions_;  // by sid
  std::unordered_map<std::string, unsigned> sessions_by_network_;
  GuessLimiter logins_;              // of administrators
  std::vector<std::string> closed_;  // sids
  struct Closing {
    std::unique_ptr<EngineSession> session;
    EngineSession::Clock::time_point since;
  };
  std::vector<Closing> closing_;  // have something left to say
  SessionId last_id_ = 0;
  glib::Timer sweep_timer_, reap_timer_;
};

}  // namespace rtcmc::server
