// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(rtcmc_receive_debug);  // "rtcmcreceive": a remote stream's way to its source pad

namespace rtcmc::receive {

/// Any thread, once or more often; before anything else here.
void init_logging();

}  // namespace rtcmc::receive
