// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <string>

#include "rtp/codec.hpp"

namespace rtcmc::send {

/// What to tell whoever encodes these caps, of a parser or of RTP, if browsers do not show it; empty: nothing.
[[nodiscard]] std::string why_not_displayable(rtp::Codec codec, GstCaps* caps);

/// Looks at what arrives at a payloader's sink pad, and says at most once what browsers will not show of it. On the
/// pad's streaming thread.
void watch_displayable(GstPad* pad, rtp::Codec codec, std::function<void(const std::string&)> tell);

}  // namespace rtcmc::send
