// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/sdp/sdp.h>

#include <cstdint>
#include <optional>

/// How much whoever writes a section wants to receive there at most (b=TIAS, RFC 3890; b=AS, RFC 8866), as browsers and
/// the pages that change their descriptions say it.
namespace rtcmc::sdp {

/// bit/s. Absent: no limit, which 0 stands for, too.
[[nodiscard]] std::optional<std::uint64_t> max_bitrate_of(const GstSDPMedia* media);
/// In place of what is there.
void say_max_bitrate(GstSDPMedia* media, std::uint32_t bits);

}  // namespace rtcmc::sdp
