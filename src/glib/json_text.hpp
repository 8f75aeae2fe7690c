// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtcmc::glib {

/// A JSON value, read where it stands in a longer text: what the server relays it never takes apart, and what it looks
/// at costs no tree. Pure. A view: the text that was parsed must outlive it.
class JsonText {
 public:
  enum class Kind { Missing, Null, Boolean, Number, String, Array, Object };

  /// Missing: of that kind, and empty.
  JsonText() = default;

  /// Absent if `text` is not one JSON value (RFC 8259), or nested deeper than kMaxJsonDepth. That it is UTF-8 is
  /// for the caller to know.
  [[nodiscard]] static std::optional<JsonText> parse(std::string_view text);

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind kind) const { return this->kind() == kind; }

  /// As it was written.
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string text_or(std::string_view other) const { return std::string(text_.empty() ? other : text_); }

  /// A string's characters in UTF-8 (U+FFFD for half a surrogate pair). Absent if it is none.
  [[nodiscard]] std::optional<std::string> string() const;
  /// A string's characters, or a number as it was written.
  [[nodiscard]] std::optional<std::string> string_or_number() const;
  [[nodiscard]] bool is_true() const { return text_ == "true"; }
  /// What JavaScript takes for true.
  [[nodiscard]] bool truthy() const;

  /// An array's elements; none if it is no array.
  [[nodiscard]] std::vector<JsonText> elements() const;

  struct Member;
  /// An object's members in their order; none if it is no object. A name may come twice; as in JavaScript, the last one
  /// counts.
  [[nodiscard]] std::vector<Member> members() const;
  /// Missing if there is no such member, or if this is no object.
  [[nodiscard]] JsonText member(std::string_view name) const;

 private:
  explicit JsonText(std::string_view text) : text_(text) {}

  std::string_view text_;
};

struct JsonText::Member {
  std::string name;
  JsonText value;
};

/// Null if it is missing.
[[nodiscard]] inline std::string_view text_or_null(JsonText value) {
  return value.is(JsonText::Kind::Missing) ? "null" : value.text();
}

/// `text`, which must be UTF-8, as a JSON string with its quotation marks.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace rtcmc::glib
