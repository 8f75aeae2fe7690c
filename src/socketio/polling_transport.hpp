// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "socketio/http_request.hpp"
#include "socketio/transport.hpp"

namespace rtcmc::socketio {

/// HTTP long-polling: at any time one GET that waits for packets, and one POST while there is something to send.
class PollingTransport final : public Transport {
 public:
  PollingTransport(Endpoint endpoint, Listener& listener);

  /// Known from the first packet on.
  [[nodiscard]] std::optional<EngineVersion> version() const { return version_; }
  /// To be called for the first packet, with what it says.
  void use(const Handshake& handshake);

  void send(std::string packet) override;
  void close(std::function<void()> done) override;

  /// Makes no more requests and calls `done`, which may destroy the transport, once those under way have ended.
  /// Packets are still taken by send(), and kept.
  void pause(std::function<void()> done);
  void resume();
  [[nodiscard]] std::deque<std::string> take_unsent();

 private:
  void go_on();
  void poll();
  void post();
  void post_last();
  void on_polled(HttpRequest::Result result);
  void on_posted(const HttpRequest::Result& result);
  void fail(const ConnectError& error);
  /// All further requests go there: one that is redirected anew each time would come without its body.
  void move_to(const std::string& location);
  [[nodiscard]] glib::Ref<SoupMessage> message(const char* method);
  [[nodiscard]] std::vector<std::string> take_one_body();

  Listener& listener_;
  Endpoint endpoint_;
  std::optional<EngineVersion> version_;
  std::string sid_;
  std::optional<std::size_t> max_payload_;
  std::deque<std::string> unsent_;
  bool paused_ = false;
  std::function<void()> on_paused_;
  std::function<void()> on_closed_;  // set by close()
  bool said_goodbye_ = false;
  std::unique_ptr<HttpRequest> get_, post_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace rtcmc::socketio
