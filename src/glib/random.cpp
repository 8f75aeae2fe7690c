// SPDX-License-Identifier: LGPL-2.1-or-later
#include "glib/random.hpp"

#include <glib.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace rtcmc::glib {

namespace {

template <std::size_t size>
std::array<std::uint8_t, size> random_bytes() {
  static_assert(size <= 256, "then getrandom() gives all at once");
  std::array<std::uint8_t, size> bytes{};
  while (getrandom(bytes.data(), size, 0) != static_cast<ssize_t>(size)) {
    if (errno != EINTR) {
      // To go on with what can be guessed would be worse.
      g_error("The kernel gives no random numbers: %s", g_strerror(errno));
    }
  }
  return bytes;
}

}  // namespace

std::string random_id() {
  constexpr std::size_t kBytes = 16;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  id.reserve(2 * kBytes);
  for (const std::uint8_t byte : random_bytes<kBytes>()) {
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 0xFU];
  }
  return id;
}

std::uint32_t random_number() {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : random_bytes<sizeof number>()) {
    number = number << 8U | byte;
  }
  return number;
}

}  // namespace rtcmc::glib
