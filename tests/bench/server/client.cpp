// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "server/websocket_reader.hpp"
#include "socketio/engine_packet.hpp"

namespace rtcmc::bench {

using server::WebSocketHead;
using server::WebSocketOpcode;
using socketio::EnginePacket;

namespace {

constexpr std::size_t kChunk = std::size_t{256} * 1024;
constexpr unsigned kClientsPerAddress = 10'000;  // a third of the ports that Linux has for each

std::runtime_error system_error(const char* call) {
  return std::runtime_error(std::string(call) + ": " + std::strerror(errno));
}

sockaddr_in loopback(std::uint32_t last_number, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) | last_number);
  return address;
}

template <class Value>
void set_option(int fd, int level, int option, const Value& value) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) {
    throw system_error("setsockopt");
  }
}

struct Frame {
  WebSocketOpcode opcode;
  std::string_view payload;
};

/// The first frame, which is taken off `bytes`. Absent if it has not come whole.
std::optional<Frame> take_frame(std::string_view& bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  std::size_t size = static_cast<unsigned char>(bytes[1]);
  const std::size_t length_size = size == 127 ? 8 : size == 126 ? 2 : 0;
  const std::size_t head_size = 2 + length_size;
  if (bytes.size() < head_size) {
    return std::nullopt;
  }
  if (length_size > 0) {
    size = 0;
    for (const char c : bytes.substr(2, length_size)) {
      size = size << 8 | static_cast<unsigned char>(c);
    }
  }
  if (bytes.size() - head_size < size) {
    return std::nullopt;
  }
  const Frame frame{static_cast<WebSocketOpcode>(bytes[0] & 0x0F), bytes.substr(head_size, size)};
  bytes.remove_prefix(head_size + size);
  return frame;
}

std::string upgrade_request(std::uint16_t port, unsigned index) {
  const std::string user = user_id(index);
  return "GET /socket.io/?EIO=4&transport=websocket&userid=" + user +
         "&sessionid=room&msgEvent=RTCMultiConnection-Message&socketCustomEvent=RTCMultiConnection-Custom-Message"
         "&autoCloseEntireSession=false&maxParticipantsAllowed=1000&extra=%7B%7D HTTP/1.1\r\n"
         "Host: 127.0.0.1:" +
         std::to_string(port) +
         "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

std::string engine_frame(EnginePacket::Type type, std::string_view payload = {}) {
  const std::string packet = socketio::encode_engine_packet(type, payload);
  const WebSocketHead head(WebSocketOpcode::Text, packet.size());
  std::string frame(head.bytes());
  frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80U);
  return frame.append(4, '\0').append(packet);
}

}  // namespace

Descriptor::~Descriptor() {
  close(fd_);
}

std::string user_id(unsigned index) {
  return "user-" + std::to_string(index);
}

std::string client_frame(std::string_view text) {
  return engine_frame(EnginePacket::Type::Message, text);
}

Client::Client(int epoll, std::uint16_t port, unsigned index, Listener& listener)
    : epoll_(epoll),
      index_(index),
      listener_(listener),
      socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      outgoing_(upgrade_request(port, index)) {
  if (socket_.get() < 0) {
    throw system_error("socket");
  }
  set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  // The port is chosen by connect(), so that one port serves for several servers; and it is free at once after closing.
  set_option(socket_.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  set_option(socket_.get(), SOL_SOCKET, SO_LINGER, linger{1, 0});
  const sockaddr_in from = loopback(1 + index / kClientsPerAddress, 0);
  const sockaddr_in to = loopback(1, port);
  if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
    throw system_error("bind");
  }
  if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
    throw system_error("connect");
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = this;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_.get(), &event) != 0) {
    throw system_error("epoll_ctl");
  }
}

void Client::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    flush();
  }
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) {
    read();
  }
}

void Client::flush() {
  while (!outgoing_.empty()) {
    const ssize_t sent = ::send(socket_.get(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      fail(std::strerror(errno));
    }
    if (sent < 0) {
      break;
    }
    outgoing_.erase(0, static_cast<std::size_t>(sent));
  }
  watch_for_room(!outgoing_.empty());
}

void Client::watch_for_room(bool wanted) {
  if (wanted == watches_for_room_) {
    return;
  }
  watches_for_room_ = wanted;
  epoll_event event{};
  event.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = this;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_.get(), &event);
}

void Client::read() {
  static std::array<char, kChunk> chunk;
  const ssize_t size = recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (size <= 0) {
    if (size < 0 && errno == EAGAIN) {
      return;
    }
    fail(size == 0 ? "the server has closed the connection" : std::strerror(errno));
  }
  std::string_view bytes(chunk.data(), static_cast<std::size_t>(size));
  if (!incoming_.empty()) {
    bytes = incoming_.append(bytes);
  }
  const std::string_view rest = take_all(bytes);
  // `rest` may be a part of incoming_.
  incoming_ = std::string(rest);
}

std::string_view Client::take_all(std::string_view bytes) {
  if (state_ == State::Upgrading) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      return bytes;
    }
    if (!bytes.starts_with("HTTP/1.1 101 ")) {
      fail("the server has answered " + std::string(bytes));
    }
    bytes.remove_prefix(end + 4);
    state_ = State::Opening;
  }
  while (const auto frame = take_frame(bytes)) {
    if (frame->opcode != WebSocketOpcode::Text) {
      fail("the server has sent a frame that is no text");
    }
    handle(frame->payload);
  }
  return bytes;
}

void Client::handle(std::string_view text) {
  const auto packet = socketio::decode_engine_packet(text);
  if (!packet) {
    fail("the server has sent \"" + std::string(text) + "\"");
  }
  switch (packet->type) {
    case EnginePacket::Type::Open:
      queue(client_frame("0"));
      flush();
      break;
    case EnginePacket::Type::Ping:
      queue(engine_frame(EnginePacket::Type::Pong));
      flush();
      break;
    case EnginePacket::Type::Message:
      if (state_ == State::Connected) {
        listener_.on_packet(*this, packet->payload);
      } else if (packet->payload.starts_with("0{")) {
        state_ = State::Connected;
        listener_.on_connected(*this);
      } else {
        fail("the server has answered " + std::string(packet->payload));
      }
      break;
    default:
      fail("the server has sent \"" + std::string(text) + "\"");
  }
}

void Client::fail(const std::string& text) const {
  throw std::runtime_error("socket " + std::to_string(index_) + ": " + text);
}

}  // namespace rtcmc::bench
