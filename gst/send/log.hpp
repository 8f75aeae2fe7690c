// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(rtcmc_send_debug);  // "rtcmcsend": a track's way from its sink pad to the peers

namespace rtcmc::send {

/// Any thread, once or more often; before anything else here.
void init_logging();

}  // namespace rtcmc::send
