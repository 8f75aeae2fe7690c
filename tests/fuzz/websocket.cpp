// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz.hpp"
#include "server/websocket_reader.hpp"

/// WebSocket frames. The first byte says in pieces of what size the others come.
namespace rtcmc::server {

namespace {

using fuzz::require;

constexpr std::size_t kMaxMessage = 512;
constexpr std::size_t kMaxControl = 125;
using Messages = std::vector<std::pair<WebSocketOpcode, std::string>>;

struct Result {
  Messages messages;
  std::optional<WebSocketStatus> error;
};

Result read(std::string_view bytes, std::size_t piece, std::size_t max_message = kMaxMessage) {
  WebSocketReader reader(max_message);
  Result result;
  fuzz::feed_in_pieces(reader, bytes, piece, [&] {
    while (const auto message = reader.next()) {
      result.messages.emplace_back(message->opcode, message->payload);
    }
  });
  result.error = reader.error();
  return result;
}

void check(const std::pair<WebSocketOpcode, std::string>& message) {
  const auto& [opcode, payload] = message;
  require(opcode != WebSocketOpcode::Continuation, "a message is whole");
  const bool is_data = opcode == WebSocketOpcode::Text || opcode == WebSocketOpcode::Binary;
  require(payload.size() <= (is_data ? kMaxMessage : kMaxControl), "a message is bounded");
  require(opcode != WebSocketOpcode::Text || g_utf8_validate_len(payload.data(), payload.size(), nullptr),
          "a text is UTF-8");
}

/// A head of ours, masked as a client has to.
std::string client_frame(std::string_view payload) {
  constexpr std::string_view kMask = "\x11\x9a\xff\x40";
  std::string frame(WebSocketHead(WebSocketOpcode::Binary, payload.size()).bytes());
  frame[1] = static_cast<char>(frame[1] | '\x80');
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::size_t piece = std::size_t{data[0]} + 1;
  const std::string_view bytes = fuzz::text_of(data, size).substr(1);
  const Result whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  std::ranges::for_each(whole.messages, check);
  const Result pieces = read(bytes, piece);
  require(whole.messages == pieces.messages && whole.error == pieces.error,
          "messages are the same in whatever pieces they come");

  const Result framed = read(client_frame(bytes), piece, std::max<std::size_t>(bytes.size(), kMaxControl));
  require(!framed.error && framed.messages == Messages{{WebSocketOpcode::Binary, std::string(bytes)}},
          "what is framed reads the same");
  return 0;
}

}  // namespace rtcmc::server
