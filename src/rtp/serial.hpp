// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

/// Numbers that begin anew after their highest (RFC 1982): the shorter way from one to another; negative: back.
namespace rtcmc::rtp {

[[nodiscard]] constexpr int distance(std::uint16_t from, std::uint16_t to) {
  return static_cast<std::int16_t>(to - from);
}

[[nodiscard]] constexpr std::int64_t distance(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace rtcmc::rtp
