// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(rtcmc_room_debug);       // "rtcmcroom": the element, its tracks and the room's life
GST_DEBUG_CATEGORY_EXTERN(rtcmc_peer_debug);       // "rtcmcpeer": one participant's negotiation and connection
GST_DEBUG_CATEGORY_EXTERN(rtcmc_signaling_debug);  // "rtcmcsignaling": the server's and the protocol's side

namespace rtcmc {

/// Makes the categories and sends what librtcmc logs through GLib to "rtcmcsignaling". Any thread, once or more often.
void init_logging();

}  // namespace rtcmc
