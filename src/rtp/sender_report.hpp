// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rtcmc::rtp {

/// What a sender says of its stream (RFC 3550, 6.4.1).
struct SenderReport {
  std::uint32_t ssrc;
  std::uint64_t ntp_time;       // NTP's format: seconds since 1900 and 1/2^32 s
  std::uint32_t rtp_timestamp;  // of the same moment
  std::uint32_t packets;        // sent so far, wraps around
  std::uint32_t octets;         // of payload, likewise
};

/// A compound of the report and an SDES with the `cname` (at most 255 bytes are used), as it goes on the wire before
/// its encryption.
[[nodiscard]] std::vector<std::uint8_t> compose(const SenderReport& report, std::string_view cname);
/// The same with a BYE (RFC 3550, 6.6) for the report's stream and those in `others`, its retransmissions; with several
/// if one cannot name all of them.
[[nodiscard]] std::vector<std::uint8_t> compose_goodbye(const SenderReport& report, std::string_view cname,
                                                        const std::vector<std::uint32_t>& others);

}  // namespace rtcmc::rtp
