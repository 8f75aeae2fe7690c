// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

/// What a=fmtp says of Opus (RFC 7587, 6.1), each side of what it would have, not of what it sends.
namespace rtcmc::sdp {

struct OpusWish {
  bool repetitions = true;  // of what was lost, in the packet behind it: useinbandfec
  bool pauses = false;      // next to nothing in silence: usedtx
};

/// Ours in an offer or an answer. `given`: what stands there, be it of ours or of what is answered.
[[nodiscard]] std::string opus_parameters(std::string_view given, const OpusWish& wish);
/// Whether who says so has a use for them.
[[nodiscard]] bool takes_repetitions(std::string_view parameters);

}  // namespace rtcmc::sdp
