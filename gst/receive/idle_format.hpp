// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// The raw format, in system memory, of a source pad that has no stream: a usual one if what is linked to `sink` takes
/// it, otherwise the nearest. Null if downstream takes no raw media.
[[nodiscard]] glib::Ref<GstCaps> idle_format(rtp::Kind kind, GstPad* sink);

}  // namespace rtcmc::receive
