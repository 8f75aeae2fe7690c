// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/keyframe.hpp"

namespace rtcmc::rtp {

namespace {

/// The uncompressed header (VP9 bitstream specification, 6.2): frame_marker (2 bits), profile low and high bit, for
/// profile 3 a reserved bit, show_existing_frame, frame_type.
bool is_vp9_keyframe(std::uint8_t first) {
  const auto bit = [first](unsigned index) { return (first >> (7 - index) & 1) != 0; };
  const unsigned next = bit(2) && bit(3) ? 5 : 4;
  const bool shows_existing_frame = bit(next);
  const bool inter_frame = bit(next + 1);
  return !shows_existing_frame && !inter_frame;
}

}  // namespace

std::optional<bool> is_keyframe(Codec codec, std::span<const std::uint8_t> frame) {
  if (frame.empty()) {
    return std::nullopt;
  }
  switch (codec) {
    case Codec::Vp8:
      return (frame[0] & 1) == 0;  // RFC 6386, 9.1
    case Codec::Vp9:
      return is_vp9_keyframe(frame[0]);
    default:
      return std::nullopt;
  }
}

}  // namespace rtcmc::rtp
