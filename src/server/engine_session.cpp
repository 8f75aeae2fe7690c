// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/engine_session.hpp"

#include <algorithm>
#include <utility>

#include "socketio/polling_payload.hpp"

namespace rtcmc::server {

using socketio::EnginePacket;
using socketio::EngineVersion;

namespace {

/// The end of a poll may overtake the answer to the probe, and the client polls again. More than this is no such race.
constexpr unsigned kPollsToEnd = 10;
constexpr double kBytesPerControlToken = 4096;  // as of messages

SharedText packet(EnginePacket::Type type, std::string_view payload = {}) {
  return std::make_shared<const std::string>(socketio::encode_engine_packet(type, payload));
}

}  // namespace

EngineSession::EngineSession(Identity identity, bool can_upgrade, const Options& options, QueueBudget& budget,
                             Stats& stats, Listener& listener)
    : identity_(std::move(identity)),
      options_(options),
      stats_(stats),
      listener_(listener),
      share_(budget, identity_.address,
             [this] { give_up("too much waits, of clients that read too slowly or do not end what they send"); }),
      overhead_(options.limits.messages_per_second, options.limits.message_burst, Clock::now()) {
  const socketio::Handshake handshake{identity_.sid, can_upgrade, options.ping_interval, options.ping_timeout,
                                      options.limits.max_message};
  send(packet(EnginePacket::Type::Open, socketio::to_json(handshake)));
}

void EngineSession::send(OutgoingText packet) {
  if (closed_) {
    return;
  }
  ++stats_.messages_sent;
  stats_.bytes_sent += packet.size();
  std::size_t waiting = 0;
  if (websocket_) {
    websocket_->send(std::move(packet));
    waiting = websocket_->queued();
  } else {
    queued_ += packet.size();
    share_.add(packet.size());
    queue_.push_back(std::move(packet));
    answer_poll();
    waiting = queued_;
  }
  if (options_.limits.max_queued > 0 && waiting > options_.limits.max_queued) {
    give_up("it reads too slowly");
  } else if (!closed_) {
    share_.keep_limits();
  }
}

void EngineSession::send_control(EnginePacket::Type type) {
  send(packet(type));
}

bool EngineSession::add_poll(std::unique_ptr<LongPoll> poll) {
  last_heard_ = Clock::now();
  if (poll_) {
    poll->answer("");
    close("overlapping polls");
    return false;
  }
  poll_ = std::move(poll);
  answer_poll();
  if (polls_to_end_ > 0 && !closed_) {
    end_poll();
  }
  return true;
}

/// Polls are not counted: each waits until there is something for the client, and two at a time are an error.
bool EngineSession::add_post(std::string_view payload, bool is_binary) {
  last_heard_ = Clock::now();
  if (!pay(1)) {
    return false;
  }
  const auto packets =
      is_binary ? socketio::split_binary_payload(payload) : socketio::split_payload(identity_.version, payload);
  if (!packets) {
    close("parse error");
    return false;
  }
  for (const std::string_view packet : *packets) {
    if (closed_) {
      break;
    }
    handle_packet(packet);
  }
  return true;
}

void EngineSession::use_websocket(Poller& poller, UpgradedStream upgraded) {
  take_over(make_websocket(poller, std::move(upgraded)));
}

void EngineSession::probe_websocket(Poller& poller, UpgradedStream upgraded) {
  probe_ = make_websocket(poller, std::move(upgraded));
  probe_since_ = last_heard_;
}

std::unique_ptr<WebSocket> EngineSession::make_websocket(Poller& poller, UpgradedStream upgraded) {
  last_heard_ = Clock::now();
  WebSocket::Listener& listener = *this;
  return std::make_unique<WebSocket>(poller, std::move(upgraded), options_.limits.max_message, share_, listener);
}

void EngineSession::take_over(std::unique_ptr<WebSocket> websocket) {
  websocket_ = std::move(websocket);
  polls_to_end_ = 0;
  share_.remove(std::exchange(queued_, 0));
  for (auto& waiting : std::exchange(queue_, {})) {
    websocket_->send(std::move(waiting));
  }
}

void EngineSession::on_poll_gone() {
  poll_.reset();
  close("transport close");
}

void EngineSession::tick(Clock::time_point now) {
  if (closed_) {
    return;
  }
  discarded_.clear();
  if (now - last_heard_ > options_.ping_interval + options_.ping_timeout) {
    close("ping timeout");
    return;
  }
  if (identity_.version == EngineVersion::V4 && now - last_ping_ >= options_.ping_interval) {
    last_ping_ = now;
    send_control(EnginePacket::Type::Ping);
  }
  if (probe_ && now - probe_since_ > options_.upgrade_timeout) {
    drop_probe();
  }
}

void EngineSession::close(std::string_view reason, WebSocketStatus status) {
  if (closed_) {
    return;
  }
  // Without a poll to answer, this waits for the next one.
  if (!websocket_) {
    queue_.push_back(packet(EnginePacket::Type::Close));
    answer_poll();
  }
  closed_ = true;
  drop_probe();
  if (websocket_) {
    websocket_->close(status);
  }
  listener_.on_session_closed(*this, reason);
}

void EngineSession::give_up(std::string_view reason) {
  queue_.clear();
  share_.remove(std::exchange(queued_, 0));
  if (websocket_) {
    websocket_->give_up();
  }
  drop_probe();
  for (const auto& discarded : discarded_) {
    discarded->give_up();
  }
  if (!std::exchange(closed_, true)) {
    ++stats_.sessions_dropped;
    listener_.on_session_closed(*this, reason);
  }
}

void EngineSession::flush_now() {
  if (websocket_) {
    websocket_->flush();
  }
}

void EngineSession::on_websocket_text(WebSocket& from, std::string_view text) {
  last_heard_ = Clock::now();
  if (&from == websocket_.get()) {
    handle_packet(text);
  } else if (&from == probe_.get()) {
    handle_probe_packet(text);
  }
}

void EngineSession::on_websocket_binary(WebSocket& from) {
  last_heard_ = Clock::now();
  if (&from == websocket_.get()) {
    listener_.on_session_binary(*this);
  } else {
    pay(1);
  }
}

void EngineSession::on_websocket_overhead(WebSocket&, unsigned frames) {
  pay(frames);
}

bool EngineSession::pay(double tokens) {
  if (closed_ || overhead_.take(tokens, Clock::now())) {
    return true;
  }
  ++stats_.sessions_dropped;
  close("it sends too many pings, fragments or requests", WebSocketStatus::PolicyViolation);
  return false;
}

void EngineSession::on_websocket_closed(WebSocket& from, const char* reason) {
  if (&from == websocket_.get()) {
    close(reason);
  } else if (&from == probe_.get()) {
    drop_probe();
  }
}

void EngineSession::handle_packet(std::string_view text) {
  const auto packet = socketio::decode_engine_packet(text);
  if (!packet) {
    close("parse error", WebSocketStatus::ProtocolError);
    return;
  }
  if (packet->type != EnginePacket::Type::Message &&
      !pay(1 + static_cast<double>(text.size()) / kBytesPerControlToken)) {
    return;
  }
  switch (packet->type) {
    case EnginePacket::Type::Message:
      ++stats_.messages_received;
      stats_.bytes_received += packet->payload.size();
      listener_.on_session_message(*this, packet->payload);
      break;
    case EnginePacket::Type::Ping:
      if (identity_.version == EngineVersion::V4) {
        close("a ping from the client", WebSocketStatus::ProtocolError);
      } else {
        send(server::packet(EnginePacket::Type::Pong, packet->payload.substr(0, 16)));
      }
      break;
    case EnginePacket::Type::Close:
      close("transport close");
      break;
    default:
      break;
  }
}

void EngineSession::handle_probe_packet(std::string_view text) {
  if (!pay(1)) {
    return;
  }
  const auto packet = socketio::decode_engine_packet(text);
  if (packet && packet->type == EnginePacket::Type::Ping && packet->payload == "probe") {
    probe_->send(server::packet(EnginePacket::Type::Pong, "probe"));
    polls_to_end_ = kPollsToEnd;
    end_poll();
    return;
  }
  if (!packet || packet->type != EnginePacket::Type::Upgrade) {
    drop_probe();
    return;
  }
  end_poll();
  take_over(std::move(probe_));
}

/// The client waits for its poll to end before it upgrades.
void EngineSession::end_poll() {
  if (poll_) {
    polls_to_end_ -= std::min(polls_to_end_, 1U);
    send_control(EnginePacket::Type::Noop);
  }
}

/// With all that waits; only if there is something.
void EngineSession::answer_poll() {
  if (!poll_ || queue_.empty()) {
    return;
  }
  std::string body;
  for (const auto& waiting : std::exchange(queue_, {})) {
    socketio::append_to_payload(identity_.version, body, waiting.joined());
  }
  share_.remove(std::exchange(queued_, 0));
  std::exchange(poll_, nullptr)->answer(body);
}

void EngineSession::drop_probe() {
  polls_to_end_ = 0;
  if (probe_) {
    probe_->close(WebSocketStatus::Normal);
    discarded_.push_back(std::move(probe_));
  }
}

}  // namespace rtcmc::server
