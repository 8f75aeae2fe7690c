// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <cstring>

/// Looking at eight bytes of a text at once, so that what needs no closer look is passed by quickly.
namespace rtcmc::glib {

inline constexpr std::uint64_t kEachByte = 0x0101010101010101;
inline constexpr std::uint64_t kHighBits = 0x80 * kEachByte;

[[nodiscard]] inline std::uint64_t load_word(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Whether one of the word's bytes is less than `limit`, which is 128 at most.
[[nodiscard]] constexpr bool has_byte_below(std::uint64_t word, unsigned char limit) {
  return ((word - kEachByte * limit) & ~word & kHighBits) != 0;
}

[[nodiscard]] constexpr bool has_byte(std::uint64_t word, char byte) {
  return has_byte_below(word ^ (kEachByte * static_cast<unsigned char>(byte)), 1);
}

[[nodiscard]] constexpr bool is_ascii(std::uint64_t word) {
  return (word & kHighBits) == 0;
}

}  // namespace rtcmc::glib
