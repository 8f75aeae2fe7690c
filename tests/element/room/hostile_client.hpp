// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/messages.hpp"
#include "socketio/client.hpp"

namespace rtcmc::test {

/// A socket on the room's server that says what it is told to, and what it hears.
///
/// Threads: the test's, whose main context must be iterated (wait_until()).
class HostileClient final : private socketio::Client::Listener {
 public:
  struct Callbacks {
    /// `name` is whom it is meant for.
    std::function<void(const std::string& name, const protocol::Message& message)> on_message;
    /// The server has somebody else of its userid: reconnect() with another one.
    std::function<void()> on_taken;
  };

  HostileClient(std::string socket_url, std::string room_id, Callbacks callbacks);
  HostileClient(const HostileClient&) = delete;
  HostileClient& operator=(const HostileClient&) = delete;
  ~HostileClient() = default;

  /// Without a word on the connection that it may have.
  void reconnect(const std::string& user_id);
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  /// `arguments` is a JSON array.
  void emit(const std::string& event, const std::string& arguments);
  /// Has the server say that it has read all before this: has_been_read() then.
  void flush();
  [[nodiscard]] bool has_been_read() const { return !is_flushing_; }

 private:
  void on_connected() override;
  void on_disconnected(const socketio::ConnectError& error, std::optional<std::chrono::milliseconds> retry_in) override;
  void on_event(std::string_view name, JsonArray* arguments) override;

  const std::string socket_url_;
  const std::string room_id_;
  const Callbacks callbacks_;
  std::unique_ptr<socketio::Client> client_;
  bool is_connected_ = false;
  bool is_flushing_ = false;
};

}  // namespace rtcmc::test
