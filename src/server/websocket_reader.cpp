// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/websocket_reader.hpp"

#include <glib.h>

#include <cstring>

#include "glib/word_scan.hpp"

namespace rtcmc::server {

namespace {

constexpr std::size_t kMaskSize = 4;
constexpr std::size_t kMaxControlPayload = 125;
constexpr std::size_t kIdleCapacity = 4096;  // what a socket keeps while nothing comes

bool is_control(WebSocketOpcode opcode) {
  return static_cast<unsigned>(opcode) >= 8;
}

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

void unmask(char* payload, std::size_t size, const char* mask) {
  char twice[2 * kMaskSize];
  std::memcpy(twice, mask, kMaskSize);
  std::memcpy(twice + kMaskSize, mask, kMaskSize);
  const std::uint64_t wide_mask = glib::load_word(twice);
  std::size_t i = 0;
  for (; i + sizeof wide_mask <= size; i += sizeof wide_mask) {
    const std::uint64_t word = glib::load_word(payload + i) ^ wide_mask;
    std::memcpy(payload + i, &word, sizeof word);
  }
  for (; i < size; ++i) {
    payload[i] = static_cast<char>(payload[i] ^ mask[i % kMaskSize]);
  }
}

/// NUL does not count as a character of a text.
bool is_utf8(std::string_view text) {
  while (text.size() >= sizeof(std::uint64_t)) {
    const std::uint64_t word = glib::load_word(text.data());
    if (!glib::is_ascii(word) || glib::has_byte(word, '\0')) {
      break;
    }
    text.remove_prefix(sizeof word);
  }
  return g_utf8_validate_len(text.data(), text.size(), nullptr);
}

void release_if_large(std::string& text) {
  text.clear();
  if (text.capacity() > kIdleCapacity) {
    text.shrink_to_fit();
  }
}

}  // namespace

void WebSocketReader::feed(std::string_view bytes) {
  if (taken_ > 0) {
    bytes_.erase(0, taken_);
    taken_ = 0;
  }
  bytes_ += bytes;
}

std::optional<WebSocketMessage> WebSocketReader::next() {
  if (fragments_done_) {
    release_if_large(fragments_);
    fragments_done_ = false;
  }
  while (const auto frame = take_frame()) {
    if (auto message = add(*frame)) {
      return message;
    }
    if (error_) {
      return std::nullopt;
    }
  }
  if (taken_ == bytes_.size()) {
    release_if_large(bytes_);
    taken_ = 0;
  }
  return std::nullopt;
}

std::optional<WebSocketReader::Frame> WebSocketReader::take_frame() {
  const std::string_view rest = std::string_view(bytes_).substr(taken_);
  if (error_ || rest.size() < 2) {
    return std::nullopt;
  }
  const auto first = static_cast<unsigned char>(rest[0]);
  const auto second = static_cast<unsigned char>(rest[1]);
  const bool extensions = (first & 0x70) != 0;
  const bool masked = (second & 0x80) != 0;
  if (extensions || !masked || !is_known(first & 0x0F)) {
    return fail(WebSocketStatus::ProtocolError);
  }
  const Frame frame{(first & 0x80) != 0, static_cast<WebSocketOpcode>(first & 0x0F), {}};
  std::uint64_t size = second & 0x7F;
  if (is_control(frame.opcode) && (!frame.final || size > kMaxControlPayload)) {
    return fail(WebSocketStatus::ProtocolError);
  }
  std::size_t head = 2;
  if (size >= 126) {
    const std::size_t length_size = size == 126 ? 2 : 8;
    if (rest.size() < head + length_size) {
      return std::nullopt;
    }
    size = big_endian(rest.substr(head, length_size));
    head += length_size;
  }
  if (size > max_message_ || (!is_control(frame.opcode) && fragments_.size() + size > max_message_)) {
    return fail(WebSocketStatus::TooBig);
  }
  if (rest.size() < head + kMaskSize + size) {
    return std::nullopt;
  }
  char* const mask = bytes_.data() + taken_ + head;
  unmask(mask + kMaskSize, size, mask);
  taken_ += head + kMaskSize + size;
  return Frame{frame.final, frame.opcode, {mask + kMaskSize, static_cast<std::size_t>(size)}};
}

std::optional<WebSocketMessage> WebSocketReader::add(const Frame& frame) {
  if (is_control(frame.opcode)) {
    ++overhead_;
    return WebSocketMessage{frame.opcode, frame.payload};
  }
  if (fragmented_.has_value() != (frame.opcode == WebSocketOpcode::Continuation)) {
    return fail(WebSocketStatus::ProtocolError);
  }
  if (!fragmented_ && frame.final) {
    return checked({frame.opcode, frame.payload});
  }
  if (!fragmented_) {
    fragmented_ = frame.opcode;
  }
  fragments_ += frame.payload;
  if (!frame.final) {
    ++overhead_;
    return std::nullopt;
  }
  fragments_done_ = true;
  const WebSocketOpcode opcode = *fragmented_;
  fragmented_.reset();
  return checked({opcode, fragments_});
}

std::optional<WebSocketMessage> WebSocketReader::checked(WebSocketMessage message) {
  if (message.opcode == WebSocketOpcode::Text && !is_utf8(message.payload)) {
    return fail(WebSocketStatus::NotUtf8);
  }
  return message;
}

std::nullopt_t WebSocketReader::fail(WebSocketStatus status) {
  error_ = status;
  return std::nullopt;
}

WebSocketHead::WebSocketHead(WebSocketOpcode opcode, std::size_t payload_size) {
  constexpr unsigned kFinal = 0x80;
  bytes_[0] = static_cast<char>(kFinal | static_cast<unsigned>(opcode));
  const unsigned length_size = payload_size > 0xFFFF ? 8 : payload_size > kMaxControlPayload ? 2 : 0;
  bytes_[1] = static_cast<char>(length_size == 8 ? 127 : length_size == 2 ? 126 : payload_size);
  for (unsigned i = 0; i < length_size; ++i) {
    bytes_[2 + i] = static_cast<char>(payload_size >> (8 * (length_size - 1 - i)));
  }
  size_ = static_cast<std::uint8_t>(2 + length_size);
}

}  // namespace rtcmc::server
