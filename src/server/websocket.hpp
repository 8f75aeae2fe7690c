// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string_view>

#include "server/http_connection.hpp"
#include "server/outgoing_text.hpp"
#include "server/poller.hpp"
#include "server/queue_budget.hpp"
#include "server/websocket_reader.hpp"

namespace rtcmc::server {

/// The server's end of a WebSocket whose HTTP upgrade is done. Reads and writes without ever waiting; what cannot be
/// written yet is kept. Destroying it drops the connection at once.
class WebSocket final : private Poller::Handler {
 public:
  /// Called from the main loop only, never from within a call of the WebSocket's methods; none may destroy it.
  class Listener {
   public:
    virtual void on_websocket_text(WebSocket& from, std::string_view text) = 0;
    virtual void on_websocket_binary(WebSocket& from) = 0;
    /// So many frames came that were no message of data: somebody has to count them.
    virtual void on_websocket_overhead(WebSocket& from, unsigned frames) = 0;
    /// The peer is gone, or has broken the protocol. Called once; not after close().
    virtual void on_websocket_closed(WebSocket& from, const char* reason) = 0;

   protected:
    ~Listener() = default;
  };

  /// `share` counts what waits here.
  WebSocket(Poller& poller, UpgradedStream upgraded, std::size_t max_message, QueueBudget::Share& share,
            Listener& listener);
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  ~WebSocket();

  void send(OutgoingText text);
  /// Bytes that the peer has not taken yet.
  [[nodiscard]] std::size_t queued() const { return queued_; }

  /// Says goodbye behind what is queued. No Listener call follows; destroy it when finished(), or when that takes long.
  void close(WebSocketStatus status);
  [[nodiscard]] bool finished() const { return state_ == State::Finished; }
  /// Writes what can be written now.
  void flush();
  /// Drops what is queued and says no goodbye. No Listener call follows.
  void give_up() { finish(); }

 private:
  enum class State { Open, Closing, Finished };
  struct Outgoing {
    WebSocketHead head;
    OutgoingText payload;
    std::size_t written = 0;  // of both
    [[nodiscard]] std::size_t size() const { return head.bytes().size() + payload.size(); }
  };

  void on_ready(std::uint32_t events) override;
  void read();
  void handle_messages();
  void handle(const WebSocketMessage& message);
  void queue(WebSocketOpcode opcode, OutgoingText payload);
  void mark_written(std::size_t bytes);
  void watch_for_room(bool wanted);
  /// What is kept until the rest of a message comes waits as well.
  void count_unfinished();
  void lose(const char* reason);
  void finish();

  Poller& poller_;
  QueueBudget::Share& share_;
  Listener& listener_;
  NetStream stream_;
  WebSocketReader reader_;
  std::list<Outgoing> outgoing_;  // unlike a deque, it takes no memory while it is empty
  std::size_t queued_ = 0;
  std::size_t unfinished_ = 0;  // bytes of what comes, as counted
  State state_ = State::Open;
  bool flush_is_due_ = false;
  bool read_is_due_ = true;  // although the descriptor may have nothing more to say: there are first bytes
  bool watches_for_room_ = false;
};

}  // namespace rtcmc::server
