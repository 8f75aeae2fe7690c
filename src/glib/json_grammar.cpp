// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/json_grammar.hpp"

#include <glib.h>

#include <cstddef>
#include <cstdint>

#include "glib/word_scan.hpp"

namespace rtcmc::glib {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Checks a text against the grammar from its beginning on.
class Checker {
 public:
  Checker(std::string_view text, unsigned max_depth)
      : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth) {}

  bool document() { return value(0) && (space(), at_ == end_); }

 private:
  bool value(unsigned depth) {
    space();
    if (at_ == end_) {
      return false;
    }
    switch (*at_) {
      case '{':
        return depth < max_depth_ && object(depth + 1);
      case '[':
        return depth < max_depth_ && array(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool object(unsigned depth) {
    ++at_;
    if (space(), take('}')) {
      return true;
    }
    do {
      space();
      if (at_ == end_ || *at_ != '"' || !string() || (space(), !take(':')) || !value(depth)) {
        return false;
      }
      space();
    } while (take(','));
    return take('}');
  }

  bool array(unsigned depth) {
    ++at_;
    if (space(), take(']')) {
      return true;
    }
    do {
      if (!value(depth)) {
        return false;
      }
      space();
    } while (take(','));
    return take(']');
  }

  bool string() {
    for (++at_; skip_plain(), at_ != end_ && *at_ == '\\'; ++at_) {
      if (!escape()) {
        return false;
      }
    }
    return take('"');
  }

  /// What stands for itself in a string.
  void skip_plain() {
    while (end_ - at_ >= static_cast<std::ptrdiff_t>(sizeof(std::uint64_t))) {
      const std::uint64_t word = load_word(at_);
      if (has_byte_below(word, 0x20) || has_byte(word, '"') || has_byte(word, '\\')) {
        break;
      }
      at_ += sizeof word;
    }
    while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x20 && *at_ != '"' && *at_ != '\\') {
      ++at_;
    }
  }

  /// Leaves off at its last character.
  bool escape() {
    if (++at_ == end_) {
      return false;
    }
    if (*at_ != 'u') {
      return std::string_view(R"("\/bfnrt)").find(*at_) != std::string_view::npos;
    }
    for (int i = 0; i < 4; ++i) {
      if (++at_ == end_ || !g_ascii_isxdigit(*at_)) {
        return false;
      }
    }
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    if (take('.') && !digits()) {
      return false;
    }
    if (take('e') || take('E')) {
      static_cast<void>(take('+') || take('-'));
      return digits();
    }
    return true;
  }

  bool digits() {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) {
      ++at_;
    }
    return at_ != begin;
  }

  bool word(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) {
      return false;
    }
    ++at_;
    return true;
  }

  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) {
      ++at_;
    }
  }

  const char* at_;
  const char* end_;
  unsigned max_depth_;
};

char32_t hex_unit(std::string_view digits) {
  char32_t unit = 0;
  for (const char c : digits.substr(0, 4)) {
    unit = unit * 16 + static_cast<char32_t>(g_ascii_xdigit_value(c));
  }
  return unit;
}

bool is_high(char32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low(char32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

bool is_json(std::string_view text, unsigned max_depth) {
  return Checker(text, max_depth).document();
}

std::optional<char32_t> take_unicode_escape(std::string_view& rest) {
  const char32_t first = hex_unit(rest);
  rest.remove_prefix(4);
  if (is_high(first) && rest.starts_with("\\u")) {
    if (const char32_t second = hex_unit(rest.substr(2)); is_low(second)) {
      rest.remove_prefix(6);
      return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
  }
  return is_high(first) || is_low(first) ? std::nullopt : std::optional(first);
}

}  // namespace rtcmc::glib
