// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

/// What an RTCP packet is: the second byte of its header (RFC 3550, 12.1; RFC 4585, 6.1).
namespace rtcmc::rtp::rtcp_type {

inline constexpr std::uint8_t kSenderReport = 200;
inline constexpr std::uint8_t kReceiverReport = 201;
inline constexpr std::uint8_t kSourceDescription = 202;
inline constexpr std::uint8_t kGoodbye = 203;
inline constexpr std::uint8_t kTransportFeedback = 205;
inline constexpr std::uint8_t kPayloadFeedback = 206;

}  // namespace rtcmc::rtp::rtcp_type
