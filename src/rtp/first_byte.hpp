// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

/// Of the first byte of an RTP packet and of an RTCP packet alike (RFC 3550).
namespace rtcmc::rtp {

inline constexpr std::uint8_t kVersionMask = 0xc0;
inline constexpr std::uint8_t kVersion2 = 0x80;
inline constexpr std::uint8_t kPaddingBit = 0x20;

}  // namespace rtcmc::rtp
