// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/json_text.hpp"

#include <glib.h>

#include <cstring>

#include "glib/json_grammar.hpp"

namespace rtcmc::glib {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Walks over a text that has been checked.
class Walker {
 public:
  /// `container` is an array or object; begins behind its bracket.
  explicit Walker(std::string_view container) : at_(container.data() + 1), end_(container.data() + container.size()) {}

  /// Whether there is one more element or member.
  bool more() {
    skip_space_and(',');
    return *at_ != ']' && *at_ != '}';
  }

  std::string_view value() {
    skip_space_and(':');
    const char* const begin = at_;
    if (*at_ == '"') {
      string();
    } else if (*at_ == '{' || *at_ == '[') {
      container();
    } else {
      while (!is_space(*at_) && *at_ != ',' && *at_ != ']' && *at_ != '}') {
        ++at_;
      }
    }
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

 private:
  void skip_space_and(char c) {
    while (is_space(*at_) || *at_ == c) {
      ++at_;
    }
  }

  /// Its end is the first quotation mark behind an even number of backslashes.
  void string() {
    const char* const begin = ++at_;
    for (bool ended = false; !ended; ++at_) {
      at_ = static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
      const char* text_end = at_;
      while (text_end != begin && text_end[-1] == '\\') {
        --text_end;
      }
      ended = (at_ - text_end) % 2 == 0;
    }
  }

  void container() {
    unsigned depth = 0;
    do {
      if (*at_ == '"') {
        string();
        continue;
      }
      if (*at_ == '{' || *at_ == '[') {
        ++depth;
      } else if (*at_ == '}' || *at_ == ']') {
        --depth;
      }
      ++at_;
    } while (depth > 0);
  }

  const char* at_;
  const char* end_;
};

constexpr char32_t kReplacement = 0xFFFD;

/// `quoted` has been checked, and has its quotation marks.
std::string unquoted(std::string_view quoted) {
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string result;
  result.reserve(rest.size());
  while (!rest.empty()) {
    const auto plain = rest.substr(0, rest.find('\\'));
    result += plain;
    rest.remove_prefix(plain.size());
    if (rest.empty()) {
      break;
    }
    const char kind = rest[1];
    rest.remove_prefix(2);
    if (kind == 'u') {
      char utf8[6];
      const auto length = g_unichar_to_utf8(take_unicode_escape(rest).value_or(kReplacement), utf8);
      result.append(utf8, static_cast<std::size_t>(length));
      continue;
    }
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeanings = "\b\f\n\r\t";
    const auto letter = kLetters.find(kind);
    result += letter == std::string_view::npos ? kind : kMeanings[letter];
  }
  return result;
}

std::string_view without_space(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n\r");
  return text.substr(begin, text.find_last_not_of(" \t\n\r") - begin + 1);
}

}  // namespace

std::optional<JsonText> JsonText::parse(std::string_view text) {
  return is_json(text) ? std::optional(JsonText(without_space(text))) : std::nullopt;
}

JsonText::Kind JsonText::kind() const {
  if (text_.empty()) {
    return Kind::Missing;
  }
  switch (text_.front()) {
    case '{':
      return Kind::Object;
    case '[':
      return Kind::Array;
    case '"':
      return Kind::String;
    case 't':
    case 'f':
      return Kind::Boolean;
    case 'n':
      return Kind::Null;
    default:
      return Kind::Number;
  }
}

std::optional<std::string> JsonText::string() const {
  return is(Kind::String) ? std::optional(unquoted(text_)) : std::nullopt;
}

std::optional<std::string> JsonText::string_or_number() const {
  return is(Kind::Number) ? std::optional(std::string(text_)) : string();
}

bool JsonText::truthy() const {
  switch (kind()) {
    case Kind::Missing:
    case Kind::Null:
      return false;
    case Kind::Boolean:
      return is_true();
    case Kind::String:
      return text_.size() > 2;
    case Kind::Number:
      return text_.substr(0, text_.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
    default:
      return true;
  }
}

std::vector<JsonText> JsonText::elements() const {
  std::vector<JsonText> elements;
  if (is(Kind::Array)) {
    for (Walker walker(text_); walker.more();) {
      elements.push_back(JsonText(walker.value()));
    }
  }
  return elements;
}

std::vector<JsonText::Member> JsonText::members() const {
  std::vector<Member> members;
  if (is(Kind::Object)) {
    for (Walker walker(text_); walker.more();) {
      std::string name = unquoted(walker.value());
      members.push_back({std::move(name), JsonText(walker.value())});
    }
  }
  return members;
}

JsonText JsonText::member(std::string_view name) const {
  JsonText found;
  if (is(Kind::Object)) {
    for (Walker walker(text_); walker.more();) {
      const std::string_view quoted = walker.value();
      const JsonText value(walker.value());
      const bool escaped = quoted.find('\\') != std::string_view::npos;
      if (escaped ? unquoted(quoted) == name : quoted.substr(1, quoted.size() - 2) == name) {
        found = value;
      }
    }
  }
  return found;
}

std::string json_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string quoted = "\"";
  quoted.reserve(text.size() + 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      quoted += "\\u00";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted += '"';
}

}  // namespace rtcmc::glib
