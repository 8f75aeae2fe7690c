// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/text_frames.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

#include "glib/json_grammar.hpp"
#include "glib/json_text.hpp"
#include "protocol/messages.hpp"

namespace rtcmc::protocol {

namespace {

using glib::JsonText;

/// Of a piece, as JSON. Below the 64 KiB that every implementation takes, RFC 8841 section 6.1, with room for the rest
/// of the frame.
constexpr std::size_t kMaxPiece = 48'000;

/// Of a frame that may go on in the next message.
constexpr std::size_t kLeastCut = 60'000;
/// 40,000 code units of six bytes, and the rest.
constexpr std::size_t kMaxFrame = std::size_t{256} * 1024;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t json_size(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 ? 6 : c == '"' || c == '\\' ? 2 : 1;
}

/// How many bytes of `text` make a piece. It does not end within a character.
std::size_t piece_of(std::string_view text) {
  std::size_t size = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i])) {
      end = i;
    }
    size += json_size(text[i]);
    if (size > kMaxPiece) {
      return end;
    }
  }
  return text.size();
}

std::string frame(std::string_view uuid, std::int64_t sending_time, std::string_view more) {
  return R"({"type":"text","uuid":)" + glib::json_quoted(uuid) + R"(,"sendingTime":)" + std::to_string(sending_time) +
         std::string(more) + "}";
}

/// C strings, which signals carry, have no NUL.
std::string without_nul(std::string text) {
  for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
    text.replace(at, 1, kReplacement);
  }
  return text;
}

std::variant<TextAssembler::Unfinished, TextMessage, std::string> finished(const std::string& json, bool is_object) {
  // Halves of a surrogate pair that came in two frames have met in the JSON.
  const std::string quoted = '"' + json + '"';
  const auto value = JsonText::parse(quoted);
  TextMessage message{without_nul(value ? value->string().value_or("") : ""), is_object};
  if (length_of(message.text) > kMaxTextLength) {
    return "it is longer than " + std::to_string(kMaxTextLength) + " characters";
  }
  if (is_object && !glib::is_json(message.text)) {
    return "its object is not JSON";
  }
  return message;
}

}  // namespace

std::size_t length_of(std::string_view text) {
  constexpr unsigned char kFirstOfFour = 0xF0;
  return static_cast<std::size_t>(
      std::ranges::count_if(text, begins_character) +
      std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= kFirstOfFour; }));
}

std::vector<std::string> frame_text(const TextMessage& message, std::string_view uuid, std::int64_t sending_time) {
  std::vector<std::string_view> pieces;
  for (std::string_view rest = message.text; !rest.empty();) {
    pieces.push_back(rest.substr(0, piece_of(rest)));
    rest.remove_prefix(pieces.back().size());
  }
  std::vector<std::string> frames;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::string more = i == 0 ? R"(,"packets":)" + std::to_string(pieces.size() - 1) : "";
    more += R"(,"message":)" + glib::json_quoted(pieces[i]);
    if (i + 1 == pieces.size()) {
      more += message.is_object ? R"(,"last":true,"isobject":true)" : R"(,"last":true,"isobject":false)";
    }
    frames.push_back(frame(uuid, sending_time, more));
  }
  return frames;
}

TextAssembler::Result TextAssembler::receive(std::string_view text) {
  if (glib::is_json(text)) {
    const bool was_cut = !std::exchange(cut_frame_, {}).empty();
    Result result = receive_frame(text);
    return was_cut && std::holds_alternative<Unfinished>(result) ? Fault("the one before it is cut off") : result;
  }
  if (cut_frame_.empty() && (text.size() < kLeastCut || text.front() != '{')) {
    return receive_frame(text);
  }
  cut_frame_ += text;
  if (glib::is_json(cut_frame_)) {
    return receive_frame(std::exchange(cut_frame_, {}));
  }
  if (cut_frame_.size() > kMaxFrame) {
    cut_frame_.clear();
    return "it is no JSON and too long";
  }
  return Unfinished();
}

TextAssembler::Result TextAssembler::receive_frame(std::string_view frame) {
  const auto object =
      g_utf8_validate(frame.data(), static_cast<gssize>(frame.size()), nullptr) ? JsonText::parse(frame) : std::nullopt;
  if (!object || !object->is(JsonText::Kind::Object)) {
    return "it is no JSON object (RTCMultiConnection's send() makes one of everything)";
  }
  const auto uuid = object->member("uuid").string();
  const JsonText message = object->member("message");
  if (!uuid || !is_id(*uuid) || !message.is(JsonText::Kind::String)) {
    if (object->member("type").string() == "text") {
      // The library sends such an object of an application as it is.
      return length_of(frame) > kMaxTextLength ? Result("it is too long")
                                               : TextMessage{std::string(object->text()), true};
    }
    return "it has no uuid and message, as RTCMultiConnection's send() makes them";
  }

  Part part = take(*uuid);
  const std::string_view json = message.text().substr(1, message.text().size() - 2);
  const bool was_refused = std::exchange(part.is_refused, part.is_refused || part.json.size() + json.size() > kMaxSize);
  const bool is_last = object->member("last").truthy();
  if (part.is_refused) {
    part.json.clear();
    if (!is_last) {
      keep(std::move(part));
    }
    return was_refused ? Result(Unfinished()) : Fault("it is too long");
  }
  part.json += json;
  if (is_last) {
    return finished(part.json, object->member("isobject").truthy());
  }
  keep(std::move(part));
  bool has_lost = false;
  while (unfinished_.size() > kMaxUnfinished || total_size_ > kMaxTotalSize) {
    total_size_ -= unfinished_.front().json.size();
    unfinished_.pop_front();
    has_lost = true;
  }
  return has_lost ? Result("too many texts are unfinished: the oldest is lost") : Unfinished();
}

TextAssembler::Part TextAssembler::take(const std::string& uuid) {
  const auto found = std::ranges::find(unfinished_, uuid, &Part::uuid);
  if (found == unfinished_.end()) {
    return {uuid, {}};
  }
  Part part = std::move(*found);
  unfinished_.erase(found);
  total_size_ -= part.json.size();
  return part;
}

void TextAssembler::keep(Part part) {
  total_size_ += part.json.size();
  unfinished_.push_back(std::move(part));
}

}  // namespace rtcmc::protocol
