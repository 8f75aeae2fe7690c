// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::send {

/// What raw pictures of such caps are to become so that viewers see them in the right colours and shape. What need not
/// be changed is not in the result.

/// VP8 says nothing of colours: BT.601 in limited range is what all take it for. With other codecs the stream says it,
/// but few decoders know the full range.
[[nodiscard]] glib::Ref<GstCaps> fitting_colours(GstCaps* caps, rtp::Codec codec);
/// Square pixels, none of whose sides is too long for any decoder. `divisor`: of the sides, for those whose links carry
/// less; no smaller than anybody can make something of.
[[nodiscard]] glib::Ref<GstCaps> fitting_size(GstCaps* caps, int divisor = 1);

}  // namespace rtcmc::send
