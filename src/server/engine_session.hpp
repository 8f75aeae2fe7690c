// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "limit/token_bucket.hpp"
#include "server/http.hpp"
#include "server/long_poll.hpp"
#include "server/options.hpp"
#include "server/queue_budget.hpp"
#include "server/stats.hpp"
#include "server/websocket.hpp"
#include "socketio/engine_packet.hpp"

namespace rtcmc::server {

using SessionId = std::uint64_t;

/// One client's Engine.IO session: which transport carries it, what waits to be sent, whether the client still lives.
class EngineSession final : private WebSocket::Listener {
 public:
  using Clock = std::chrono::steady_clock;

  /// None may destroy the session.
  class Listener {
   public:
    virtual void on_session_opened(EngineSession& session) = 0;
    virtual void on_session_message(EngineSession& from, std::string_view text) = 0;
    /// Attachments are skipped.
    virtual void on_session_binary(EngineSession& from) = 0;
    /// Called once, whoever closed it.
    virtual void on_session_closed(EngineSession& from, std::string_view reason) = 0;

   protected:
    ~Listener() = default;
  };

  struct Identity {
    SessionId id;     // ours
    std::string sid;  // what the client knows it by
    socketio::EngineVersion version;
    std::string address;
    Query query;  // of the request that opened it
  };

  /// `options`, `budget` and `stats` are the server's. Nothing is sent before there is a transport.
  EngineSession(Identity identity, bool can_upgrade, const Options& options, QueueBudget& budget, Stats& stats,
                Listener& listener);

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool uses_websocket() const { return websocket_ != nullptr; }
  /// Closed, and nothing is left to be said.
  [[nodiscard]] bool finished() const { return closed_ && (websocket_ ? websocket_->finished() : queue_.empty()); }

  /// `packet`: a whole Engine.IO packet.
  void send(OutgoingText packet);

  /// False, and the session is closed, if there is one already.
  [[nodiscard]] bool add_poll(std::unique_ptr<LongPoll> poll);
  /// False, and the session is closed, if the body is not framed as it should be.
  [[nodiscard]] bool add_post(std::string_view payload, bool is_binary);
  /// The WebSocket that opened the session.
  void use_websocket(Poller& poller, UpgradedStream upgraded);
  /// One that may take over from polling.
  void probe_websocket(Poller& poller, UpgradedStream upgraded);
  [[nodiscard]] bool may_upgrade() const { return !closed_ && !websocket_ && !probe_; }
  /// The client of the current long poll has hung up.
  void on_poll_gone();

  /// To be called now and then: pings, and finds out who is silent.
  void tick(Clock::time_point now);

  void close(std::string_view reason, WebSocketStatus status = WebSocketStatus::Normal);
  /// Writes what can be written at once: for when there is no later.
  void flush_now();

 private:
  void on_websocket_text(WebSocket& from, std::string_view text) override;
  void on_websocket_binary(WebSocket& from) override;
  void on_websocket_overhead(WebSocket& from, unsigned frames) override;
  void on_websocket_closed(WebSocket& from, const char* reason) override;

  /// For what is no message, which the listener counts. False, and the session is closed, if it is too much.
  bool pay(double tokens);
  void handle_packet(std::string_view text);
  void handle_probe_packet(std::string_view text);
  void send_control(socketio::EnginePacket::Type type);
  void answer_poll();
  void end_poll();
  [[nodiscard]] std::unique_ptr<WebSocket> make_websocket(Poller& poller, UpgradedStream upgraded);
  void take_over(std::unique_ptr<WebSocket> websocket);
  void drop_probe();
  /// Without a word, and without what waits: it would not be read.
  void give_up(std::string_view reason);

  Identity identity_;
  const Options& options_;
  Stats& stats_;
  Listener& listener_;
  QueueBudget::Share share_;
  TokenBucket overhead_;
  std::unique_ptr<WebSocket> websocket_;
  std::unique_ptr<WebSocket> probe_;                   // may become the transport
  std::vector<std::unique_ptr<WebSocket>> discarded_;  // until the next tick: what was to be said is written by then
  std::unique_ptr<LongPoll> poll_;
  std::vector<OutgoingText> queue_;  // for polling
  std::size_t queued_ = 0;
  Clock::time_point last_heard_ = Clock::now();
  Clock::time_point last_ping_ = last_heard_;
  Clock::time_point probe_since_;
  unsigned polls_to_end_ = 0;  // at once, since the client has probed a WebSocket
  bool closed_ = false;
};

}  // namespace rtcmc::server
