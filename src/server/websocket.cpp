// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/websocket.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rtcmc::server {

namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;
constexpr unsigned kChunksAtOnce = 4;  // then others have their turn
constexpr std::size_t kVectors = 32;   // of one write

SharedText status_payload(WebSocketStatus status) {
  const auto code = static_cast<unsigned>(status);
  return std::make_shared<const std::string>(std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)});
}

}  // namespace

WebSocket::WebSocket(Poller& poller, UpgradedStream upgraded, std::size_t max_message, QueueBudget::Share& share,
                     Listener& listener)
    : poller_(poller), share_(share), listener_(listener), stream_(std::move(upgraded.stream)), reader_(max_message) {
  reader_.feed(upgraded.first_bytes);
  poller_.add(stream_.fd(), *this, EPOLLIN);
  poller_.call_soon(*this);
}

WebSocket::~WebSocket() {
  finish();
  poller_.forget(*this);
}

void WebSocket::send(OutgoingText text) {
  if (state_ == State::Open) {
    queue(WebSocketOpcode::Text, std::move(text));
  }
}

void WebSocket::close(WebSocketStatus status) {
  if (state_ == State::Open) {
    queue(WebSocketOpcode::Close, status_payload(status));
    state_ = State::Closing;
  }
}

/// Written a little later, together with what else there will be then.
void WebSocket::queue(WebSocketOpcode opcode, OutgoingText payload) {
  outgoing_.push_back({WebSocketHead(opcode, payload.size()), std::move(payload)});
  queued_ += outgoing_.back().size();
  share_.add(outgoing_.back().size());
  if (!flush_is_due_ && !watches_for_room_) {
    flush_is_due_ = true;
    poller_.call_soon(*this);
  }
}

void WebSocket::on_ready(std::uint32_t events) {
  if (state_ == State::Finished) {
    return;
  }
  if (events == 0 || (events & EPOLLOUT) != 0) {
    flush();
  }
  if (events == 0 ? std::exchange(read_is_due_, false) : (events & ~std::uint32_t{EPOLLOUT}) != 0) {
    read();
    count_unfinished();
  }
}

void WebSocket::count_unfinished() {
  if (state_ == State::Finished) {
    return;
  }
  const std::size_t before = std::exchange(unfinished_, reader_.unfinished());
  if (unfinished_ > before) {
    share_.add(unfinished_ - before);
    share_.keep_limits();
  } else {
    share_.remove(before - unfinished_);
  }
}

void WebSocket::read() {
  static thread_local std::array<char, kChunk> chunk;
  handle_messages();
  for (unsigned i = 0; i < kChunksAtOnce && state_ != State::Finished; ++i) {
    const auto [status, bytes] = stream_.read(chunk);
    if (status == NetStream::Status::WouldBlock) {
      return;
    }
    if (status == NetStream::Status::Lost) {
      lose("transport close");
      return;
    }
    reader_.feed({chunk.data(), bytes});
    handle_messages();
    if (bytes < kChunk && !stream_.buffers()) {
      return;
    }
  }
  if (state_ != State::Finished) {
    read_is_due_ = true;
    poller_.call_soon(*this);
  }
}

void WebSocket::handle_messages() {
  while (state_ != State::Finished) {
    const auto message = reader_.next();
    if (!message) {
      break;
    }
    handle(*message);
  }
  if (const unsigned frames = reader_.take_overhead(); frames > 0 && state_ == State::Open) {
    listener_.on_websocket_overhead(*this, frames);
  }
  if (const auto error = reader_.error(); error && state_ == State::Open) {
    close(*error);
    listener_.on_websocket_closed(*this, *error == WebSocketStatus::TooBig ? "message too big" : "parse error");
  }
}

void WebSocket::handle(const WebSocketMessage& message) {
  if (message.opcode == WebSocketOpcode::Close) {
    const bool was_open = state_ == State::Open;
    close(WebSocketStatus::Normal);
    flush();
    finish();
    if (was_open) {
      listener_.on_websocket_closed(*this, "transport close");
    }
    return;
  }
  if (state_ != State::Open) {
    return;
  }
  switch (message.opcode) {
    case WebSocketOpcode::Text:
      listener_.on_websocket_text(*this, message.payload);
      break;
    case WebSocketOpcode::Binary:
      listener_.on_websocket_binary(*this);
      break;
    case WebSocketOpcode::Ping:
      // Somebody who only asks and never reads is not answered without end.
      if (outgoing_.size() < kVectors) {
        queue(WebSocketOpcode::Pong, std::make_shared<const std::string>(message.payload));
      }
      break;
    default:
      break;
  }
}

void WebSocket::flush() {
  flush_is_due_ = false;
  while (!outgoing_.empty() && state_ != State::Finished) {
    std::array<GOutputVector, kVectors> vectors{};
    std::size_t count = 0;
    for (auto next = outgoing_.begin(); next != outgoing_.end() && count + 3 <= kVectors; ++next) {
      const auto payload = next->payload.parts();
      std::size_t written = next->written;
      for (std::string_view part : {next->head.bytes(), payload[0], payload[1]}) {
        const std::size_t of_part = std::min(written, part.size());
        written -= of_part;
        part.remove_prefix(of_part);
        if (!part.empty()) {
          vectors[count++] = {part.data(), part.size()};
        }
      }
    }
    const auto [status, bytes] = stream_.write(std::span(vectors).first(count));
    if (status == NetStream::Status::Lost) {
      lose("transport error");
      return;
    }
    if (status == NetStream::Status::WouldBlock) {
      break;
    }
    mark_written(bytes);
  }
  if (outgoing_.empty() && state_ == State::Closing) {
    // Nothing follows the close frame, so that even a client that does not answer it learns of the end.
    stream_.end_output();
  }
  watch_for_room(!outgoing_.empty());
}

void WebSocket::mark_written(std::size_t bytes) {
  queued_ -= bytes;
  share_.remove(bytes);
  while (bytes > 0) {
    Outgoing& first = outgoing_.front();
    const std::size_t part = std::min(bytes, first.size() - first.written);
    first.written += part;
    bytes -= part;
    if (first.written == first.size()) {
      outgoing_.pop_front();
    }
  }
}

void WebSocket::watch_for_room(bool wanted) {
  if (wanted != watches_for_room_ && state_ != State::Finished) {
    watches_for_room_ = wanted;
    poller_.change(stream_.fd(), *this, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
}

void WebSocket::lose(const char* reason) {
  const bool was_open = state_ == State::Open;
  finish();
  if (was_open) {
    listener_.on_websocket_closed(*this, reason);
  }
}

void WebSocket::finish() {
  if (std::exchange(state_, State::Finished) != State::Finished) {
    poller_.remove(stream_.fd(), *this);
    outgoing_.clear();
    share_.remove(std::exchange(queued_, 0) + std::exchange(unfinished_, 0));
  }
}

}  // namespace rtcmc::server
