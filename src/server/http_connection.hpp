// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glib/async.hpp"
#include "server/body.hpp"
#include "server/http_reader.hpp"
#include "server/net_stream.hpp"
#include "server/poller.hpp"
#include "server/queue_budget.hpp"

namespace rtcmc::server {

struct HttpResponse {
  unsigned status = 200;
  std::string mime_type;  // empty: none
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::shared_ptr<const Body> shared_body{};  // not null: in place of `body`
};

/// A connection that has become something else than HTTP, and what has come on it already.
struct UpgradedStream {
  NetStream stream;
  std::string first_bytes;
};

/// One client's HTTP connection: takes one request after the other. While a request waits for its answer, nothing is
/// read.
class HttpConnection final : private Poller::Handler {
 public:
  using Clock = std::chrono::steady_clock;

  /// Neither may destroy the connection. Called from the main loop only.
  class Listener {
   public:
    virtual void on_http_request(HttpConnection& connection) = 0;
    /// It is of no use any more: destroy it soon. Called once, also if it becomes something else.
    virtual void on_http_closed(HttpConnection& connection) = 0;

   protected:
    ~Listener() = default;
  };

  /// `certificate` may be null: no TLS.
  HttpConnection(Poller& poller, NetStream stream, std::string address, GTlsCertificate* certificate,
                 std::size_t max_body, QueueBudget& budget, Listener& listener);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  [[nodiscard]] const std::string& address() const { return address_; }
  /// The request that waits for its answer.
  [[nodiscard]] const HttpRequest& request() const { return request_; }
  void respond(const HttpResponse& response);
  /// Called if the client hangs up while its request waits; forgotten with the answer. May end the request's owner.
  void on_hang_up(std::function<void()> callback) { hang_up_ = std::move(callback); }
  /// Answers with 101 and gives the connection away.
  [[nodiscard]] UpgradedStream upgrade(const std::vector<std::pair<std::string, std::string>>& headers);

  /// Closes it if it has made no progress for so long, unless the client waits for us.
  void close_if_idle(Clock::time_point now, std::chrono::milliseconds patience);

 private:
  enum class State { Handshaking, Reading, Waiting, Writing, Closing, Closed };

  void on_ready(std::uint32_t events) override;
  void handshake(GTlsCertificate* certificate);
  void start_reading();
  void read();
  void take_request();
  void flush();
  void forget_output();
  /// What is kept until the rest of a request comes waits as well.
  void count_unfinished();
  void watch(std::uint32_t events);
  void close();

  Poller& poller_;
  Listener& listener_;
  std::string address_;
  NetStream stream_;
  HttpReader reader_;
  HttpRequest request_;
  std::function<void()> hang_up_;
  std::string output_;                // the head, and a body that is not shared
  QueueBudget::Share share_;          // counts it, and what comes
  std::size_t unfinished_ = 0;        // bytes of what comes, as counted
  std::shared_ptr<const Body> body_;  // comes behind it; may be null
  std::size_t written_ = 0;           // of both
  bool last_ = false;                 // no further request is taken
  State state_ = State::Handshaking;
  std::uint32_t watched_ = 0;
  Clock::time_point last_progress_ = Clock::now();
  glib::AsyncScope async_;
};

}  // namespace rtcmc::server
