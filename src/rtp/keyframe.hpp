// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtp/codec.hpp"

namespace rtcmc::rtp {

/// Whether an encoded frame can be decoded without those before it, from its first bytes. Absent where these do not
/// tell: then the parser's or encoder's word is needed.
[[nodiscard]] std::optional<bool> is_keyframe(Codec codec, std::span<const std::uint8_t> frame);

}  // namespace rtcmc::rtp
