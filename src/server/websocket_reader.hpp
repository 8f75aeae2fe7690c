// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The frames of RFC 6455, as a server reads and writes them. Pure.
namespace rtcmc::server {

enum class WebSocketOpcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Status codes of a close frame (RFC 6455, section 7.4.1).
enum class WebSocketStatus : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  NotUtf8 = 1007,
  PolicyViolation = 1008,
  TooBig = 1009
};

/// A whole message or control frame; the payload stays valid until the reader is used again.
struct WebSocketMessage {
  WebSocketOpcode opcode;
  std::string_view payload;
};

/// Puts the messages of a client together from the bytes that come.
class WebSocketReader {
 public:
  /// `max_message`: bytes of one message, whatever frames it comes in.
  explicit WebSocketReader(std::size_t max_message) : max_message_(max_message) {}

  void feed(std::string_view bytes);

  /// Absent if more bytes are needed, or after an error.
  [[nodiscard]] std::optional<WebSocketMessage> next();

  /// Bytes of a message that has not come to its end.
  [[nodiscard]] std::size_t unfinished() const {
    return bytes_.size() - taken_ + (fragmented_ ? fragments_.size() : 0);
  }

  /// How many frames came since the last call that were no whole message of data: pings, fragments.
  [[nodiscard]] unsigned take_overhead() { return std::exchange(overhead_, 0U); }

  /// Once set, nothing more can be read.
  [[nodiscard]] std::optional<WebSocketStatus> error() const { return error_; }

 private:
  struct Frame {
    bool final;
    WebSocketOpcode opcode;
    std::string_view payload;
  };

  [[nodiscard]] std::optional<Frame> take_frame();
  [[nodiscard]] std::optional<WebSocketMessage> add(const Frame& frame);
  [[nodiscard]] std::optional<WebSocketMessage> checked(WebSocketMessage message);
  std::nullopt_t fail(WebSocketStatus status);

  std::size_t max_message_;
  std::string bytes_;
  std::size_t taken_ = 0;  // of bytes_
  std::string fragments_;
  std::optional<WebSocketOpcode> fragmented_;  // the message that fragments_ begins
  bool fragments_done_ = false;
  unsigned overhead_ = 0;  // frames
  std::optional<WebSocketStatus> error_;
};

/// The head of an unfragmented frame with a payload of that size.
class WebSocketHead {
 public:
  WebSocketHead(WebSocketOpcode opcode, std::size_t payload_size);
  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10> bytes_{};
  std::uint8_t size_ = 2;
};

}  // namespace rtcmc::server
