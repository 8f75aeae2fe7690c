// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "rtp/codec.hpp"

namespace rtcmc::rtp {

/// Whether an RTP payload belongs to what a decoder can start with: a keyframe's first packet, or for H.264 and H.265
/// its parameter sets or the first packet of its slices. Several packets of one keyframe may qualify; the first one of
/// an RTP timestamp is where to start. The first bytes of the payload are enough. Always true for audio.
///
/// Specifications: RFC 7741 (VP8), RFC 9628 (VP9), RFC 6184 (H.264), RFC 7798 (H.265), the AOM's RTP payload format
/// for AV1.
[[nodiscard]] bool starts_keyframe(Codec codec, std::span<const std::uint8_t> payload);

}  // namespace rtcmc::rtp
