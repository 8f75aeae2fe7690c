// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glib/json.hpp"
#include "node_server.hpp"
#include "socketio/client.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {

using socketio::Client;
using socketio::ClientOptions;
using socketio::ConnectError;

/// Writes down what a client reports.
struct Recorder final : Client::Listener {
  struct Event {
    std::string name;
    std::string arguments;  // JSON
    friend bool operator==(const Event&, const Event&) = default;
    friend void PrintTo(const Event& event, std::ostream* out) { *out << event.name << event.arguments.substr(0, 200); }
  };

  virtual ~Recorder() = default;

  void on_connected() override;
  void on_disconnected(const ConnectError& error, std::optional<std::chrono::milliseconds> retry_in) override;
  void on_event(std::string_view name, JsonArray* arguments) override;

  unsigned connections = 0;
  std::vector<ConnectError> errors;
  std::vector<std::optional<std::chrono::milliseconds>> retries;
  std::vector<Event> events;
  std::function<void()> then;  // called last in each callback
};

/// Collects librtcmc's log lines of level MESSAGE and above while it lives.
class LogLines {
 public:
  LogLines();
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  ~LogLines();

  [[nodiscard]] unsigned count(const std::string& part) const;

 private:
  std::vector<std::string> lines_;
  guint handler_;
};

[[nodiscard]] inline ClientOptions options_for(const std::string& url) {
  ClientOptions options;
  options.url = url;
  return options;
}

/// A client with its recorder, that reconnects faster than by default.
class ClientTest : public testing::Test {
 protected:
  void connect_to(const std::string& url) { connect(options_for(url)); }
  void connect(ClientOptions options);
  [[nodiscard]] bool connected_to(const NodeServer& server);

  void emit(std::string_view event, std::string_view arguments_json = "[]");
  /// The ack's values as JSON; "none" if it is absent.
  [[nodiscard]] std::string ask(std::string_view event, std::string_view arguments_json = "[]",
                                std::chrono::milliseconds timeout = std::chrono::seconds(10));
  [[nodiscard]] bool got(const Recorder::Event& event) const;
  [[nodiscard]] bool wait_for_event(const Recorder::Event& event) const;
  /// The first error, once there is one.
  [[nodiscard]] ConnectError first_error();

  Recorder recorder_;
  std::unique_ptr<Client> client_;
};

[[nodiscard]] std::vector<glib::Ref<JsonNode>> values(std::string_view array_json);

}  // namespace rtcmc::test
