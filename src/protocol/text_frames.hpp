// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// RTCMultiConnection's framing of texts on a data channel: each is sent in pieces, one JSON object a piece. Pure.
/// docs/protocol.md describes it.
namespace rtcmc::protocol {

/// How long a text may be in either direction, in UTF-16 code units, as JavaScript counts them.
inline constexpr std::size_t kMaxTextLength = std::size_t{1024} * 1024;

struct TextMessage {
  std::string text;        // UTF-8 without NUL; the JSON of an object
  bool is_object = false;  // what the sender gave to send() was no string

  friend bool operator==(const TextMessage&, const TextMessage&) = default;
};

/// In UTF-16 code units. `text` must be UTF-8.
[[nodiscard]] std::size_t length_of(std::string_view text);

/// What to send for `message`, which must not be empty (browsers lose an empty text). `uuid` must be one of its own;
/// `sending_time` in ms since 1970.
[[nodiscard]] std::vector<std::string> frame_text(const TextMessage& message, std::string_view uuid,
                                                  std::int64_t sending_time);

/// Puts together what one participant sends. What is unfinished is bounded in number and size: the oldest makes way.
class TextAssembler {
 public:
  static constexpr std::size_t kMaxUnfinished = 16;
  /// As JSON, where a code unit takes up to six bytes.
  static constexpr std::size_t kMaxSize = 6 * kMaxTextLength;
  static constexpr std::size_t kMaxTotalSize = 2 * kMaxSize;

  /// More is to come.
  struct Unfinished {};
  /// What is wrong, in words for a log.
  using Fault = std::string;

  /// `text`: a message of the data channel, or a piece of one. GStreamer's SCTP cuts those above 64 KiB, which browsers
  /// make of texts that are not ASCII.
  [[nodiscard]] std::variant<Unfinished, TextMessage, Fault> receive(std::string_view text);

 private:
  using Result = std::variant<Unfinished, TextMessage, Fault>;

  struct Part {
    std::string uuid;
    std::string json;         // between the quotation marks of a JSON string
    bool is_refused = false;  // too large: the rest of it goes the same way
  };

  [[nodiscard]] Result receive_frame(std::string_view frame);
  [[nodiscard]] Part take(const std::string& uuid);
  void keep(Part part);

  std::deque<Part> unfinished_;  // the one that grew last is the last one
  std::size_t total_size_ = 0;
  std::string cut_frame_;  // as much of it as has arrived; empty: none is cut
};

}  // namespace rtcmc::protocol
