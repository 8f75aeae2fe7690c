// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client_fixture.hpp"

#include <algorithm>

namespace rtcmc::test {

namespace {

std::string text_of(JsonArray* array) {
  const auto node = glib::Ref<JsonNode>::adopt(json_node_new(JSON_NODE_ARRAY));
  json_node_set_array(node.get(), array);
  return glib::to_text(node.get());
}

}  // namespace

void Recorder::on_connected() {
  ++connections;
  if (const auto next = then) {
    next();
  }
}

void Recorder::on_disconnected(const ConnectError& error, std::optional<std::chrono::milliseconds> retry_in) {
  errors.push_back(error);
  retries.push_back(retry_in);
  if (const auto next = then) {
    next();
  }
}

void Recorder::on_event(std::string_view name, JsonArray* arguments) {
  events.push_back({std::string(name), text_of(arguments)});
  if (const auto next = then) {
    next();
  }
}

LogLines::LogLines()
    : handler_(g_log_set_handler(
          "rtcmc", GLogLevelFlags(G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL),
          [](const gchar*, GLogLevelFlags, const gchar* message, gpointer data) {
            static_cast<LogLines*>(data)->lines_.emplace_back(message);
          },
          this)) {}

LogLines::~LogLines() {
  g_log_remove_handler("rtcmc", handler_);
}

unsigned LogLines::count(const std::string& part) const {
  return static_cast<unsigned>(std::count_if(
      lines_.begin(), lines_.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

std::vector<glib::Ref<JsonNode>> values(std::string_view array_json) {
  const auto root = glib::parse_json(array_json);
  const auto array = root ? glib::array_of(root->get()) : nullptr;
  std::vector<glib::Ref<JsonNode>> nodes;
  for (unsigned i = 0; array && i < json_array_get_length(array.get()); ++i) {
    nodes.push_back(glib::Ref<JsonNode>::share(glib::element(array.get(), i)));
  }
  return nodes;
}

void ClientTest::connect(ClientOptions options) {
  if (options.min_reconnect_delay == ClientOptions().min_reconnect_delay) {
    options.min_reconnect_delay = std::chrono::milliseconds(20);
    options.max_reconnect_delay = std::chrono::milliseconds(200);
  }
  client_ = std::make_unique<Client>(std::move(options), recorder_);
  client_->connect();
}

bool ClientTest::connected_to(const NodeServer& server) {
  connect_to(server.url());
  return wait_until([this] { return recorder_.connections > 0; });
}

void ClientTest::emit(std::string_view event, std::string_view arguments_json) {
  client_->emit(event, values(arguments_json));
}

std::string ClientTest::ask(std::string_view event, std::string_view arguments_json,
                            std::chrono::milliseconds timeout) {
  std::optional<std::string> answer;
  client_->emit_with_ack(event, values(arguments_json), timeout,
                         [&answer](auto arguments) { answer = arguments ? text_of(arguments->get()) : "none"; });
  EXPECT_FALSE(answer) << "called from within emit_with_ack()";
  EXPECT_TRUE(wait_until([&answer] { return answer.has_value(); }));
  return answer.value_or("never called");
}

bool ClientTest::got(const Recorder::Event& event) const {
  return std::find(recorder_.events.begin(), recorder_.events.end(), event) != recorder_.events.end();
}

bool ClientTest::wait_for_event(const Recorder::Event& event) const {
  return wait_until([&] { return got(event); });
}

ConnectError ClientTest::first_error() {
  EXPECT_TRUE(wait_until([this] { return !recorder_.errors.empty(); }));
  return recorder_.errors.empty() ? ConnectError{} : recorder_.errors.front();
}

}  // namespace rtcmc::test
