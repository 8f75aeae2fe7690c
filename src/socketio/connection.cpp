// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/connection.hpp"

#include <algorithm>
#include <utility>

#include "socketio/websocket_transport.hpp"

namespace rtcmc::socketio {

namespace {

using namespace std::chrono_literals;

/// A packet larger than this is dropped: several times what servers take from anybody by default, and still quick to
/// parse.
constexpr std::size_t kMaxPacket = std::size_t{4} * 1024 * 1024;
constexpr auto kUpgradeTimeout = 10s;          // what servers give it too
constexpr auto kShortestPingInterval = 100ms;  // however little a server asks for
constexpr std::string_view kProbe = "probe";

}  // namespace

Connection::Connection(Endpoint endpoint, Patience patience, Listener& listener)
    : endpoint_(std::move(endpoint)), patience_(patience), listener_(listener) {
  websocket_ = std::make_unique<WebSocketTransport>(endpoint_, std::nullopt, *this);
  websocket_timer_.start_once(patience_.websocket, [this] {
    g_info("%s does not answer by WebSocket: trying HTTP long-polling", endpoint_.url.text().c_str());
    fall_back_to_polling();
  });
}

void Connection::fall_back_to_polling() {
  websocket_timer_.cancel();
  websocket_.reset();
  polling_ = std::make_unique<PollingTransport>(endpoint_, *this);
}

bool Connection::send_message(const std::string& message) {
  const auto limit = handshake_ ? handshake_->max_payload : std::nullopt;
  if (limit && message.size() + 1 > *limit) {
    g_message("A message of %zu bytes is not sent: %s takes no more than %zu", message.size(),
              endpoint_.url.text().c_str(), *limit);
    return false;
  }
  if (!g_utf8_validate(message.data(), static_cast<gssize>(message.size()), nullptr)) {
    g_message("A message is not sent: it is not valid UTF-8");
    return false;
  }
  send_packet(EnginePacket::Type::Message, message);
  return true;
}

void Connection::send_packet(EnginePacket::Type type, std::string_view payload) {
  Transport& transport = websocket_ ? *websocket_ : *polling_;
  transport.send(encode_engine_packet(type, payload));
}

void Connection::close(std::function<void()> done) {
  over_ = true;
  version_timer_.cancel();
  ping_timer_.cancel();
  silence_timer_.cancel();
  if (upgrade_) {
    give_up_upgrade("the connection is being closed");
  }
  Transport& transport = websocket_ ? *websocket_ : *polling_;
  transport.close(std::move(done));
}

void Connection::lose(const ConnectError& error) {
  over_ = true;
  listener_.on_lost(error);
}

void Connection::on_transport_closed(Transport& from, const ConnectError& error) {
  if (over_) {
    return;
  }
  if (&from == upgrade_.get()) {
    give_up_upgrade(error.text);
  } else if (websocket_ && !handshake_) {
    g_info("No WebSocket: %s Trying HTTP long-polling", error.text.c_str());
    fall_back_to_polling();
  } else {
    lose(error);
  }
}

void Connection::on_transport_packet(Transport& from, std::string_view text) {
  if (over_) {
    return;
  }
  if (&from == upgrade_.get()) {
    on_upgrade_packet(text);
    return;
  }
  const auto packet = decode_engine_packet(text);
  if (!handshake_) {
    if (packet && packet->type == EnginePacket::Type::Open) {
      on_handshake(packet->payload);
    } else {
      lose(not_socketio(endpoint_.url.text(), "its first packet is no Engine.IO handshake"));
    }
    return;
  }
  on_sign_of_life();
  if (text.size() > kMaxPacket) {
    g_message("A packet of %zu bytes from %s is dropped: it is too large", text.size(), endpoint_.url.text().c_str());
    return;
  }
  if (!packet) {
    g_message("A packet from %s is dropped: it is not Engine.IO", endpoint_.url.text().c_str());
    return;
  }
  switch (packet->type) {
    case EnginePacket::Type::Close:
      lose(connection_lost(endpoint_.url.text(), "the server ended the session"));
      break;
    case EnginePacket::Type::Ping:
      send_packet(EnginePacket::Type::Pong, packet->payload);
      settle_version(EngineVersion::V4);
      break;
    case EnginePacket::Type::Message: {
      // What comes unasked for comes from V3: V4 servers wait for our first message.
      const std::weak_ptr<char> alive = alive_;
      settle_version(EngineVersion::V3);
      if (!alive.expired() && !over_) {
        listener_.on_message(packet->payload);
      }
      break;
    }
    case EnginePacket::Type::Open:
    case EnginePacket::Type::Pong:
    case EnginePacket::Type::Upgrade:
    case EnginePacket::Type::Noop:
      break;
  }
}

void Connection::on_handshake(std::string_view payload) {
  websocket_timer_.cancel();
  handshake_ = parse_handshake(payload);
  if (!handshake_) {
    lose(not_socketio(endpoint_.url.text(), "its handshake lacks a session id or times"));
    return;
  }
  on_sign_of_life();
  if (polling_) {
    polling_->use(*handshake_);
    if (handshake_->can_upgrade_to_websocket) {
      begin_upgrade();
    }
    settle_version(*polling_->version());
  } else if (handshake_->max_payload) {
    settle_version(EngineVersion::V4);
  } else {
    version_timer_.start_once(patience_.version, [this] { settle_version(EngineVersion::V4); });
  }
}

void Connection::settle_version(EngineVersion version) {
  if (version_) {
    return;
  }
  version_ = version;
  version_timer_.cancel();
  if (version == EngineVersion::V3) {
    ping_timer_.start_repeating(std::max<std::chrono::milliseconds>(handshake_->ping_interval, kShortestPingInterval),
                                [this] { send_packet(EnginePacket::Type::Ping); });
  }
  listener_.on_open(version);
}

/// Either side's pings are answered within ping_timeout, so that something comes at least this often.
void Connection::on_sign_of_life() {
  const auto longest_silence = handshake_->ping_interval + handshake_->ping_timeout;
  silence_timer_.start_once(longest_silence, [this, longest_silence] {
    lose(connection_lost(endpoint_.url.text(), "the server has been silent for " + seconds_text(longest_silence)));
  });
}

void Connection::begin_upgrade() {
  upgrade_ = std::make_unique<WebSocketTransport>(endpoint_, handshake_->sid, *this);
  upgrade_->send(encode_engine_packet(EnginePacket::Type::Ping, kProbe));
  upgrade_timer_.start_once(kUpgradeTimeout, [this] { give_up_upgrade("the server did not answer"); });
}

void Connection::on_upgrade_packet(std::string_view text) {
  if (text == encode_engine_packet(EnginePacket::Type::Pong, kProbe)) {
    polling_->pause([this] { finish_upgrade(); });
  } else {
    give_up_upgrade("the server did not confirm it");
  }
}

void Connection::finish_upgrade() {
  upgrade_timer_.cancel();
  websocket_ = std::move(upgrade_);
  send_packet(EnginePacket::Type::Upgrade);
  for (auto& packet : polling_->take_unsent()) {
    websocket_->send(std::move(packet));
  }
  polling_.reset();
  g_debug("%s: upgraded from polling to WebSocket", endpoint_.url.text().c_str());
}

void Connection::give_up_upgrade(const std::string& why) {
  g_info("%s: staying with HTTP long-polling: %s", endpoint_.url.text().c_str(), why.c_str());
  upgrade_timer_.cancel();
  upgrade_.reset();
  polling_->resume();
}

}  // namespace rtcmc::socketio
