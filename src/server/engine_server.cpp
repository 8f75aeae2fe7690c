// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/engine_server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "glib/json_text.hpp"
#include "glib/random.hpp"
#include "limit/network.hpp"

namespace rtcmc::server {

using socketio::EngineVersion;

namespace {

/// How long a closed session may take to write its last words.
constexpr std::chrono::seconds kFarewell{2};

void refuse(HttpConnection& connection, EngineServer::Refusal refusal, std::string_view text = {}) {
  constexpr std::array<std::string_view, 5> kTexts{"Transport unknown", "Session ID unknown", "Bad handshake method",
                                                   "Bad request", "Forbidden"};
  const auto code = static_cast<std::size_t>(refusal);
  const bool forbidden = refusal == EngineServer::Refusal::Forbidden;
  connection.respond({forbidden ? 403U : 400U, "application/json",
                      "{\"code\":" + std::to_string(code) +
                          ",\"message\":" + glib::json_quoted(text.empty() ? kTexts[code] : text) + "}",
                      forbidden ? HttpHeaders() : cors_headers(connection.request())});
}

std::chrono::milliseconds sweep_interval(const Options& options) {
  const auto shortest = std::min({options.ping_interval, options.ping_timeout, options.upgrade_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
}

}  // namespace

class EngineServer::Doorkeeper final : public EngineSession::Listener {
 public:
  Doorkeeper(EngineServer& server, EngineSession::Listener& listener) : server_(server), listener_(listener) {}

  void on_session_opened(EngineSession& session) override { listener_.on_session_opened(session); }
  void on_session_message(EngineSession& from, std::string_view text) override {
    listener_.on_session_message(from, text);
  }
  void on_session_binary(EngineSession& from) override { listener_.on_session_binary(from); }
  void on_session_closed(EngineSession& from, std::string_view reason) override {
    server_.closed_.push_back(from.identity().sid);
    server_.reap_soon();
    if (!stopped_) {
      listener_.on_session_closed(from, reason);
    }
  }
  void stop() { stopped_ = true; }

 private:
  EngineServer& server_;
  EngineSession::Listener& listener_;
  bool stopped_ = false;
};

EngineServer::EngineServer(const Options& options, Poller& poller, QueueBudget& budget, Stats& stats,
                           EngineSession::Listener& listener)
    : options_(options),
      budget_(budget),
      stats_(stats),
      poller_(poller),
      doorkeeper_(std::make_unique<Doorkeeper>(*this, listener)) {
  sweep_timer_.start_repeating(sweep_interval(options), [this] { sweep(); });
}

EngineServer::~EngineServer() {
  stop();
}

void EngineServer::forbid(HttpConnection& connection, std::string_view why) {
  refuse(connection, Refusal::Forbidden, why);
}

void EngineServer::handle(HttpConnection& connection) {
  const HttpRequest& http = connection.request();
  Request request{connection, parse_query(http.query), EngineVersion::V3, false, asks_for_websocket(http)};
  request.version = parameter(request.query, "EIO") == "4" ? EngineVersion::V4 : EngineVersion::V3;
  request.wants_websocket = parameter(request.query, "transport") == "websocket";
  if (http.method == "OPTIONS") {
    connection.respond(cors_preflight(http));
  } else if (const auto refusal = fault(request)) {
    refuse(connection, *refusal);
  } else if (request.asks_for_upgrade) {
    handle_upgrade(request);
  } else if (http.method == "POST") {
    handle_post(request);
  } else {
    handle_poll(request);
  }
}

std::optional<EngineServer::Refusal> EngineServer::fault(const Request& request) const {
  if (!request.wants_websocket && parameter(request.query, "transport") != "polling") {
    return Refusal::UnknownTransport;
  }
  const std::string& method = request.connection.request().method;
  if (const auto sid = parameter(request.query, "sid"); sid && !sid->empty()) {
    if (const auto refusal = session_fault(request, *sid)) {
      return refusal;
    }
    return method == "GET" || method == "POST" ? std::nullopt : std::optional(Refusal::BadRequest);
  }
  if (method != "GET") {
    return Refusal::BadHandshakeMethod;
  }
  return request.wants_websocket == request.asks_for_upgrade ? std::nullopt : std::optional(Refusal::BadRequest);
}

std::optional<EngineServer::Refusal> EngineServer::session_fault(const Request& request, const std::string& sid) const {
  const EngineSession* session = find(sid);
  const bool takes_leave = session && session->closed() && !session->finished() && !request.asks_for_upgrade &&
                           request.connection.request().method == "GET";
  if (!session || (session->closed() && !takes_leave)) {
    return Refusal::UnknownSid;
  }
  const bool fits = request.asks_for_upgrade ? request.wants_websocket && session->may_upgrade()
                                             : !request.wants_websocket && !session->uses_websocket();
  return fits && session->identity().version == request.version ? std::nullopt : std::optional(Refusal::BadRequest);
}

void EngineServer::handle_poll(const Request& request) {
  if (const auto sid = parameter(request.query, "sid"); sid && !sid->empty()) {
    start_poll(*find(*sid), request);
    return;
  }
  if (const auto objection = objection_to_opening(request); !objection.empty()) {
    forbid(request.connection, objection);
    return;
  }
  start_poll(open(request.query, request.version, request.connection.address(), true), request);
}

void EngineServer::start_poll(EngineSession& session, const Request& request) {
  request.connection.on_hang_up([&session] { session.on_poll_gone(); });
  static_cast<void>(session.add_poll(std::make_unique<LongPoll>(request.connection, request.query)));
}

void EngineServer::handle_post(const Request& request) {
  const HttpRequest& http = request.connection.request();
  EngineSession& session = *find(*parameter(request.query, "sid"));
  const bool is_binary = http.header("content-type") == "application/octet-stream";
  const std::string payload = posted_payload(request.query, http.body);
  const bool is_well_formed =
      is_binary ? request.version == EngineVersion::V3 : g_utf8_validate_len(payload.data(), payload.size(), nullptr);
  if (!is_well_formed) {
    session.close("parse error");
    refuse(request.connection, Refusal::BadRequest);
  } else if (!session.add_post(payload, is_binary)) {
    refuse(request.connection, Refusal::BadRequest);
  } else {
    HttpResponse response{200, "text/html", "ok", cors_headers(http)};
    response.headers.emplace_back("Cache-Control", "no-store");
    request.connection.respond(response);
  }
}

void EngineServer::handle_upgrade(const Request& request) {
  HttpConnection& connection = request.connection;
  const auto sid = parameter(request.query, "sid");
  const bool opens = !sid || sid->empty();
  const auto headers = websocket_handshake(connection.request());
  if (!headers) {
    refuse(connection, Refusal::BadRequest);
  } else if (!opens) {
    find(*sid)->probe_websocket(poller_, connection.upgrade(*headers));
  } else if (const auto objection = objection_to_opening(request); !objection.empty()) {
    forbid(connection, objection);
  } else {
    open(request.query, request.version, connection.address(), false)
        .use_websocket(poller_, connection.upgrade(*headers));
  }
}

std::string_view EngineServer::objection_to_opening(const Request& request) {
  const std::string network = network_of(request.connection.address());
  const bool is_login = parameter(request.query, "userid") == "admin" && parameter(request.query, "adminPassword");
  if (!has_room_for(network)) {
    ++stats_.connections_refused;
    return "Too many connections";
  }
  return options_.admin && is_login && !logins_.may_guess(network) ? "Too many logins" : "";
}

bool EngineServer::has_room_for(const std::string& network) const {
  const auto found = sessions_by_network_.find(network);
  const unsigned of_network = found == sessions_by_network_.end() ? 0 : found->second;
  const auto below = [](std::size_t count, unsigned limit) { return limit == 0 || count < limit; };
  return below(sessions_.size(), options_.limits.sockets) && below(of_network, options_.limits.sockets_per_address);
}

EngineSession& EngineServer::open(const Query& query, EngineVersion version, const std::string& address,
                                  bool can_upgrade) {
  // Who guesses a sid could speak for its client.
  EngineSession::Identity identity{++last_id_, glib::random_id(), version, address, query};
  const std::string sid = identity.sid;
  auto& session = sessions_[sid] =
      std::make_unique<EngineSession>(std::move(identity), can_upgrade, options_, budget_, stats_, *doorkeeper_);
  ++sessions_by_network_[network_of(address)];
  ++stats_.sessions_opened;
  stats_.sessions = sessions_.size();
  doorkeeper_->on_session_opened(*session);
  return *session;
}

EngineSession* EngineServer::find(const std::string& sid) const {
  if (const auto found = sessions_.find(sid); found != sessions_.end()) {
    return found->second.get();
  }
  const auto closing =
      std::ranges::find_if(closing_, [&](const Closing& closing) { return closing.session->identity().sid == sid; });
  return closing == closing_.end() ? nullptr : closing->session.get();
}

void EngineServer::sweep() {
  const auto now = EngineSession::Clock::now();
  for (const auto& [sid, session] : sessions_) {
    session->tick(now);
  }
  std::erase_if(closing_,
                [&](const Closing& closing) { return closing.session->finished() || now - closing.since > kFarewell; });
}

/// Sessions close from within their own calls, so that they are destroyed later.
void EngineServer::reap_soon() {
  if (reap_timer_.active()) {
    return;
  }
  reap_timer_.start_once(std::chrono::milliseconds(0), [this] {
    for (const std::string& sid : std::exchange(closed_, {})) {
      auto node = sessions_.extract(sid);
      const auto by_network = sessions_by_network_.find(network_of(node.mapped()->identity().address));
      if (--by_network->second == 0) {
        sessions_by_network_.erase(by_network);
      }
      if (!node.mapped()->finished()) {
        closing_.push_back({std::move(node.mapped()), EngineSession::Clock::now()});
      }
    }
    stats_.sessions = sessions_.size();
  });
}

void EngineServer::stop() {
  doorkeeper_->stop();
  for (const auto& [sid, session] : sessions_) {
    session->close("the server stops", WebSocketStatus::GoingAway);
    session->flush_now();
  }
  sessions_.clear();
  sessions_by_network_.clear();
  closed_.clear();
  closing_.clear();
  reap_timer_.cancel();
}

}  // namespace rtcmc::server
