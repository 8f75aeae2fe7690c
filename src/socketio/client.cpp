// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/client.hpp"

#include <cstdint>
#include <map>
#include <variant>

#include "glib/json.hpp"
#include "glib/random.hpp"
#include "glib/timer.hpp"
#include "socketio/backoff.hpp"
#include "socketio/connection.hpp"
#include "socketio/network_watch.hpp"
#include "socketio/packet.hpp"

namespace rtcmc::socketio {

namespace {

using namespace std::chrono_literals;

/// socket.io 2 writes its CONNECT right behind the handshake, unless a middleware takes its time.
constexpr auto kVersionPatience = 300ms;
constexpr auto kLeaveTimeout = 5s;

/// An event's array without its name.
glib::Ref<JsonArray> arguments_of(JsonArray* event) {
  auto arguments = glib::Ref<JsonArray>::adopt(json_array_new());
  for (unsigned i = 1; i < json_array_get_length(event); ++i) {
    json_array_add_element(arguments.get(), glib::Ref<JsonNode>::share(glib::element(event, i)).release());
  }
  return arguments;
}

}  // namespace

class Client::Impl final : public Connection::Listener {
 public:
  Impl(ClientOptions options, Client::Listener& listener)
      : options_(std::move(options)),
        listener_(listener),
        backoff_(options_.min_reconnect_delay, options_.max_reconnect_delay) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  void start();
  void restart_with(Query query);
  void close(std::chrono::milliseconds timeout, std::function<void()> done);
  [[nodiscard]] bool connected() const { return connected_; }
  bool emit(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
            std::optional<std::uint64_t> ack_id = {});
  void emit_with_ack(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                     std::chrono::milliseconds timeout, AckCallback callback);

 private:
  struct AwaitedAck {
    AckCallback callback;
    glib::Timer timer;
  };

  void on_open(EngineVersion version) override;
  void on_message(std::string_view message) override;
  void on_lost(const ConnectError& error) override;

  void on_connect_packet(const Packet& packet);
  void on_event_packet(const Packet& packet);
  void resolve_ack(std::uint64_t id, std::optional<glib::Ref<JsonArray>> arguments);
  void lose(const ConnectError& error, std::chrono::milliseconds delay);
  void network_changed();
  void stop();
  void finish_close();

  ClientOptions options_;
  Client::Listener& listener_;
  Backoff backoff_;
  std::chrono::milliseconds version_patience_ = kVersionPatience;
  std::string shown_url_;
  std::unique_ptr<Connection> connection_;
  std::optional<std::string> our_address_;  // of the connection; absent: not known
  std::unique_ptr<Connection> leaving_;     // the one before a reconnect_with(), until the server knows of its end
  bool asked_to_connect_ = false;           // we sent CONNECT
  bool connected_ = false;
  std::uint64_t attempt_ = 0;  // tells after a callback whether it began anew or stopped
  std::uint64_t next_ack_id_ = 0;
  std::map<std::uint64_t, AwaitedAck> acks_;
  glib::Timer attempt_timer_, next_timer_, leaving_timer_;
  std::function<void()> on_closed_;
  NetworkWatch network_{[this] { network_changed(); }};
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

void Client::Impl::start() {
  stop();
  const auto url = ServerUrl::parse(options_.url);
  if (const auto* problem = std::get_if<std::string>(&url)) {
    next_timer_.start_once(0ms, [this, error = ConnectError{ConnectError::Kind::InvalidUrl, *problem}] {
      listener_.on_disconnected(error, std::nullopt);
    });
    return;
  }
  if (const auto problem = options_.objection ? options_.objection() : std::nullopt) {
    next_timer_.start_once(0ms,
                           [this, error = ConnectError{ConnectError::Kind::Untrusted, *problem}] { on_lost(error); });
    return;
  }
  const auto& server = std::get<ServerUrl>(url);
  const auto session =
      HttpSession::create({options_.tls_ca_file, options_.tls_insecure, options_.tls_certificate}, server.host());
  if (const auto* problem = std::get_if<std::string>(&session)) {
    next_timer_.start_once(0ms, [this, error = ConnectError{ConnectError::Kind::Tls, *problem}] { on_lost(error); });
    return;
  }
  shown_url_ = server.text();
  connection_ = std::make_unique<Connection>(
      Endpoint{std::get<HttpSession>(session), server, options_.query},
      Connection::Patience{.websocket = options_.connect_timeout / 2, .version = version_patience_}, *this);
  attempt_timer_.start_once(options_.connect_timeout,
                            [this] { on_lost(no_answer(shown_url_, options_.connect_timeout)); });
}

void Client::Impl::stop() {
  ++attempt_;
  attempt_timer_.cancel();
  next_timer_.cancel();
  connection_.reset();
  asked_to_connect_ = false;
  connected_ = false;
}

void Client::Impl::restart_with(Query query) {
  options_.query = std::move(query);
  if (connected_) {
    leaving_ = std::move(connection_);
    leaving_->close([this] { leaving_.reset(); });
    leaving_timer_.start_once(kLeaveTimeout, [this] { leaving_.reset(); });
  }
  backoff_.reset();
  acks_.clear();
  start();
}

void Client::Impl::close(std::chrono::milliseconds timeout, std::function<void()> done) {
  on_closed_ = std::move(done);
  acks_.clear();
  if (!connected_) {
    stop();
    next_timer_.start_once(0ms, [this] { finish_close(); });
    return;
  }
  connected_ = false;
  attempt_timer_.start_once(timeout, [this] {
    g_message("%s did not take our goodbye in time", shown_url_.c_str());
    finish_close();
  });
  connection_->close([this] { finish_close(); });
}

void Client::Impl::finish_close() {
  stop();
  if (const auto done = std::exchange(on_closed_, nullptr)) {
    done();
  }
}

bool Client::Impl::emit(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                        std::optional<std::uint64_t> ack_id) {
  if (!connected_) {
    g_message("The event \"%.*s\" is not sent: there is no connection to %s", static_cast<int>(event.size()),
              event.data(), options_.url.c_str());
    return false;
  }
  return connection_->send_message(encode_event(event, arguments, ack_id));
}

void Client::Impl::emit_with_ack(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                                 std::chrono::milliseconds timeout, AckCallback callback) {
  const auto id = next_ack_id_++;
  const bool sent = emit(event, arguments, id);
  AwaitedAck& awaited = acks_[id];
  awaited.callback = std::move(callback);
  awaited.timer.start_once(sent ? timeout : 0ms, [this, id] { resolve_ack(id, std::nullopt); });
}

void Client::Impl::resolve_ack(std::uint64_t id, std::optional<glib::Ref<JsonArray>> arguments) {
  auto node = acks_.extract(id);
  if (node) {
    node.mapped().callback(std::move(arguments));
  }
}

void Client::Impl::on_open(EngineVersion version) {
  g_debug("%s speaks Engine.IO %d", shown_url_.c_str(), version == EngineVersion::V4 ? 4 : 3);
  // To a V3 server, which connects us by itself, a CONNECT would be fatal: see on_connect_packet().
  if (version == EngineVersion::V4) {
    asked_to_connect_ = connection_->send_message(encode_connect());
  }
}

void Client::Impl::on_lost(const ConnectError& error) {
  lose(error, backoff_.next(glib::random_number() / 0x1p32));
}

void Client::Impl::lose(const ConnectError& error, std::chrono::milliseconds delay) {
  const std::weak_ptr<char> alive = alive_;
  const auto acks = std::exchange(acks_, {});
  stop();
  const auto attempt = attempt_;
  version_patience_ = kVersionPatience;
  next_timer_.start_once(delay, [this] { start(); });
  for (const auto& [id, awaited] : acks) {
    awaited.callback(std::nullopt);
    if (alive.expired() || attempt != attempt_) {
      return;
    }
  }
  listener_.on_disconnected(error, delay);
}

/// Neither side would notice before it has been silent for long: what leaves from an address that is gone is lost.
void Client::Impl::network_changed() {
  if (on_closed_) {
    return;
  }
  if (!connected_) {
    if (next_timer_.active() || connection_) {
      backoff_.reset();
      start();
    }
    return;
  }
  const auto server = connection_->server();
  const auto our_address = server ? NetworkWatch::source_towards(server.get()) : std::nullopt;
  // Without any way there, the connection may come back with the network.
  if (our_address && our_address_ && *our_address != *our_address_) {
    backoff_.reset();
    lose(connection_lost(shown_url_, "our network address has changed"), 0ms);
  }
}

void Client::Impl::on_message(std::string_view message) {
  const auto decoded = decode_packet(message);
  if (const auto* problem = std::get_if<std::string>(&decoded)) {
    g_message("A packet from %s is dropped: %s", shown_url_.c_str(), problem->c_str());
    return;
  }
  const auto& packet = std::get<Packet>(decoded);
  if (packet.name_space != "/") {
    g_message("A packet from %s is dropped: it is for a namespace that we did not enter", shown_url_.c_str());
    return;
  }
  switch (packet.type) {
    case Packet::Type::Connect:
      on_connect_packet(packet);
      break;
    case Packet::Type::Disconnect:
      on_lost(connection_lost(shown_url_, "the server disconnected us"));
      break;
    case Packet::Type::Event:
      on_event_packet(packet);
      break;
    case Packet::Type::Ack:
      resolve_ack(*packet.ack_id, glib::array_of(packet.data.get()));
      break;
    case Packet::Type::ConnectError:
      if (connected_) {  // socket.io 2 reports an application's errors like this, too
        g_message("%s reports an error: %s", shown_url_.c_str(), connect_error_text(packet.data.get()).c_str());
      } else {
        on_lost(refused(shown_url_, connect_error_text(packet.data.get())));
      }
      break;
    case Packet::Type::BinaryEvent:  // these two are decoded to Event and Ack
    case Packet::Type::BinaryAck:
      break;
  }
}

/// V4 servers answer our CONNECT with {"sid":…}. A bare CONNECT after ours is that of a V3 server whose middleware took
/// longer than our patience; it makes a second, broken socket of our CONNECT. So once more, with more patience.
void Client::Impl::on_connect_packet(const Packet& packet) {
  if (connected_) {
    return;
  }
  if (asked_to_connect_ && !packet.data) {
    if (version_patience_ == kVersionPatience) {
      version_patience_ = options_.connect_timeout;
      g_info("%s is a slow socket.io 2 server: connecting anew", shown_url_.c_str());
      start();
    } else {
      on_lost(not_socketio(shown_url_, "it mixes the protocols of socket.io 2 and 4"));
    }
    return;
  }
  attempt_timer_.cancel();
  backoff_.reset();
  connected_ = true;
  const auto server = connection_->server();
  our_address_ = server ? NetworkWatch::source_towards(server.get()) : std::nullopt;
  listener_.on_connected();
}

void Client::Impl::on_event_packet(const Packet& packet) {
  if (!connected_) {
    g_message("An event from %s is dropped: we are not connected yet", shown_url_.c_str());
    return;
  }
  const auto event = glib::array_of(packet.data.get());
  if (packet.ack_id) {
    connection_->send_message(encode_empty_ack(*packet.ack_id));
  }
  const auto name = glib::string_of(glib::element(event.get(), 0));
  listener_.on_event(*name, arguments_of(event.get()).get());
}

Client::Client(ClientOptions options, Listener& listener)
    : impl_(std::make_unique<Impl>(std::move(options), listener)) {}

Client::~Client() = default;

void Client::connect() {
  impl_->start();
}

void Client::reconnect_with(std::vector<std::pair<std::string, std::string>> query) {
  impl_->restart_with(std::move(query));
}

void Client::close(std::chrono::milliseconds timeout, std::function<void()> done) {
  impl_->close(timeout, std::move(done));
}

bool Client::connected() const {
  return impl_->connected();
}

void Client::emit(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments) {
  impl_->emit(event, arguments);
}

void Client::emit_with_ack(std::string_view event, const std::vector<glib::Ref<JsonNode>>& arguments,
                           std::chrono::milliseconds timeout, AckCallback callback) {
  impl_->emit_with_ack(event, arguments, timeout, std::move(callback));
}

}  // namespace rtcmc::socketio
