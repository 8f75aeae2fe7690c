// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fuzz.hpp"
#include "glib/json_grammar.hpp"
#include "protocol/file_messages.hpp"
#include "protocol/file_transfer.hpp"
#include "protocol/navigation.hpp"
#include "protocol/text_frames.hpp"

/// What a participant sends over its data channel: lines as texts, and the same bytes as binary messages, each with its
/// size in two bytes before it.
namespace rtcmc::protocol {

namespace {

using fuzz::require;
using Bytes = std::span<const std::uint8_t>;

bool is_utf8_text(const std::string& text) {
  return g_utf8_validate(text.c_str(), static_cast<gssize>(text.size()), nullptr) &&
         text.find('\0') == std::string::npos;
}

bool is_within(const Position& at) {
  return at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
}

struct NavigationChecks {
  void operator()(const MouseMove& move) const { require(is_within(move.at), "a mouse is in the picture"); }
  void operator()(const MouseButton& button) const {
    require(is_within(button.at) && button.button >= 1 && button.button <= 9, "a button is one");
  }
  void operator()(const MouseScroll& scroll) const {
    require(is_within(scroll.at) && std::abs(scroll.delta_x) <= 10000 && std::abs(scroll.delta_y) <= 10000,
            "scrolling is bounded");
  }
  void operator()(const Key& key) const {
    require(!key.name.empty() && key.name.size() <= 16 &&
                std::ranges::all_of(key.name, [](char c) { return g_ascii_isgraph(c); }),
            "a key's name is short and ASCII");
  }
  void operator()(const Touch& touch) const {
    require(is_within(touch.at), "a touch is in the picture");
    require(!touch.pressure || (*touch.pressure >= 0 && *touch.pressure <= 1), "pressure is bounded");
  }
  void operator()(const TouchFrame&) const {}
  void operator()(const TouchCancel&) const {}
};

void try_navigation(const std::string& object) {
  const auto result = parse_navigation(object);
  if (!result) {
    return;
  }
  if (const auto* navigation = std::get_if<Navigation>(&*result)) {
    require(navigation->stream_id.size() <= 256, "a stream's id is bounded");
    std::visit(NavigationChecks(), navigation->action);
  } else {
    const auto& fault = std::get<std::string>(*result);
    require(!fault.empty() && fault.size() <= 256, "a log line is bounded");
  }
}

void check(const TextMessage& message) {
  require(is_utf8_text(message.text), "a text is UTF-8 without NUL");
  require(length_of(message.text) <= kMaxTextLength, "a text is bounded");
  require(!message.is_object || glib::is_json(message.text), "an object is JSON");
  if (message.is_object) {
    try_navigation(message.text);
  }
  TextAssembler again;
  std::variant<TextAssembler::Unfinished, TextMessage, TextAssembler::Fault> result;
  for (const std::string& frame : frame_text(message, "uuid", 0)) {
    result = again.receive(frame);
  }
  const auto* survived = std::get_if<TextMessage>(&result);
  require(message.text.empty() || (survived && *survived == message), "a text survives");
}

void try_texts(std::string_view lines) {
  TextAssembler assembler;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const std::string line(lines.substr(0, end));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const auto result = assembler.receive(line);
    if (const auto* message = std::get_if<TextMessage>(&result)) {
      check(*message);
    } else if (const auto* fault = std::get_if<TextAssembler::Fault>(&result)) {
      require(!fault->empty() && fault->size() <= 256, "a log line is bounded");
    }
  }
}

FileMessage survivor(const std::vector<std::uint8_t>& bytes) {
  const auto again = parse_file_message(bytes);
  require(again.has_value(), "a file message of ours is one");
  return *again;
}

struct Checks {
  void operator()(const FileChunk& chunk) const {
    require(is_utf8_text(chunk.name) && plain_file_name(chunk.name) == chunk.name, "a file's name is plain");
    require(plain_mime_type(chunk.type) == chunk.type, "a file's type is plain");
    const auto bytes = to_bytes(chunk, "me", "you");
    const auto message = survivor(bytes);
    const auto* again = std::get_if<FileChunk>(&message);
    require(again && again->uuid == chunk.uuid && again->position == chunk.position && again->size == chunk.size &&
                again->name == chunk.name && again->type == chunk.type && again->start == chunk.start &&
                again->end == chunk.end,
            "a chunk survives");
    require(chunk.start || chunk.end || std::ranges::equal(again->data, chunk.data), "a chunk's data survives");
  }
  void operator()(const NextChunkRequest& request) const {
    const auto message = survivor(to_bytes(request));
    const auto* again = std::get_if<NextChunkRequest>(&message);
    require(again && again->uuid == request.uuid && again->position == request.position, "a request survives");
  }
  void operator()(const ChunkMissing& missing) const {
    const auto message = survivor(to_bytes(missing));
    require(std::holds_alternative<ChunkMissing>(message), "an end survives");
  }
};

void try_files(Bytes bytes) {
  FileReceiver receiver;
  while (bytes.size() >= 2) {
    const std::size_t size = std::min<std::size_t>(bytes[0] << 8 | bytes[1], bytes.size() - 2);
    // A copy of its own, so that reading beyond it is seen.
    const std::vector<std::uint8_t> copy(bytes.begin() + 2, bytes.begin() + 2 + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(2 + size);
    const auto message = parse_file_message(copy);
    if (!message) {
      continue;
    }
    std::visit(Checks(), *message);
    if (const auto* chunk = std::get_if<FileChunk>(&*message)) {
      const auto result = receiver.receive(*chunk, {});
      const auto* received = std::get_if<FileReceiver::Received>(&result);
      require(!received || received->data.size() == received->file.size, "a file has the size it announced");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_texts(fuzz::text_of(data, size));
  try_files(Bytes(data, size));
  return 0;
}

}  // namespace rtcmc::protocol
