// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Numbers in network byte order.
namespace rtcmc::rtp {

/// The number at the beginning of `bytes`, which must be large enough.
template <std::unsigned_integral Number>
[[nodiscard]] constexpr Number read(std::span<const std::uint8_t> bytes) {
  Number value = 0;
  for (const std::uint8_t byte : bytes.first(sizeof(Number))) {
    value = static_cast<Number>(std::uint64_t{value} << 8U | byte);
  }
  return value;
}

/// To the beginning of `out`, which must be large enough.
template <std::unsigned_integral Number>
constexpr void write(Number value, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Number) - 1 - i)));
  }
}

template <std::unsigned_integral Number>
void append(Number value, std::vector<std::uint8_t>& out) {
  out.resize(out.size() + sizeof(Number));
  write(value, std::span(out).last(sizeof(Number)));
}

}  // namespace rtcmc::rtp
